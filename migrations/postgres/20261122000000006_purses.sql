-- Up Migration

-- Cash is kept per (venue, account, subaccount, shard): docs/decisions/purses.md. The default purse (subaccount 0, shard 0) has the venue's name, every
-- other is kalshi/<subaccount>.<shard>. The rest of the chart stays per venue.

-- 1, 4, 13: an account is one of the chart, and a purse has one name.
alter table posting drop constraint posting_account_of_chart;
alter table posting add constraint posting_account_of_chart check (
  account ~ '^((cash|reserved):(kalshi(/(?!0[.]0$)(0|[1-9][0-9]?)[.](0|[1-9][0-9]{0,3}))?|forecastex)|(suspense|receivable:coupon|income:(trading|settlement|coupon)|expense:fee):(kalshi|forecastex)|position:(kalshi|forecastex):[^:]+:(yes|no)|transit|equity:capital)$');

-- What a trade pays for a market from, and is paid into: as its plan has it, which is what was checked and reserved (E8).
create function purse_of(p_trade text, p_venue text, p_market text) returns text language sql stable as $$
  select coalesce((select leg ->> 'purse' from trade t cross join jsonb_array_elements(t.plan -> 'legs') as legs (leg)
    where t.trade_id = p_trade and leg -> 'order' ->> 'venue' = p_venue and leg -> 'order' ->> 'market' = p_market), p_venue)
$$;

-- 5: the contracts of a lot are those of its fills, less what was netted (a dollar a pair, into whichever purse) and what settled.
create or replace function contracts_of(p_trade text, p_venue text, p_market text, p_outcome text) returns bigint language sql stable as $$
  select coalesce((select sum(case when action = 'buy' then quantity else -quantity end) from fill
      where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
    - coalesce((select sum(c.amount_micros) / 10000 from postings_of(p_trade) p join postings_of(p_trade) c using (transfer_id)
      where p.kind = 'netPair' and c.account like 'cash:%' and p.account = 'position:' || p_venue || ':' || p_market || ':' || p_outcome), 0)
    - coalesce((select sum(quantity) from settlement where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
$$;

-- As before, and the cash of the purses that are asked for.
drop function risk_state;
create function risk_state(p_trade text, p_subject text, p_strategy text, p_mode text, p_sport text, p_venues text[], p_markets text[],
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

-- Down Migration

drop function risk_state;
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

create or replace function contracts_of(p_trade text, p_venue text, p_market text, p_outcome text) returns bigint language sql stable as $$
  select coalesce((select sum(case when action = 'buy' then quantity else -quantity end) from fill
      where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
    - coalesce((select sum(c.amount_micros) / 10000 from postings_of(p_trade) p join postings_of(p_trade) c using (transfer_id)
      where p.kind = 'netPair' and c.account = 'cash:' || p_venue and p.account = 'position:' || p_venue || ':' || p_market || ':' || p_outcome), 0)
    - coalesce((select sum(quantity) from settlement where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
$$;

drop function purse_of;
alter table posting drop constraint posting_account_of_chart;
alter table posting add constraint posting_account_of_chart check (
  account ~ '^((cash|reserved|suspense|receivable:coupon|income:(trading|settlement|coupon)|expense:fee):(kalshi|forecastex)|position:(kalshi|forecastex):[^:]+:(yes|no)|transit|equity:capital)$');
