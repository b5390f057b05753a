-- Up Migration

-- A reserve waits for every statement: its transfers are posted together, and each account is written once.

-- Posts new transfers, [{id, kind, tradeId, atMs, legs: [{account, amount}]}]; an id that is known fails. That each sums to zero is judged at commit
-- (invariant 1). Accounts are locked in name order, as ledger_post does.
create function ledger_post_new(p_transfers jsonb) returns void language plpgsql as $$
declare
  accounts text[] := array(select distinct l.leg ->> 'account' from jsonb_to_recordset(p_transfers) t (legs jsonb), jsonb_array_elements(t.legs) l (leg) order by 1);
  known integer;
begin
  perform 1 from balance where account = any(accounts) order by account for update;
  get diagnostics known = row_count;
  if known < cardinality(accounts) then
    insert into balance (account, amount_micros) select account, 0 from unnest(accounts) account order by account on conflict (account) do nothing;
    perform 1 from balance where account = any(accounts) order by account for update;
  end if;
  with t as materialized (select * from jsonb_to_recordset(p_transfers) as t (id text, kind text, "tradeId" text, "atMs" bigint, legs jsonb)),
    legs as materialized (select t.id, l.n, l.leg ->> 'account' as account, (l.leg ->> 'amount')::bigint as amount
      from t cross join jsonb_array_elements(t.legs) with ordinality l (leg, n)),
    transfers as (insert into transfer (id, kind, trade_id, at_ms) select id, kind, "tradeId", "atMs" from t),
    postings as (insert into posting (transfer_id, seq, account, amount_micros) select id, n, account, amount from legs where amount <> 0)
  update balance b set amount_micros = b.amount_micros + moved.total
    from (select account, sum(amount) as total from legs group by account) moved where b.account = moved.account;
end $$;

-- Writes a decided trade; a granted one with its intents, its claims and the cash it takes (E3, E7, E8). Claims and balances are locked in name order.
create or replace function reserve_write(p jsonb) returns void language plpgsql as $$
begin
  insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts, state, outcome, ended_ms)
    select r.trade_id, r.run_id, r.strategy, r.subject, r.mode, r.plan, r.reservation, r.verdicts, r.halt_epoch, r.started_ms, r.edge_micros, r.contracts, r.state, r.outcome, r.ended_ms
    from jsonb_populate_record(null::trade, p -> 'trade') r;
  if jsonb_array_length(p -> 'breakers') > 0 then
    insert into breaker (strategy, body, seen, at_ms)
      select b.strategy, b.body, b.seen, b.at_ms from jsonb_populate_recordset(null::breaker, p -> 'breakers') b
      on conflict (strategy) do update set body = excluded.body, seen = excluded.seen, at_ms = excluded.at_ms;
  end if;
  if p #>> '{trade,reservation}' <> 'granted' then
    return;
  end if;
  insert into order_intent (client_order_id, trade_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, not_after_ms)
    select i.client_order_id, i.trade_id, i.venue, i.market, i.action, i.outcome, i.limit_price, i.quantity, i.time_in_force, i.purpose, i.not_after_ms
    from jsonb_populate_recordset(null::order_intent, p -> 'intents') i;
  insert into claim (venue, market, subject, outcome, state, holder)
    select c.venue, c.market, c.subject, c.outcome, 'exclusive', c.holder from jsonb_populate_recordset(null::claim, p -> 'claims') c order by c.venue, c.market
    on conflict (venue, market) do update set state = 'exclusive', holder = excluded.holder;
  perform ledger_post_new(p -> 'transfers');
end $$;

-- Down Migration

create or replace function reserve_write(p jsonb) returns void language plpgsql as $$
declare
  t jsonb;
begin
  insert into trade (trade_id, run_id, strategy, subject, mode, plan, reservation, verdicts, halt_epoch, started_ms, edge_micros, contracts, state, outcome, ended_ms)
    select r.trade_id, r.run_id, r.strategy, r.subject, r.mode, r.plan, r.reservation, r.verdicts, r.halt_epoch, r.started_ms, r.edge_micros, r.contracts, r.state, r.outcome, r.ended_ms
    from jsonb_populate_record(null::trade, p -> 'trade') r;
  insert into order_intent (client_order_id, trade_id, venue, market, action, outcome, limit_price, quantity, time_in_force, purpose, not_after_ms)
    select i.client_order_id, i.trade_id, i.venue, i.market, i.action, i.outcome, i.limit_price, i.quantity, i.time_in_force, i.purpose, i.not_after_ms
    from jsonb_populate_recordset(null::order_intent, p -> 'intents') i;
  insert into claim (venue, market, subject, outcome, state, holder)
    select c.venue, c.market, c.subject, c.outcome, 'exclusive', c.holder from jsonb_populate_recordset(null::claim, p -> 'claims') c order by c.venue, c.market
    on conflict (venue, market) do update set state = 'exclusive', holder = excluded.holder;
  insert into breaker (strategy, body, seen, at_ms)
    select b.strategy, b.body, b.seen, b.at_ms from jsonb_populate_recordset(null::breaker, p -> 'breakers') b
    on conflict (strategy) do update set body = excluded.body, seen = excluded.seen, at_ms = excluded.at_ms;
  for t in select * from jsonb_array_elements(p -> 'transfers') loop
    perform ledger_post(t ->> 'id', t ->> 'kind', t ->> 'tradeId', (t ->> 'atMs')::bigint, '{}',
      array(select l ->> 'account' from jsonb_array_elements(t -> 'legs') l),
      array(select (l ->> 'amount')::bigint from jsonb_array_elements(t -> 'legs') l));
  end loop;
end $$;
drop function ledger_post_new;
