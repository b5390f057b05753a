-- Up Migration

-- The ledger's half of a reserve, in two round trips between BEGIN and COMMIT: what the checks need is read under the locks in one call, what they
-- granted is written in another. Plans are cached per connection, which matters more than the round trips. The rule itself lives in core/risk/checks.

-- Contracts held by ended trades, or intended by running ones: counts a running fill twice at most, never not at all.
create function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
  with wanted as (select w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest(p_venues, p_markets) as w (venue, market) left join listing l on l.venue = w.venue and l.market = w.market),
    held as (select venue, market, quantity from lot where quantity > 0
      union all select i.venue, i.market, i.quantity from order_intent i join trade t using (trade_id)
        where t.ended_ms is null and t.reservation = 'granted' and i.client_order_id !~ '-c[0-9]+$'),
    placed as (select h.venue, h.quantity, h.market, coalesce(l.event, h.market) as event
      from held h left join listing l on l.venue = h.venue and l.market = h.market)
  select jsonb_agg(jsonb_build_object('venue', w.venue, 'market', w.market, 'event', w.event,
    'in_market', coalesce((select sum(quantity) from placed p where p.venue = w.venue and p.market = w.market), 0),
    'in_event', coalesce((select sum(quantity) from placed p where p.venue = w.venue and p.event = w.event), 0))) from wanted w
$$;

-- Locks risk_lock, then the halt epoch for share, and reads the state under them. `known` is what an earlier reserve of this trade left.
create function reserve_state(p_trade text, p_subject text, p_venues text[], p_markets text[], p_minute_ms bigint, p_day_ms bigint) returns jsonb language plpgsql as $$
declare
  halt_epoch bigint;
begin
  perform 1 from risk_lock for update;
  select value into halt_epoch from epoch where name = 'halt' for share;
  return jsonb_build_object(
    'known', (select jsonb_build_object('run_id', run_id, 'reservation', reservation, 'verdicts', verdicts) from trade where trade_id = p_trade),
    'released', exists (select 1 from tombstone where trade_id = p_trade),
    'halt_epoch', halt_epoch,
    'halts', (select coalesce(jsonb_agg(scope), '[]') from halt where active),
    'open_trades', (select count(*) from trade where reservation = 'granted' and ended_ms is null),
    'openings_minute', (select count(*) from trade where reservation <> 'refused' and started_ms > p_minute_ms),
    'openings_today', (select count(*) from trade where reservation <> 'refused' and started_ms >= p_day_ms),
    'contracts_today', (select coalesce(sum(contracts), 0) from trade where reservation <> 'refused' and started_ms >= p_day_ms),
    -- the loss of the day (E29): what today's trades have cost, and what all open positions may still lose
    'loss', (select coalesce(-sum(pnl_micros), 0) from trade where ended_ms >= p_day_ms)
      + (select coalesce(sum((result ->> 'maxRemainingLoss')::bigint), 0) from trade where pnl_kind = 'open' and ended_ms is not null),
    'last_ended', (select max(ended_ms) from trade where subject = p_subject and reservation <> 'refused'),
    'last_fill', (select max(f.at_ms) from fill f where (f.venue, f.market) in (select * from unnest(p_venues, p_markets))),
    'unresolved', (select count(*) from order_intent where state = 'unknown'),
    'claims', (select coalesce(jsonb_agg(c), '[]') from claim c where (c.venue, c.market) in (select * from unnest(p_venues, p_markets))),
    'cash', (select coalesce(jsonb_object_agg(split_part(account, ':', 2), amount_micros), '{}') from balance where account like 'cash:%'),
    'contracts', exposure_of(p_venues, p_markets));
end $$;

-- Writes a decided trade; a granted one with its intents, its claims and the cash it takes (E3, E7, E8). Claims and balances are locked in name order.
create function reserve_write(p jsonb) returns void language plpgsql as $$
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
  for t in select * from jsonb_array_elements(p -> 'transfers') loop
    perform ledger_post(t ->> 'id', t ->> 'kind', t ->> 'tradeId', (t ->> 'atMs')::bigint, '{}',
      array(select l ->> 'account' from jsonb_array_elements(t -> 'legs') l),
      array(select (l ->> 'amount')::bigint from jsonb_array_elements(t -> 'legs') l));
  end loop;
end $$;

-- Down Migration

drop function reserve_write, reserve_state, exposure_of;
