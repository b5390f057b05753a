-- Up Migration

-- What trades have earned, told once, in the transaction that changes it: at the end, by a late fill, by settlement. The losses of a day and of a week
-- are sums of this (E29), and the breakers read it (core/risk/breaker). No writer of a result can forget to tell.
create table trade_result (
  seq bigint generated always as identity primary key,
  trade_id text not null references trade (trade_id),
  strategy text not null,
  at_ms bigint not null,
  change_micros bigint not null,
  clean boolean not null
);
create index trade_result_by_time on trade_result (at_ms) include (strategy, change_micros) where change_micros <> 0;
create index trade_result_unseen on trade_result (strategy, seq);
create trigger trade_result_is_append_only before update or delete or truncate on trade_result for each statement execute function refuse_change();

-- Filled as planned: both legs in equal whole quantities, nothing cured, nothing left (E29).
create function is_clean(p_outcome text, p_result jsonb) returns boolean language sql immutable as $$
  select p_outcome = 'locked' and p_result -> 'cures' = '[]' and p_result -> 'dust' = '0'
$$;

create function note_result() returns trigger language plpgsql as $$
begin
  insert into trade_result (trade_id, strategy, at_ms, change_micros, clean) values (new.trade_id, new.strategy,
    case when old.ended_ms is null then new.ended_ms else greatest(new.ended_ms,
      (select max(at_ms) from settlement where trade_id = new.trade_id), (select max(at_ms) from fill where trade_id = new.trade_id)) end,
    new.pnl_micros - case when old.ended_ms is null then 0 else old.pnl_micros end, coalesce(is_clean(new.outcome, new.result), false));
  return null;
end $$;
create trigger note_result after update on trade for each row
  when (new.ended_ms is not null and new.reservation <> 'refused' and (old.ended_ms is null or new.pnl_micros <> old.pnl_micros))
  execute function note_result();

insert into trade_result (trade_id, strategy, at_ms, change_micros, clean)
  select trade_id, strategy, ended_ms, pnl_micros, coalesce(is_clean(outcome, result), false) from trade
  where ended_ms is not null and reservation <> 'refused' order by ended_ms, trade_id;

-- One per strategy; none is a closed one. `seen`: the last result it was told.
create table breaker (
  strategy text primary key check (strategy in ('box', 'edge')),
  body jsonb not null check (body ->> 'state' in ('closed', 'open', 'half-open')),
  seen bigint not null,
  at_ms bigint not null
);

create index trade_opened on trade (started_ms) include (contracts) where reservation <> 'refused';
create index trade_clean on trade (strategy, mode) where is_clean(outcome, result);

-- A strategy's breaker, the results it was not told yet, and what the strategy has lost.
create function breaker_facts(p_strategy text, p_day_ms bigint, p_week_ms bigint) returns jsonb language plpgsql stable as $$
declare
  own breaker;
begin
  select * into own from breaker where strategy = p_strategy;
  return (select jsonb_build_object('breaker', own.body, 'seen', coalesce(own.seen, 0),
      'today', coalesce(-sum(change_micros) filter (where at_ms >= p_day_ms), 0), 'this_week', coalesce(-sum(change_micros), 0),
      'results', (select coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'tradeId', trade_id, 'change', change_micros, 'clean', clean) order by seq), '[]')
        from trade_result where strategy = p_strategy and seq > coalesce(own.seen, 0)))
    from trade_result where strategy = p_strategy and at_ms >= p_week_ms and change_micros <> 0);
end $$;

-- Clean trades of a strategy in a mode, counted as far as somebody asks.
create function clean_trades(p_strategy text, p_mode text, p_enough bigint) returns bigint language sql stable as $$
  select count(*) from (select 1 from trade where strategy = p_strategy and mode = p_mode and is_clean(outcome, result) limit p_enough) t
$$;

