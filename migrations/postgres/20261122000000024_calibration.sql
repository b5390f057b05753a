-- Up Migration

-- What calibration found of a profile's claims, and what is left of its sizes since: a row a run and profile. The newest row counts, unless a person has
-- lifted it since. share_ppm is of each size, in millionths; 0: nothing of the profile trades.
create table calibration (
  id bigint generated always as identity primary key,
  run text not null,
  mode text not null check (mode in ('sim', 'paper', 'observe', 'demo', 'live')),
  profile text not null check (btrim(profile) <> ''),
  at_ms bigint not null,
  from_ms bigint not null check (from_ms <= at_ms),
  verdict text not null check (verdict in ('holds', 'fails', 'few')),
  share_ppm bigint not null check (share_ppm between 0 and 1000000),
  reasons jsonb not null check (jsonb_typeof(reasons) = 'array' and (share_ppm = 1000000) = (reasons = '[]')),
  figures jsonb not null,
  unique (run, profile)
);
create index calibration_newest on calibration (mode, profile, id);
create trigger calibration_is_append_only before update or delete or truncate on calibration for each statement execute function refuse_change();

create table calibration_lift (
  id bigint generated always as identity primary key,
  mode text not null check (mode in ('sim', 'paper', 'observe', 'demo', 'live')),
  profile text not null check (btrim(profile) <> ''),
  at_ms bigint not null,
  by_name text not null,
  role text not null check (role in ('operator', 'approver', 'system')),
  reason text not null check (btrim(reason) <> '')
);
create index calibration_lift_newest on calibration_lift (mode, profile, at_ms);
create trigger calibration_lift_is_append_only before update or delete or truncate on calibration_lift
  for each statement execute function refuse_change();
select grant_to_roles();

-- Down Migration

drop table calibration_lift;
drop table calibration;
