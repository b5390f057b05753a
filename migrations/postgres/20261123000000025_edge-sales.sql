-- Up Migration

-- An edge whose contracts were sold before settlement, above what they were thought worth, is as clean as one that held them: it was filled as planned and
-- nothing odd is left of it.
drop index trade_clean_edge;
create or replace function is_clean_edge(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome in ('held', 'unwound') and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0' and not p_result ? 'verdicts'
$$;
create index trade_clean_edge on trade (mode) where strategy = 'edge' and is_clean_edge(outcome, result);

-- An order of an ended trade that was intended and of which nobody has heard: whoever looks for what has no owner, or is about to move, asks by market or trade.
create index order_under_way on order_intent (venue, market) where state in ('intended', 'unknown');
create index order_under_way_of on order_intent (trade_id) where state in ('intended', 'unknown');

-- Down Migration

drop index order_under_way_of;
drop index order_under_way;
drop index trade_clean_edge;
create or replace function is_clean_edge(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome = 'held' and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0' and not p_result ? 'verdicts'
$$;
create index trade_clean_edge on trade (mode) where strategy = 'edge' and is_clean_edge(outcome, result);
