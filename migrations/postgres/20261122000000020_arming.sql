-- Up Migration

-- Whether a strategy may trade. A person arms it for one mode and one profile; the command that armed it renews it every few seconds, so that one that dies
-- disarms by itself when `until_ms` has passed. One row a strategy: who armed and who disarmed is in the audit. The epoch rises with either.
create table arming (
  strategy text primary key check (strategy = 'edge'),
  mode text not null check (mode in ('sim', 'paper', 'demo', 'live')),
  profile text not null check (btrim(profile) <> ''),
  -- How many trades it is armed for; null: any number.
  max_trades bigint check (max_trades > 0),
  by_name text not null,
  role text not null check (role in ('operator', 'approver', 'system')),
  armed_ms bigint not null,
  until_ms bigint not null check (until_ms > armed_ms),
  -- null: it is armed, until its time is up.
  disarmed_ms bigint,
  epoch bigint not null check (epoch > 0)
);
select grant_to_roles();

-- Down Migration

drop table arming;
