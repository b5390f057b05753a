-- Up Migration

-- What a venue has said that a market asks and how it decides: every text that was seen, in its order. One that comes back is a row of its own.
create table rule_text (
  id bigint generated always as identity primary key,
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null,
  sha256 text not null check (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
  text text not null check (btrim(text) <> ''),
  first_seen_ms bigint not null
);
create index rule_text_by_market on rule_text (venue, market, id);
create trigger rule_text_is_append_only before update or delete or truncate on rule_text for each statement execute function refuse_change();

-- What a market's texts were read as (core/market/proposition), the newest reading of each: what pairs are proposed from.
create table market_reading (
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null,
  title text not null,
  closes_ms bigint not null,
  rules_sha256 text,
  reading jsonb not null,
  read_ms bigint not null,
  primary key (venue, market)
);

-- The judgement that two markets ask the same question. Nothing is changed: whatever happens to a pair is a version of its certificate.
create table certificate (
  pair text not null references pair (id),
  version integer not null check (version > 0),
  state text not null check (state in ('proposed', 'active', 'suspended', 'ended', 'rejected')),
  question text not null,
  class text not null check (class in ('S0', 'S1', 'S1h', 'S2', 'S3')),
  polarity text not null check (polarity in ('same', 'opposite')),
  -- How both may end besides plain yes and no (core/box/certificate).
  states jsonb not null,
  -- Canonical keys (core/market/proposition); null: nobody has read that side.
  kalshi_key jsonb,
  forecastex_key jsonb,
  -- Fingerprints of the texts as they were judged; null: no text was.
  kalshi_rules text check (kalshi_rules ~ '^[0-9a-f]{64}$'),
  forecastex_rules text check (forecastex_rules ~ '^[0-9a-f]{64}$'),
  -- Why this class, a sentence each.
  because jsonb not null,
  -- Orders the review queue and decides nothing.
  similarity integer not null check (similarity between 0 and 10000),
  evidence text not null,
  proposed_by text not null,
  proposed_ms bigint not null,
  approved_for text not null check (approved_for in ('none', 'sim', 'all')),
  approved_by text,
  second_by text,
  approved_ms bigint,
  expires_ms bigint,
  -- Why there is this version, and who made it.
  reason text not null check (btrim(reason) <> ''),
  by_name text not null,
  role text not null,
  at_ms bigint not null,
  primary key (pair, version),
  unique (pair, version, state),
  constraint certificate_active_is_approved check (state <> 'active' or approved_for <> 'none'),
  constraint certificate_approval_has_its_person check ((approved_for = 'none') = (approved_by is null) and (approved_by is null) = (approved_ms is null)),
  constraint certificate_second_is_another check (second_by is null or lower(second_by) <> lower(approved_by)),
  constraint certificate_expires_after_approval check (expires_ms > approved_ms),
  -- execution.md §10: real money needs the identical key, both texts, and a date by which it is judged again.
  constraint certificate_for_all_is_proven check (approved_for <> 'all' or (class = 'S0' and kalshi_key is not null and forecastex_key is not null
    and kalshi_rules is not null and forecastex_rules is not null and expires_ms is not null))
);
create trigger certificate_is_append_only before update or delete or truncate on certificate for each statement execute function refuse_change();

-- Nobody has judged a text of the pairs there are: they trade in sim, where they did.
insert into certificate (pair, version, state, question, class, polarity, states, because, similarity, evidence, proposed_by, proposed_ms,
  approved_for, approved_by, approved_ms, reason, by_name, role, at_ms)
select id, version, case when state = 'active' and approved_for = 'none' then 'proposed' else state end, base, class, polarity, '[]', '[]', 0, 'imported from a file',
  by_name, at_ms, case when approved_for = 'none' then 'none' else 'sim' end, case when approved_for <> 'none' then by_name end, case when approved_for <> 'none' then at_ms end,
  'on record before there were certificates', by_name, 'system', at_ms
from pair;

-- A pair points at the version in force.
alter table pair drop constraint pair_state_check;
update pair p set state = c.state from certificate c where c.pair = p.id;
alter table pair drop column polarity, drop column class, drop column approved_for, drop column by_name, drop column at_ms,
  add constraint pair_certificate_in_force foreign key (id, version, state) references certificate (pair, version, state) deferrable initially deferred;
-- It goes forward only: what was judged anew is not undone by pointing at a former version, and no pair is another one later.
create function refuse_pair_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and new.version = old.version + 1 and (new.id, new.base, new.kalshi_market, new.forecastex_market)
    is not distinct from (old.id, old.base, old.kalshi_market, old.forecastex_market) then return new; end if;
  raise exception 'pair % goes on to the next version of its certificate, and nothing else of it changes', old.id;
end $$;
create trigger pair_goes_forward before update or delete on pair for each row execute function refuse_pair_change();

-- What a pair may be traded by now (E5). Asked in the transaction of a reserve, behind its lock; volatile, so that it sees what is committed by then.
create function pair_in_force(p_subject text) returns jsonb language sql volatile as $$
  select jsonb_build_object('certificate', p.id || '@' || p.version, 'state', p.state, 'expires_ms', c.expires_ms)
  from pair p join certificate c on c.pair = p.id and c.version = p.version where p.id = p_subject
$$;
create index pair_by_markets on pair (kalshi_market, forecastex_market);
create index pair_by_forecastex_market on pair (forecastex_market);

-- Down Migration

-- What was proposed or rejected has no place before: it does not trade there.
drop function pair_in_force;
drop trigger pair_goes_forward on pair;
drop function refuse_pair_change;
alter table pair drop constraint pair_certificate_in_force,
  add column polarity text, add column class text, add column approved_for text, add column by_name text, add column at_ms bigint;
update pair p set polarity = c.polarity, class = c.class, approved_for = c.approved_for, by_name = c.by_name, at_ms = c.at_ms,
  state = case p.state when 'proposed' then 'suspended' when 'rejected' then 'ended' else p.state end
from certificate c where c.pair = p.id and c.version = p.version;
alter table pair alter column polarity set not null, alter column class set not null, alter column approved_for set not null,
  alter column by_name set not null, alter column at_ms set not null,
  add constraint pair_state_check check (state in ('active', 'suspended', 'ended')),
  add constraint pair_polarity_check check (polarity in ('same', 'opposite')),
  add constraint pair_class_check check (class in ('S0', 'S1', 'S1h', 'S2', 'S3')),
  add constraint pair_approved_for_check check (approved_for in ('none', 'sim', 'all'));
drop index pair_by_markets, pair_by_forecastex_market;
drop table certificate;
drop table market_reading;
drop table rule_text;
