-- Up Migration

-- The one row that every reserve locks first: reserves are judged one after another, so a limit cannot be passed by two at once.
create table risk_lock (account text primary key);
insert into risk_lock values ('default');

create table limits_version (
  version text primary key,
  body jsonb not null,
  by_name text not null,
  at_ms bigint not null,
  active boolean not null
);
create unique index limits_one_active on limits_version (active) where active;

create table pair (
  id text primary key,
  base text not null,
  kalshi_market text not null,
  forecastex_market text not null,
  polarity text not null check (polarity in ('same', 'opposite')),
  class text not null check (class in ('S0', 'S1', 'S1h', 'S2', 'S3')),
  approved_for text not null check (approved_for in ('none', 'sim', 'all')),
  state text not null check (state in ('active', 'suspended', 'ended')),
  version integer not null default 1,
  by_name text not null,
  at_ms bigint not null
);

-- What the venues say of their markets: states, price grids, series fees (ingestMarkets).
create table listing (
  venue text not null,
  market text not null,
  event text not null,
  series text not null,
  status text not null,
  body jsonb not null,
  fetched_ms bigint not null,
  primary key (venue, market)
);

create table halt (
  scope text primary key,
  active boolean not null,
  epoch bigint not null,
  by_name text not null,
  role text not null,
  reason text not null,
  at_ms bigint not null
);
-- Rises with every halt and resume; openings read it for share (E26).
create table epoch (name text primary key, value bigint not null);
insert into epoch values ('halt', 0);

-- E19: one holder sends orders for an account and shard. The epoch rises with every change of holder.
create table lease (
  name text primary key,
  holder text not null,
  epoch bigint not null,
  expires_at timestamptz not null
);

create table trade (
  trade_id text primary key,
  run_id text not null,
  strategy text not null,
  subject text not null,
  mode text not null,
  plan jsonb not null,
  reservation text not null check (reservation in ('granted', 'refused', 'released')),
  verdicts jsonb not null,
  halt_epoch bigint not null,
  started_ms bigint not null,
  edge_micros bigint not null,
  contracts bigint not null,
  state text not null default 'running',
  outcome text,
  result jsonb,
  pnl_micros bigint not null default 0,
  pnl_kind text not null default 'open' check (pnl_kind in ('guaranteed', 'realised', 'open')),
  ended_ms bigint
);
create index trade_by_start on trade (started_ms desc);
create index trade_open on trade (subject) where ended_ms is null;
create index trade_by_subject on trade (subject, started_ms desc);
create index trade_by_end on trade (ended_ms);
create index trade_at_stake on trade (trade_id) where pnl_kind = 'open' and ended_ms is not null;

-- A released trade may not reserve again: a reserve that commits late cannot leak (E6).
create table tombstone (trade_id text primary key, at_ms bigint not null);

create table claim (
  venue text not null,
  market text not null,
  subject text not null,
  outcome text not null check (outcome in ('yes', 'no')),
  state text not null check (state in ('exclusive', 'settling')),
  holder text not null,
  primary key (venue, market)
);

-- E3: an intent is durable before its bytes leave.
create table order_intent (
  client_order_id text primary key,
  trade_id text not null references trade (trade_id),
  venue text not null,
  market text not null,
  action text not null check (action in ('buy', 'sell')),
  outcome text not null check (outcome in ('yes', 'no')),
  limit_price integer not null check (limit_price between 0 and 10000),
  quantity bigint not null check (quantity >= 0),
  time_in_force text not null check (time_in_force in ('ioc', 'fok')),
  purpose text not null check (purpose in ('opening', 'reducing')),
  not_after_ms bigint not null,
  state text not null default 'intended' check (state in ('intended', 'unknown', 'final', 'rejected')),
  detail text not null default '',
  filled bigint not null default 0
);
create index order_by_trade on order_intent (trade_id);
create index order_unknown on order_intent (trade_id) where state = 'unknown';

-- Each execution once (I13): venue|account|order|execution base id.
create table fill (
  key text primary key,
  client_order_id text not null references order_intent (client_order_id),
  trade_id text not null references trade (trade_id),
  venue text not null,
  account text not null,
  venue_order_id text not null,
  execution_id text not null,
  market text not null,
  outcome text not null,
  action text not null,
  price integer not null,
  quantity bigint not null check (quantity > 0),
  fee_micros bigint not null,
  at_ms bigint not null
);
create index fill_by_trade on fill (trade_id);
create index fill_by_market on fill (venue, market, at_ms desc);

-- E7: lots per trade sum to the venue's net position.
create table lot (
  trade_id text not null references trade (trade_id),
  venue text not null,
  market text not null,
  outcome text not null,
  quantity bigint not null check (quantity >= 0),
  cost_micros bigint not null check (cost_micros >= 0),
  primary key (trade_id, venue, market, outcome),
  check (quantity > 0 or cost_micros = 0)
);
create index lot_open on lot (venue, market) where quantity > 0;

create table settlement (
  venue text not null,
  market text not null,
  trade_id text not null references trade (trade_id),
  outcome text not null,
  quantity bigint not null,
  paid_micros bigint not null,
  at_ms bigint not null,
  primary key (venue, market, trade_id, outcome)
);

create table account_break (
  id bigint generated always as identity primary key,
  venue text not null,
  kind text not null,
  detail jsonb not null,
  opened_ms bigint not null,
  closed_ms bigint,
  unique (venue, kind, detail)
);

create table audit (
  seq bigint generated always as identity primary key,
  at_ms bigint not null,
  by_name text not null,
  role text not null,
  action text not null,
  detail jsonb not null
);
create trigger audit_is_append_only before update or delete or truncate on audit for each statement execute function refuse_change();

-- Down Migration

drop table audit, account_break, settlement, lot, fill, order_intent, claim, tombstone, trade, lease, epoch, halt, listing, pair, limits_version, risk_lock cascade;
