-- Up Migration

-- What only statements show: positions that vanish, interest that is owed less than before (docs/decisions/settlement-at-forecastex.md). Notes, not
-- money: the ledger has what was booked because of them.

-- 8: a fee that the venue has not told is booked as its model says, until it is told.
alter table fill add column fee_estimated boolean not null default false;

-- A position as the venue's statements showed it last. seen_ms: null for contracts of ours that no statement has shown.
create table venue_position (
  venue text not null,
  account text not null,
  market text not null,
  outcome text not null,
  quantity bigint not null,
  seen_ms bigint,
  gone_ms bigint,
  primary key (venue, account, market, outcome)
);

-- Interest owed, as told last, and each fall of it: a payment once the cash shows it. coupon: the transfer that booked it.
create table accrual (
  venue text not null,
  account text not null,
  accrued_micros bigint not null,
  at_ms bigint not null,
  primary key (venue, account)
);
create table accrual_fall (
  venue text not null,
  account text not null,
  at_ms bigint not null,
  amount_micros bigint not null check (amount_micros > 0),
  coupon text references transfer (id),
  primary key (venue, account, at_ms)
);

-- 12: what the positions of a venue can have earned at most until a moment, a dollar for each contract and every day begun since it was bought.
-- 6 % is above what ForecastEx has ever paid.
create function coupon_cap(p_venue text, p_at_ms bigint) returns bigint language sql stable as $$
  select coalesce(floor(sum(quantity * 10000 * 0.06 * greatest(ceil((p_at_ms - at_ms) / 86400000.0), 0) / 365)), 0)::bigint
  from fill where action = 'buy' and venue = p_venue
$$;

-- Down Migration

drop function coupon_cap;
drop table accrual_fall;
drop table accrual;
drop table venue_position;
alter table fill drop column fee_estimated;
