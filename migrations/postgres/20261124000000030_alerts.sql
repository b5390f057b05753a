-- Up Migration

-- What people were told of, or are to be told of: one open row for each name and subject (docs/alerts.md).
create table alert (
  id bigint generated always as identity primary key,
  name text not null check (btrim(name) <> ''),
  subject text not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  title text not null,
  detail text not null,
  trade_id text,
  count bigint not null check (count > 0),
  first_ms bigint not null,
  last_ms bigint not null,
  acked_ms bigint,
  acked_by text,
  ended_ms bigint,
  -- null: it ended by itself.
  ended_by text,
  check ((acked_ms is null) = (acked_by is null)),
  check (ended_ms is not null or ended_by is null)
);
create unique index alert_open on alert (name, subject) where ended_ms is null;
create index alert_newest on alert (last_ms desc, id desc);

-- What a channel was told of one: claimed before it is sent, so that two workers send it once and a dead one's is sent again.
create table alert_delivery (
  alert_id bigint not null references alert (id),
  channel text not null,
  occasion text not null check (occasion ~ '^(raised|escalated|ended|again:[1-9][0-9]*)$'),
  count bigint not null,
  state text not null check (state in ('sending', 'sent', 'failed')),
  attempts integer not null check (attempts > 0),
  error text,
  at_ms bigint not null,
  primary key (alert_id, channel, occasion)
);

-- How far each source of events was read.
create table alert_cursor (
  source text primary key,
  position bigint not null
);
select grant_to_roles();

-- Down Migration

drop table alert_cursor;
drop table alert_delivery;
drop table alert;
