-- Up Migration

-- Kill drills (execution.md E26, E27): what was rehearsed against a canary, and what it came to. `run` makes a repeated beginning the same drill;
-- `canaries` are the drill's intents, written before their bytes leave (E3).
create table drill (
  id text primary key check (id ~ '^[0-9A-Za-z]{1,20}$'),
  run text not null unique,
  mode text not null check (mode in ('sim', 'paper', 'demo')),
  shards text[] not null check (cardinality(shards) > 0),
  by_name text not null,
  role text not null,
  started_ms bigint not null,
  canaries jsonb not null default '[]',
  ended_ms bigint,
  outcome text check (outcome in ('passed', 'failed')),
  report jsonb,
  check ((ended_ms is null) = (outcome is null) and (ended_ms is null) = (report is null))
);
-- One at a time, whoever started it.
create unique index drill_running on drill ((true)) where ended_ms is null;
create index drill_by_time on drill (started_ms);

-- Down Migration

drop table drill;
