-- Up Migration

-- A reserve must not cost more with every trade of the day, every result of the week and every lot that is open. What it summed over them is kept, by
-- triggers, in the transaction that changes it; `ledger verify` compares it with its rows. Every writer holds risk_lock, as before: none waits for more.

-- Openings by the hour in which they began: a trading day begins at a full hour (E29), and has 25 at the most.
create table opening_hour (
  hour_ms bigint primary key check (hour_ms % 3600000 = 0),
  openings bigint not null check (openings > 0),
  contracts bigint not null check (contracts >= 0)
);
-- What trades have earned, by the hour: a trading week has 169 at the most.
create table result_hour (
  hour_ms bigint not null check (hour_ms % 3600000 = 0),
  strategy text not null check (strategy in ('box', 'edge')),
  change_micros bigint not null,
  primary key (hour_ms, strategy)
);
-- What ended trades may still lose.
create table open_stake (
  strategy text primary key check (strategy in ('box', 'edge')),
  amount_micros bigint not null check (amount_micros >= 0)
);
-- Contracts that lots hold in a market, and what of each lot is no whole contract.
create table market_exposure (
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null,
  quantity bigint not null check (quantity >= 0),
  dust bigint not null check (dust >= 0),
  primary key (venue, market)
);

create function hour_of(ms bigint) returns bigint language sql immutable as $$ select ms - ms % 3600000 $$;
-- The first full hour that does not begin before a moment.
create function next_hour(ms bigint) returns bigint language sql immutable as $$ select hour_of(ms + 3599999) $$;
create function stake_of(t trade) returns bigint language sql immutable as $$
  select case when t.pnl_kind = 'open' and t.ended_ms is not null then coalesce((t.result ->> 'maxRemainingLoss')::bigint, 0) else 0 end
$$;

create function note_opening() returns trigger language plpgsql as $$
begin
  insert into opening_hour as h (hour_ms, openings, contracts) values (hour_of(new.started_ms), 1, new.contracts)
    on conflict (hour_ms) do update set openings = h.openings + 1, contracts = h.contracts + excluded.contracts;
  return null;
end $$;
create trigger note_opening after insert on trade for each row when (new.reservation <> 'refused') execute function note_opening();

create function note_earned() returns trigger language plpgsql as $$
begin
  insert into result_hour as h (hour_ms, strategy, change_micros) values (hour_of(new.at_ms), new.strategy, new.change_micros)
    on conflict (hour_ms, strategy) do update set change_micros = h.change_micros + excluded.change_micros;
  return null;
end $$;
create trigger note_earned after insert on trade_result for each row when (new.change_micros <> 0) execute function note_earned();

-- A row that is there first: its check would judge a proposed negative one before the conflict is seen.
create function note_stake() returns trigger language plpgsql as $$
declare
  more bigint := stake_of(new) - case when tg_op = 'UPDATE' then stake_of(old) else 0 end;
begin
  if more <> 0 then
    update open_stake set amount_micros = amount_micros + more where strategy = new.strategy;
    if not found then
      insert into open_stake (strategy, amount_micros) values (new.strategy, more);
    end if;
  end if;
  return null;
end $$;
create trigger note_stake after insert or update of result, pnl_kind, ended_ms on trade for each row
  when (new.ended_ms is not null and new.result is not null) execute function note_stake();

create function note_exposure() returns trigger language plpgsql as $$
declare
  more bigint := coalesce(new.quantity, 0) - coalesce(old.quantity, 0);
  more_dust bigint := coalesce(new.quantity, 0) % 100 - coalesce(old.quantity, 0) % 100;
begin
  if more <> 0 then
    update market_exposure set quantity = quantity + more, dust = dust + more_dust
      where venue = coalesce(new.venue, old.venue) and market = coalesce(new.market, old.market);
    if not found then
      insert into market_exposure (venue, market, quantity, dust) values (new.venue, new.market, more, more_dust);
    end if;
  end if;
  return null;
end $$;
create trigger note_exposure after insert or update of quantity or delete on lot for each row execute function note_exposure();

insert into opening_hour select hour_of(started_ms), count(*), sum(contracts) from trade where reservation <> 'refused' group by 1;
insert into result_hour select hour_of(at_ms), strategy, sum(change_micros) from trade_result where change_micros <> 0 group by 1, 2;
insert into open_stake select strategy, sum(stake_of(t)) from trade t where pnl_kind = 'open' and ended_ms is not null group by strategy;
insert into market_exposure select venue, market, sum(quantity), sum(quantity % 100) from lot where quantity > 0 group by venue, market;
drop index trade_at_stake;

-- Markets of an event and open edges of a sport, asked with each reserve; what a trade has claimed, when it ends.
create index listing_by_event on listing (venue, event);
create index claim_by_holder on claim (holder);
create index trade_in_sport on trade ((plan ->> 'sport')) where strategy = 'edge' and reservation <> 'refused' and (ended_ms is null or pnl_kind <> 'realised');

