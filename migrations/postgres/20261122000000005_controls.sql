-- Up Migration

-- A halt or resume without a reason helps nobody who comes later.
alter table halt add constraint halt_has_a_reason check (btrim(reason) <> '');

-- The file that a set of limits descends from: an import of the same file at the next start does not undo what was approved since.
alter table limits_version add column origin text;
update limits_version set origin = version;
alter table limits_version alter column origin set not null;

-- Sets of limits that somebody asked for, and what became of each. `request` makes a repeated proposal the same one.
create table limits_proposal (
  id bigint generated always as identity primary key,
  request text not null unique,
  version text not null,
  body jsonb not null,
  base text,
  changes jsonb not null,
  state text not null check (state in ('open', 'applied', 'rejected')),
  by_name text not null,
  role text not null,
  at_ms bigint not null,
  decided_by text,
  decided_role text,
  decided_ms bigint,
  reason text not null default '',
  check ((state = 'open') = (decided_ms is null)),
  check (state <> 'rejected' or btrim(reason) <> '')
);
create unique index limits_proposal_open on limits_proposal (version) where state = 'open';

-- Down Migration

drop table limits_proposal;
alter table limits_version drop column origin;
alter table halt drop constraint halt_has_a_reason;
