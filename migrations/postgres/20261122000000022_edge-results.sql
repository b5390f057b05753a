-- Up Migration

-- An edge is held until its market is settled: what its fee has cost is no lost trade before that (E29), and one that was filled and left nothing odd is as
-- clean as a locked box. Without both a breaker opens by fees alone, and the size of an edge never grows.
alter table trade_result add column is_open boolean not null default false;

create function is_clean_edge(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome = 'held' and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0' and not p_result ? 'verdicts'
$$;
create index trade_clean_edge on trade (mode) where strategy = 'edge' and is_clean_edge(outcome, result);

-- As before; of an edge only its end is clean, and what is told while its market is not settled is open.
create or replace function note_result() returns trigger language plpgsql as $$
begin
  insert into trade_result (trade_id, strategy, at_ms, change_micros, clean, is_open) values (new.trade_id, new.strategy,
    case when old.ended_ms is null then new.ended_ms else greatest(new.ended_ms,
      (select max(at_ms) from settlement where trade_id = new.trade_id), (select max(at_ms) from fill where trade_id = new.trade_id)) end,
    new.pnl_micros - case when old.ended_ms is null then 0 else old.pnl_micros end,
    coalesce(case when new.strategy = 'edge' then old.ended_ms is null and is_clean_edge(new.outcome, new.result) else is_clean(new.outcome, new.result) end, false),
    new.strategy = 'edge' and new.pnl_kind = 'open');
  return null;
end $$;
create or replace function clean_trades(p_strategy text, p_mode text, p_enough bigint) returns bigint language sql stable as $$
  select case when p_strategy = 'edge'
    then (select count(*) from (select 1 from trade where strategy = 'edge' and mode = p_mode and is_clean_edge(outcome, result) limit p_enough) t)
    else (select count(*) from (select 1 from trade where strategy = p_strategy and mode = p_mode and is_clean(outcome, result) limit p_enough) t) end
$$;
create or replace function breaker_told(p_strategy text, p_today bigint, p_week bigint) returns jsonb language plpgsql stable as $$
declare
  own breaker;
begin
  select * into own from breaker where strategy = p_strategy;
  return jsonb_build_object('breaker', own.body, 'seen', coalesce(own.seen, 0), 'today', p_today, 'this_week', p_week,
    'results', (select coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'tradeId', trade_id, 'change', change_micros, 'clean', clean, 'open', is_open) order by seq), '[]')
      from trade_result where strategy = p_strategy and seq > coalesce(own.seen, 0)));
end $$;

-- Down Migration

create or replace function breaker_told(p_strategy text, p_today bigint, p_week bigint) returns jsonb language plpgsql stable as $$
declare
  own breaker;
begin
  select * into own from breaker where strategy = p_strategy;
  return jsonb_build_object('breaker', own.body, 'seen', coalesce(own.seen, 0), 'today', p_today, 'this_week', p_week,
    'results', (select coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'tradeId', trade_id, 'change', change_micros, 'clean', clean) order by seq), '[]')
      from trade_result where strategy = p_strategy and seq > coalesce(own.seen, 0)));
end $$;
create or replace function clean_trades(p_strategy text, p_mode text, p_enough bigint) returns bigint language sql stable as $$
  select count(*) from (select 1 from trade where strategy = p_strategy and mode = p_mode and is_clean(outcome, result) limit p_enough) t
$$;
create or replace function note_result() returns trigger language plpgsql as $$
begin
  insert into trade_result (trade_id, strategy, at_ms, change_micros, clean) values (new.trade_id, new.strategy,
    case when old.ended_ms is null then new.ended_ms else greatest(new.ended_ms,
      (select max(at_ms) from settlement where trade_id = new.trade_id), (select max(at_ms) from fill where trade_id = new.trade_id)) end,
    new.pnl_micros - case when old.ended_ms is null then 0 else old.pnl_micros end, coalesce(is_clean(new.outcome, new.result), false));
  return null;
end $$;
drop index trade_clean_edge;
drop function is_clean_edge;
alter table trade_result drop column is_open;
