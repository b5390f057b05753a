-- Up Migration

-- What was seen at the venues, dated (execution.md §10). The facts themselves are code (core/facts); live refuses what depends on an unproven one.
create table fact_proof (
  id bigint generated always as identity primary key,
  fact text not null check (fact ~ '^(kalshi|forecastex)\.[a-z0-9-]{1,60}$'),
  value text not null check (btrim(value) <> ''),
  environment text not null check (environment in ('sim', 'demo', 'paper', 'live')),
  evidence text not null check (btrim(evidence) <> ''),
  sha256 text check (sha256 ~ '^[0-9a-f]{64}$'),
  by_name text not null,
  role text not null,
  at_ms bigint not null,
  expires_ms bigint not null check (expires_ms > at_ms)
);
create index fact_proof_by_fact on fact_proof (fact, at_ms);
create trigger fact_proof_is_append_only before update or delete or truncate on fact_proof for each statement execute function refuse_change();

-- A proof that was wrong stays on record, with why it does not count any more.
create table fact_withdrawal (
  proof_id bigint primary key references fact_proof (id),
  reason text not null check (btrim(reason) <> ''),
  by_name text not null,
  role text not null,
  at_ms bigint not null
);
create trigger fact_withdrawal_is_append_only before update or delete or truncate on fact_withdrawal for each statement execute function refuse_change();

-- Down Migration

drop table fact_withdrawal;
drop table fact_proof;
