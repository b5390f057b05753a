-- Up Migration

-- What a venue and the ledger do not agree about, and nobody has explained yet (core/ledger/breaks). The former table was never written.
drop table account_break;
create table account_break (
  id bigint generated always as identity primary key,
  venue text not null check (venue in ('kalshi', 'forecastex')),
  kind text not null check (kind in ('cash', 'position', 'unknown-fill', 'strange-execution', 'missing-execution', 'fee', 'resting-order')),
  -- Of which purse, market, fill, execution or order: with venue and kind what makes the same difference the same break.
  subject text not null check (btrim(subject) <> ''),
  market text,
  purse text,
  -- What the venue has more than the ledger because of it: contracts in 1e-2 YES, cash in micro-dollars.
  contracts bigint not null,
  amount_micros bigint not null,
  detail text not null check (btrim(detail) <> ''),
  opened_ms bigint not null,
  last_seen_ms bigint not null check (last_seen_ms >= opened_ms),
  -- Whose task it is.
  owner text check (btrim(owner) <> ''),
  -- resolved: by a person; closed: by itself.
  state text not null check (state in ('open', 'resolved', 'closed')),
  resolution text check (resolution in ('explained', 'suspense', 'adopted', 'sold', 'hedged', 'agrees')),
  by_name text,
  reason text check (btrim(reason) <> ''),
  ended_ms bigint,
  -- Of a resolved one: whether its difference is still there, and counted as known.
  accepted boolean not null default false,
  constraint break_end_is_whole check ((state = 'open') = (ended_ms is null) and (state = 'open') = (resolution is null)
    and (state = 'open') = (by_name is null) and (state = 'open') = (reason is null)),
  constraint break_closes_by_agreement check ((state = 'closed') = (resolution is not distinct from 'agrees')),
  constraint break_accepted_by_a_person check (not accepted or resolution in ('explained', 'suspense'))
);
create unique index account_break_open on account_break (venue, kind, subject) where state = 'open';
create index account_break_standing on account_break (venue) where state = 'open' or accepted;

create function refuse_break_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (new.id, new.venue, new.kind, new.subject, new.opened_ms) is not distinct from (old.id, old.venue, old.kind, old.subject, old.opened_ms)
    and (old.state = 'open' or (new.state, new.resolution, new.by_name, new.reason, new.ended_ms)
      is not distinct from (old.state, old.resolution, old.by_name, old.reason, old.ended_ms)) then return new; end if;
  raise exception 'break % stays on record: an ended one does not open again', old.id;
end $$;
create trigger break_stays_on_record before update or delete on account_break for each row execute function refuse_break_change();

-- What a night's comparison of a day came to (workflow tieOut): its figures as they were then.
create table tie_out (
  id bigint generated always as identity primary key,
  day date not null,
  at_ms bigint not null,
  ties boolean not null,
  report jsonb not null
);
create index tie_out_by_day on tie_out (day, id);
create trigger tie_out_is_append_only before update or delete or truncate on tie_out for each statement execute function refuse_change();

-- Down Migration

drop table tie_out;
drop table account_break;
drop function refuse_break_change;
create table account_break (
  id bigint generated always as identity primary key,
  venue text not null,
  kind text not null,
  detail jsonb not null,
  opened_ms bigint not null,
  closed_ms bigint,
  unique (venue, kind, detail)
);
