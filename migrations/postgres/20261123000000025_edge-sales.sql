-- Up Migration

-- An edge whose contracts were sold before settlement, above what they were thought worth, is as clean as one that held them: it was filled as planned and
-- nothing odd is left of it.
drop index trade_clean_edge;
create or replace function is_clean_edge(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome in ('held', 'unwound') and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0' and not p_result ? 'verdicts'
$$;
create index trade_clean_edge on trade (mode) where strategy = 'edge' and is_clean_edge(outcome, result);

-- Down Migration

drop index trade_clean_edge;
create or replace function is_clean_edge(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome = 'held' and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0' and not p_result ? 'verdicts'
$$;
create index trade_clean_edge on trade (mode) where strategy = 'edge' and is_clean_edge(outcome, result);