-- What each running trade may still lose of its first leg: all of it until that leg is final and booked, then what no other leg answers.
create function running_trades() returns table (strategy text, started_ms bigint, at_stake bigint) language sql stable as $$
  select t.strategy, t.started_ms, case
      when i.state not in ('final', 'rejected') then (t.plan -> 'opportunity' ->> 'maximumLoss')::bigint
      when l.here <= l.there then 0
      else ceil(l.cost * (l.here - l.there) / l.here)::bigint end
    from trade t
      join order_intent i on i.client_order_id = 'cb-' || t.trade_id || '-a1' -- E2
      cross join lateral (select coalesce(sum(quantity) filter (where venue = i.venue), 0) as here, coalesce(sum(quantity) filter (where venue <> i.venue), 0) as there,
        coalesce(sum(cost_micros) filter (where venue = i.venue), 0) as cost from lot where lot.trade_id = t.trade_id) l
    where t.reservation = 'granted' and t.ended_ms is null
$$;

-- Premium in edge trades of one sport, held and reserved.
create function premium_in_sport(p_sport text) returns bigint language sql stable as $$
  select coalesce(sum(case when t.ended_ms is null then (t.plan #>> '{legs,0,costBound}')::bigint
    else (select coalesce(sum(cost_micros), 0) from lot where lot.trade_id = t.trade_id and quantity > 0) end), 0)::bigint
  from trade t where t.strategy = 'edge' and t.plan ->> 'sport' = p_sport and t.reservation <> 'refused' and (t.ended_ms is null or t.pnl_kind <> 'realised')
$$;

-- Contracts held by ended trades, or intended by running ones: counts a running fill twice at most, never not at all. Dust is what is no whole contract.
create or replace function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
  with wanted as (select w.n, w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest(p_venues, p_markets) with ordinality as w (venue, market, n) left join listing l on l.venue = w.venue and l.market = w.market),
    held as (select venue, market, quantity, quantity % 100 as dust from lot where quantity > 0
      union all select i.venue, i.market, i.quantity, 0 from trade t join order_intent i using (trade_id)
        where t.ended_ms is null and t.reservation = 'granted' and i.client_order_id !~ '-c[0-9]+$'),
    placed as (select h.venue, h.market, h.quantity, h.dust, coalesce(l.event, h.market) as event
      from held h left join listing l on l.venue = h.venue and l.market = h.market)
  select jsonb_agg(to_jsonb(e) - 'n' order by e.n) from (select w.n, w.venue, w.market, w.event, coalesce(sum(p.quantity) filter (where p.market = w.market), 0) as in_market,
      coalesce(sum(p.quantity), 0) as in_event, coalesce(sum(p.dust) filter (where p.market = w.market), 0) as dust
    from wanted w left join placed p on p.venue = w.venue and p.event = w.event group by w.n, w.venue, w.market, w.event) e
$$;

-- Locks risk_lock, then the halt epoch for share, and reads everything the checks need under them, the limits in force included, in one round trip.
-- `known` is what an earlier reserve of this trade left. Counters are sums over rows that stay: a restart or midnight forgets nothing.
drop function reserve_state;
create function risk_state(p_trade text, p_subject text, p_strategy text, p_mode text, p_sport text, p_venues text[], p_markets text[],
  p_minute_ms bigint, p_day_ms bigint, p_week_ms bigint) returns jsonb language plpgsql as $$
declare
  halt_epoch bigint;
  limits jsonb;
  opened record;
  lost record;
  running record;
  held record;
begin
  perform 1 from risk_lock for update;
  select value into halt_epoch from epoch where name = 'halt' for share;
  select body into limits from limits_version where active;
  select count(*) filter (where started_ms > p_minute_ms) as minute, count(*) filter (where started_ms >= p_day_ms) as today,
      coalesce(sum(contracts) filter (where started_ms >= p_day_ms), 0) as contracts
    into opened from trade where reservation <> 'refused' and started_ms >= least(p_minute_ms, p_day_ms);
  select coalesce(-sum(change_micros) filter (where at_ms >= p_day_ms), 0) as today, coalesce(-sum(change_micros), 0) as this_week
    into lost from trade_result where at_ms >= p_week_ms and change_micros <> 0;
  select count(*) as n, coalesce(sum(at_stake), 0) as at_stake, coalesce(sum(at_stake) filter (where strategy = 'box'), 0) as box,
      count(*) filter (where strategy = 'box' and at_stake > 0) as first_legs, min(started_ms) filter (where strategy = 'box' and at_stake > 0) as oldest
    into running from running_trades();
  select coalesce(sum((result ->> 'maxRemainingLoss')::bigint), 0) as at_stake,
      coalesce(sum((result ->> 'maxRemainingLoss')::bigint) filter (where strategy = 'box'), 0) as box
    into held from trade where pnl_kind = 'open' and ended_ms is not null;
  return jsonb_build_object(
    'known', (select jsonb_build_object('run_id', run_id, 'reservation', reservation, 'verdicts', verdicts) from trade where trade_id = p_trade),
    'released', exists (select 1 from tombstone where trade_id = p_trade),
    'limits', limits,
    'halt_epoch', halt_epoch,
    'halts', (select coalesce(jsonb_agg(scope), '[]') from halt where active),
    'breaker', breaker_facts(p_strategy, p_day_ms, p_week_ms),
    'clean_trades', clean_trades(p_strategy, p_mode, greatest((limits ->> 'firstCleanTrades')::bigint, (limits ->> 'nextCleanTrades')::bigint,
      (limits ->> 'moreFirstLegsCleanTrades')::bigint)),
    'open_trades', running.n,
    'openings_minute', opened.minute,
    'openings_today', opened.today,
    'contracts_today', opened.contracts,
    'last_opened', (select max(started_ms) from trade where reservation <> 'refused'),
    'lost_today', lost.today,
    'lost_this_week', lost.this_week,
    'at_stake', running.at_stake + held.at_stake,
    'unpaired_first_legs', running.first_legs,
    'unpaired_premium', running.box + held.box,
    'unpaired_since', running.oldest,
    'premium_in_sport', case when p_sport is null then 0 else premium_in_sport(p_sport) end,
    'bankroll', case when p_sport is null then 0 else (select coalesce(sum(amount_micros), 0) from balance where account ~ '^(cash|reserved|position):') end,
    'last_ended', (select max(ended_ms) from trade where subject = p_subject and reservation <> 'refused'),
    'last_fill', (select max(f.at_ms) from unnest(p_venues, p_markets) w (venue, market) join fill f on f.venue = w.venue and f.market = w.market),
    'unresolved', (select count(*) from order_intent where state = 'unknown'),
    'claims', (select coalesce(jsonb_agg(c), '[]') from claim c where (c.venue, c.market) in (select * from unnest(p_venues, p_markets))),
    'cash', (select coalesce(jsonb_object_agg(split_part(account, ':', 2), amount_micros), '{}') from balance where account in ('cash:kalshi', 'cash:forecastex')),
    'contracts', exposure_of(p_venues, p_markets));
end $$;

-- Writes a decided trade; a granted one with its intents, its claims and the cash it takes (E3, E7, E8). Claims and balances are locked in name order.
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

-- Down Migration

drop function risk_state, premium_in_sport, running_trades, clean_trades, breaker_facts;
drop index trade_clean, trade_opened;
drop table breaker;
drop trigger note_result on trade;
drop function note_result, is_clean;
drop table trade_result;

-- Contracts held by ended trades, or intended by running ones: counts a running fill twice at most, never not at all.
create or replace function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
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
  for t in select * from jsonb_array_elements(p -> 'transfers') loop
    perform ledger_post(t ->> 'id', t ->> 'kind', t ->> 'tradeId', (t ->> 'atMs')::bigint, '{}',
      array(select l ->> 'account' from jsonb_array_elements(t -> 'legs') l),
      array(select (l ->> 'amount')::bigint from jsonb_array_elements(t -> 'legs') l));
  end loop;
end $$;
