-- Up Migration

-- Interest that a venue pays on cash and tells by no call: a person books it out of a break of cash, into an account of its own (docs/ledger.md).

-- 1, 4, 13: the chart has income:interest beside income:coupon, which invariant 12 bounds by what positions can have earned.
alter table posting drop constraint posting_account_of_chart;
alter table posting add constraint posting_account_of_chart check (
  account ~ '^((cash|reserved):(kalshi(/(?!0[.]0$)(0|[1-9][0-9]?)[.](0|[1-9][0-9]{0,3}))?|forecastex)|(suspense|receivable:coupon|income:(trading|settlement|coupon|interest)|expense:fee):(kalshi|forecastex)|position:(kalshi|forecastex):[^:]+:(yes|no)|transit|equity:capital)$');

alter table account_break drop constraint account_break_resolution_check;
alter table account_break add constraint account_break_resolution_check
  check (resolution in ('explained', 'suspense', 'interest', 'adopted', 'sold', 'hedged', 'agrees'));
-- All of what it differed is booked then, and cash is all that interest moves.
alter table account_break add constraint break_of_interest_is_cash_paid
  check (resolution is distinct from 'interest' or (kind = 'cash' and amount_micros > 0));

-- As before, and interest is against what is cash.
create or replace function bankroll() returns bigint language sql stable as $$
  select coalesce(-sum(amount_micros), 0)::bigint from balance where account in ('equity:capital', 'transit',
    'suspense:kalshi', 'suspense:forecastex', 'receivable:coupon:kalshi', 'receivable:coupon:forecastex', 'expense:fee:kalshi', 'expense:fee:forecastex',
    'income:trading:kalshi', 'income:trading:forecastex', 'income:settlement:kalshi', 'income:settlement:forecastex',
    'income:coupon:kalshi', 'income:coupon:forecastex', 'income:interest:kalshi', 'income:interest:forecastex')
$$;

-- Down Migration

create or replace function bankroll() returns bigint language sql stable as $$
  select coalesce(-sum(amount_micros), 0)::bigint from balance where account in ('equity:capital', 'transit',
    'suspense:kalshi', 'suspense:forecastex', 'receivable:coupon:kalshi', 'receivable:coupon:forecastex', 'expense:fee:kalshi', 'expense:fee:forecastex',
    'income:trading:kalshi', 'income:trading:forecastex', 'income:settlement:kalshi', 'income:settlement:forecastex',
    'income:coupon:kalshi', 'income:coupon:forecastex')
$$;
alter table account_break drop constraint break_of_interest_is_cash_paid;
alter table account_break drop constraint account_break_resolution_check;
alter table account_break add constraint account_break_resolution_check
  check (resolution in ('explained', 'suspense', 'adopted', 'sold', 'hedged', 'agrees'));
alter table posting drop constraint posting_account_of_chart;
alter table posting add constraint posting_account_of_chart check (
  account ~ '^((cash|reserved):(kalshi(/(?!0[.]0$)(0|[1-9][0-9]?)[.](0|[1-9][0-9]{0,3}))?|forecastex)|(suspense|receivable:coupon|income:(trading|settlement|coupon)|expense:fee):(kalshi|forecastex)|position:(kalshi|forecastex):[^:]+:(yes|no)|transit|equity:capital)$');
