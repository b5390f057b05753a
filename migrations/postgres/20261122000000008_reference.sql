-- Up Migration

-- What ForecastEx lists, for the review of pairs and so that a restart need not ask for contracts it knows (ingestContracts, the only writer).
create table forecastex_products (
  symbol text primary key,
  name text not null,
  category text not null,
  under_con_id bigint,
  -- Contracts that were listed and make no question, and why.
  problems jsonb not null default '[]',
  -- Why its contracts could not be seen when they were looked for last; null: they could.
  trouble text,
  first_seen_ms bigint not null,
  last_seen_ms bigint,
  looked_ms bigint not null
);

create table forecastex_questions (
  yes_con_id bigint primary key,
  no_con_id bigint not null,
  symbol text not null references forecastex_products,
  trading_class text not null,
  name text not null,
  -- A decimal exactly as the venue has it: never a float.
  strike text not null check (strike ~ '^-?[0-9]+([.][0-9]+)?$'),
  last_trade_date text not null check (last_trade_date ~ '^[0-9]{8}$'),
  last_trade_ms bigint not null,
  real_expiration text not null,
  time_zone text not null,
  -- As told, and what they mean (core/market/sessions).
  trading_hours text not null,
  liquid_hours text not null,
  hours jsonb not null,
  -- 1e-4 USD.
  tick integer not null check (tick > 0),
  first_seen_ms bigint not null,
  last_seen_ms bigint not null,
  delisted_ms bigint,
  check (yes_con_id <> no_con_id)
);
create index forecastex_questions_symbol on forecastex_questions (symbol, last_trade_date);

-- What became different of a question, and when it was seen. Nothing is taken away.
create table forecastex_question_changes (
  id bigint generated always as identity primary key,
  yes_con_id bigint not null references forecastex_questions,
  at_ms bigint not null,
  field text not null,
  before text not null,
  after text not null
);
create index forecastex_question_changes_at on forecastex_question_changes (at_ms);

-- Down Migration

drop table forecastex_question_changes;
drop table forecastex_questions;
drop table forecastex_products;