-- What strategies have earned since a moment: by the hour, and by the row before the first full one.
create function earned_since(p_ms bigint) returns table (strategy text, change_micros bigint) language sql stable as $$
  select e.strategy, sum(e.change_micros)::bigint from (
    select h.strategy, h.change_micros from result_hour h where h.hour_ms >= next_hour(p_ms)
    union all select r.strategy, r.change_micros from trade_result r where r.at_ms >= p_ms and r.at_ms < next_hour(p_ms) and r.change_micros <> 0) e
  group by e.strategy
$$;
create function opened_since(p_ms bigint) returns table (openings bigint, contracts bigint) language sql stable as $$
  select coalesce(sum(o.openings), 0)::bigint, coalesce(sum(o.contracts), 0)::bigint from (
    select h.openings, h.contracts from opening_hour h where h.hour_ms >= next_hour(p_ms)
    union all select 1, t.contracts from trade t where t.reservation <> 'refused' and t.started_ms >= p_ms and t.started_ms < next_hour(p_ms)) o
$$;

-- A strategy's breaker, the results it was not told yet, and what the strategy has lost.
create function breaker_told(p_strategy text, p_today bigint, p_week bigint) returns jsonb language plpgsql stable as $$
declare
  own breaker;
begin
  select * into own from breaker where strategy = p_strategy;
  return jsonb_build_object('breaker', own.body, 'seen', coalesce(own.seen, 0), 'today', p_today, 'this_week', p_week,
    'results', (select coalesce(jsonb_agg(jsonb_build_object('seq', seq, 'tradeId', trade_id, 'change', change_micros, 'clean', clean) order by seq), '[]')
      from trade_result where strategy = p_strategy and seq > coalesce(own.seen, 0)));
end $$;
create or replace function breaker_facts(p_strategy text, p_day_ms bigint, p_week_ms bigint) returns jsonb language sql stable as $$
  select breaker_told(p_strategy, coalesce((select -change_micros from earned_since(p_day_ms) where strategy = p_strategy), 0),
    coalesce((select -change_micros from earned_since(p_week_ms) where strategy = p_strategy), 0))
$$;

-- Contracts held, or intended by running trades: counts a running fill twice at most, never not at all. A market counts with those of its event; one that
-- nobody lists is an event of its own.
create or replace function exposure_of(p_venues text[], p_markets text[]) returns jsonb language sql stable as $$
  with wanted as (select w.n, w.venue, w.market, coalesce(l.event, w.market) as event
      from unnest(p_venues, p_markets) with ordinality as w (venue, market, n) left join listing l on l.venue = w.venue and l.market = w.market),
    alike as (select w.n, l.venue, l.market from wanted w join listing l on l.venue = w.venue and l.event = w.event
      union all select w.n, w.venue, w.event from wanted w where not exists (select 1 from listing l where l.venue = w.venue and l.market = w.event)),
    placed as (select a.n, a.market, e.quantity, e.dust from alike a join market_exposure e on e.venue = a.venue and e.market = a.market
      union all select a.n, a.market, i.quantity, 0 from trade t join order_intent i using (trade_id) join alike a on a.venue = i.venue and a.market = i.market
        where t.ended_ms is null and t.reservation = 'granted' and i.client_order_id !~ '-c[0-9]+$')
  select jsonb_agg(to_jsonb(e) - 'n' order by e.n) from (select w.n, w.venue, w.market, w.event, coalesce(sum(p.quantity) filter (where p.market = w.market), 0) as in_market,
      coalesce(sum(p.quantity), 0) as in_event, coalesce(sum(p.dust) filter (where p.market = w.market), 0) as dust
    from wanted w left join placed p on p.n = w.n group by w.n, w.venue, w.market, w.event) e
$$;

-- All that is cash, reserved or at stake, without adding up every market there ever was: all balances sum to zero (invariant 1), so it is what the few
-- other accounts of the chart are against it.
create function bankroll() returns bigint language sql stable as $$
  select coalesce(-sum(amount_micros), 0)::bigint from balance where account in ('equity:capital', 'transit',
    'suspense:kalshi', 'suspense:forecastex', 'receivable:coupon:kalshi', 'receivable:coupon:forecastex', 'expense:fee:kalshi', 'expense:fee:forecastex',
    'income:trading:kalshi', 'income:trading:forecastex', 'income:settlement:kalshi', 'income:settlement:forecastex',
    'income:coupon:kalshi', 'income:coupon:forecastex')
$$;

-- As before, from the sums.
create or replace function risk_state(p_trade text, p_subject text, p_strategy text, p_mode text, p_sport text, p_venues text[], p_markets text[],
  p_minute_ms bigint, p_day_ms bigint, p_week_ms bigint, p_purses text[]) returns jsonb language plpgsql as $$
declare
  halt_epoch bigint;
  limits jsonb;
  opened record;
  today record;
  week record;
  running record;
  held record;
