-- Up Migration

-- What a venue answered when calibrate asked it how a market ended: a row an answer, the newest counts. status null: it knows no such market, neither now nor
-- in its archive. An answer that is later than the listing of a market overrules it, for the listing of one that was archived is never read again.
create table market_answer (
  id bigint generated always as identity primary key,
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null check (btrim(market) <> ''),
  asked_ms bigint not null,
  status text check (status in ('open', 'paused', 'closed', 'determined', 'settled')),
  pays_micros bigint check (pays_micros between 0 and 1000000),
  settled_ms bigint,
  check (status is not null or (pays_micros is null and settled_ms is null))
);
create index market_answer_newest on market_answer (venue, market, id);
create trigger market_answer_is_append_only before update or delete or truncate on market_answer for each statement execute function refuse_change();
select grant_to_roles();

-- Down Migration

drop table market_answer;