begin
  perform 1 from risk_lock for update;
  select value into halt_epoch from epoch where name = 'halt' for share;
  select body into limits from limits_version where active;
  select * into opened from opened_since(p_day_ms);
  select coalesce(-sum(change_micros), 0)::bigint as lost, coalesce(-sum(change_micros) filter (where strategy = p_strategy), 0)::bigint as own
    into today from earned_since(p_day_ms);
  select coalesce(-sum(change_micros), 0)::bigint as lost, coalesce(-sum(change_micros) filter (where strategy = p_strategy), 0)::bigint as own
    into week from earned_since(p_week_ms);
  select count(*) as n, coalesce(sum(at_stake), 0) as at_stake, coalesce(sum(at_stake) filter (where strategy = 'box'), 0) as box,
      count(*) filter (where strategy = 'box' and at_stake > 0) as first_legs, min(started_ms) filter (where strategy = 'box' and at_stake > 0) as oldest
    into running from running_trades();
  select coalesce(sum(amount_micros), 0) as at_stake, coalesce(sum(amount_micros) filter (where strategy = 'box'), 0) as box into held from open_stake;
  return jsonb_build_object(
    'known', (select jsonb_build_object('run_id', run_id, 'reservation', reservation, 'verdicts', verdicts) from trade where trade_id = p_trade),
    'released', exists (select 1 from tombstone where trade_id = p_trade),
    'limits', limits,
    'halt_epoch', halt_epoch,
    'halts', (select coalesce(jsonb_agg(scope), '[]') from halt where active),
    'breaker', breaker_told(p_strategy, today.own, week.own),
    'clean_trades', clean_trades(p_strategy, p_mode, greatest((limits ->> 'firstCleanTrades')::bigint, (limits ->> 'nextCleanTrades')::bigint,
      (limits ->> 'moreFirstLegsCleanTrades')::bigint)),
    'open_trades', running.n,
    -- no more rows than the limit on openings in a minute lets there be
    'openings_minute', (select count(*) from trade where reservation <> 'refused' and started_ms > p_minute_ms),
    'openings_today', opened.openings,
    'contracts_today', opened.contracts,
    'last_opened', (select max(started_ms) from trade where reservation <> 'refused'),
    'lost_today', today.lost,
    'lost_this_week', week.lost,
    'at_stake', running.at_stake + held.at_stake,
    'unpaired_first_legs', running.first_legs,
    'unpaired_premium', running.box + held.box,
    'unpaired_since', running.oldest,
    'premium_in_sport', case when p_sport is null then 0 else premium_in_sport(p_sport) end,
    'bankroll', case when p_sport is null then 0 else bankroll() end,
    'last_ended', (select max(ended_ms) from trade where subject = p_subject and reservation <> 'refused'),
    'last_fill', (select max(f.at_ms) from unnest(p_venues, p_markets) w (venue, market) join fill f on f.venue = w.venue and f.market = w.market),
    'unresolved', (select count(*) from order_intent where state = 'unknown'),
    'claims', (select coalesce(jsonb_agg(c), '[]') from (select distinct * from unnest(p_venues, p_markets) w (venue, market)) w
      join claim c on c.venue = w.venue and c.market = w.market),
    'cash', (select coalesce(jsonb_agg(jsonb_build_object('purse', split_part(account, ':', 2), 'amount', amount_micros)), '[]') from balance where account = any(p_purses)),
    'contracts', exposure_of(p_venues, p_markets));
end $$;

-- As before, but the balances are found by their names: the planner takes a list in jsonb for thousands of rows, and read every account there is.
create or replace function ledger_post_new(p_transfers jsonb) returns void language plpgsql as $$
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
    from (select account, sum(amount) as total from legs group by account) moved where b.account = moved.account and b.account = any(accounts);
end $$;

-- Down Migration

create or replace function ledger_post_new(p_transfers jsonb) returns void language plpgsql as $$
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
create or replace function risk_state(p_trade text, p_subject text, p_strategy text, p_mode text, p_sport text, p_venues text[], p_markets text[],
  p_minute_ms bigint, p_day_ms bigint, p_week_ms bigint, p_purses text[]) returns jsonb language plpgsql as $$
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
    'cash', (select coalesce(jsonb_agg(jsonb_build_object('purse', split_part(account, ':', 2), 'amount', amount_micros)), '[]') from balance where account = any(p_purses)),
    'contracts', exposure_of(p_venues, p_markets));
end $$;
drop function bankroll;
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
create or replace function breaker_facts(p_strategy text, p_day_ms bigint, p_week_ms bigint) returns jsonb language plpgsql stable as $$
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
drop function breaker_told, opened_since, earned_since;
drop index trade_in_sport, claim_by_holder, listing_by_event;
create index trade_at_stake on trade (trade_id) where pnl_kind = 'open' and ended_ms is not null;
drop trigger note_exposure on lot;
drop trigger note_stake on trade;
drop trigger note_earned on trade_result;
drop trigger note_opening on trade;
drop function note_exposure, note_stake, note_earned, note_opening, stake_of, next_hour, hour_of;
drop table market_exposure, open_stake, result_hour, opening_hour;
