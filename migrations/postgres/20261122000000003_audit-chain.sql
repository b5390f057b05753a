-- Up Migration

-- The invariants of market-math §9 that a row, or a transaction at its commit, can be judged by (docs/ledger.md has the table). What breaks one is a
-- bug: the transaction is rolled back with the invariant's number. Deferred triggers see what the whole transaction has made of it.

-- 1, 4, 13: an account is one of the chart, so every amount is an asset, a result or a deposit, and belongs to one venue or to none.
alter table posting add constraint posting_account_of_chart check (
  account ~ '^((cash|reserved|suspense|receivable:coupon|income:(trading|settlement|coupon)|expense:fee):(kalshi|forecastex)|position:(kalshi|forecastex):[^:]+:(yes|no)|transit|equity:capital)$');

-- 6: the key is the execution's name at its venue, so that no execution is booked under a second key.
alter table fill add constraint fill_key_of_execution check (key = venue || '|' || account || '|' || venue_order_id || '|' || execution_id),
  add constraint fill_price_of_contract check (price between 0 and 10000);

-- 7: no contracts, no cost; a contract costs more than nothing and never more than it can pay.
alter table lot add constraint lot_cost_of_contracts check ((quantity = 0) = (cost_micros = 0) and cost_micros <= quantity * 10000);

-- 8: what the model said of a fee. A difference beyond the grid of the account's cash stands in suspense; without a model nothing does.
alter table fill add column modelled_fee_micros bigint, add column fee_grid_micros bigint,
  add column suspended_micros bigint not null generated always as (
    case when abs(fee_micros - modelled_fee_micros) > fee_grid_micros then fee_micros - modelled_fee_micros else 0 end) stored,
  add constraint fill_model_has_grid check ((modelled_fee_micros is null) = (fee_grid_micros is null));

-- 11: a contract pays between nothing and a dollar; anything in between is flagged for a person.
alter table settlement add constraint settlement_pays_a_dollar_at_most check (paid_micros between 0 and quantity * 10000),
  add column scalar boolean not null generated always as (paid_micros <> 0 and paid_micros <> quantity * 10000) stored;

-- 10: what of a box is matched and what is naked, and since when. Settled contracts count as held: a leg that is paid is no naked one.
create table box_pairing (
  trade_id text primary key references trade (trade_id),
  matched bigint not null,
  naked bigint not null check (naked >= 0),
  naked_venue text,
  naked_since_ms bigint,
  check ((naked > 0) = (naked_venue is not null) and (naked > 0) = (naked_since_ms is not null))
);

-- 15: a ledger belongs to one mode, the one of its first trade.
create table ledger_mode (id boolean primary key default true check (id), mode text not null);

-- One chain over transfers and operator writes: hash = sha256(previous || canonical bytes of the row). docs/decisions/audit-chain.md
create table audit_chain (
  seq bigint primary key,
  kind text not null check (kind in ('transfer', 'audit')),
  ref text not null,
  previous bytea not null,
  hash bytea not null,
  unique (kind, ref)
);
create trigger audit_chain_is_append_only before update or delete or truncate on audit_chain for each statement execute function refuse_change();
-- The last link, and the lock of all who append: taken at commit, after every other one.
create table audit_head (id boolean primary key default true check (id), seq bigint not null, hash bytea not null);
insert into audit_head (seq, hash) values (0, decode(repeat('00', 32), 'hex'));

-- A field of the canonical form: its octets, counted; a null is a dash.
create function framed(field text) returns text language sql immutable as $$
  select case when field is null then '-' else octet_length(field)::text || ':' || field end
$$;

-- What of a transfer or an operator write is hashed; the postings of a transfer follow it, in their order.
create function canonical_transfer(t transfer) returns text language sql stable as $$
  select framed('transfer') || framed(t.id) || framed(t.kind) || framed(t.trade_id) || framed(t.at_ms::text)
    || framed((extract(epoch from t.recorded_at) * 1000000)::bigint::text) || framed(t.memo::text)
$$;
create function canonical_posting(p posting) returns text language sql stable as $$
  select framed(p.seq::text) || framed(p.account) || framed(p.amount_micros::text)
$$;
create function canonical_audit(a audit) returns text language sql stable as $$
  select framed('audit') || framed(a.seq::text) || framed(a.at_ms::text) || framed(a.by_name) || framed(a.role) || framed(a.action) || framed(a.detail::text)
$$;
create function chain_append(p_kind text, p_ref text, p_canonical text) returns void language plpgsql as $$
begin
  with head as (update audit_head h set seq = h.seq + 1, hash = sha256(h.hash || convert_to(p_canonical, 'UTF8'))
      returning with (old as o, new as n) n.seq, o.hash as previous, n.hash)
    insert into audit_chain (seq, kind, ref, previous, hash) select seq, p_kind, p_ref, previous, hash from head;
  if not found then
    raise exception 'the head of the audit chain is missing';
  end if;
end $$;

-- The postings of a trade, transfer by transfer: an account has every posting there ever was, and without statistics its index looks as good.
create function postings_of(p_trade text) returns table (transfer_id text, kind text, account text, amount_micros bigint) language sql stable as $$
  select t.id, t.kind, p.account, p.amount_micros
    from transfer t cross join lateral (select account, amount_micros from posting where transfer_id = t.id offset 0) p where t.trade_id = p_trade
$$;

-- 3: what a trade has reserved is what its reserves less its releases and purchases leave: never negative, and nothing once it has ended.
create function refuse_unsound_reserve(p_trade text) returns void language plpgsql as $$
declare
  own record;
begin
  select p.account, sum(p.amount_micros) as amount into own from postings_of(p_trade) p
    where p.account like 'reserved:%' group by p.account
    having sum(p.amount_micros) < 0
      or (sum(p.amount_micros) > 0 and not exists (select 1 from trade r where r.trade_id = p_trade and r.reservation = 'granted' and r.ended_ms is null))
    limit 1;
  if found then
    raise exception 'invariant 3: trade % has % micro-dollars in %', p_trade, own.amount, own.account;
  end if;
end $$;

-- The venue of an account, null where it has none.
create function venue_of(account text) returns text language sql immutable as $$
  select substring(account from '^(?:cash|reserved|position|suspense|receivable:coupon|income:[a-z]+|expense:fee):([a-z]+)')
$$;

-- One statement for most of it, and no plan made anew: a reserve waits for every one (force_generic_plan takes two thirds off).
create function transfer_at_commit() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  judged record;
begin
  with legs as (select count(*) as n, coalesce(sum(amount_micros), 0) as total, count(distinct venue_of(account)) as venues,
      bool_or(account like 'reserved:%') as reserves, coalesce(string_agg(canonical_posting(p), '' order by seq), '') as canonical
      from posting p where transfer_id = new.id),
    head as (update audit_head h set seq = h.seq + 1, hash = sha256(h.hash || convert_to(canonical_transfer(new) || legs.canonical, 'UTF8')) from legs
      returning with (old as o, new as n) n.seq, o.hash as previous, n.hash),
    link as (insert into audit_chain (seq, kind, ref, previous, hash) select seq, 'transfer', new.id, previous, hash from head returning seq)
    select legs.n, legs.total, legs.venues, legs.reserves, link.seq into judged from legs left join link on true;
  if judged.n = 0 or judged.total <> 0 then
    raise exception 'invariant 1: transfer % has % postings that sum to %', new.id, judged.n, judged.total;
  end if;
  if judged.venues > 1 then
    raise exception 'invariant 4: transfer % moves money between venues without transit', new.id;
  end if;
  if judged.seq is null then
    raise exception 'the head of the audit chain is missing';
  end if;
  if judged.reserves then
    if new.trade_id is null then
      raise exception 'invariant 3: transfer % reserves for no trade', new.id;
    end if;
    perform refuse_unsound_reserve(new.trade_id);
  end if;
  return null;
end $$;
create constraint trigger transfer_at_commit after insert on transfer deferrable initially deferred for each row execute function transfer_at_commit();

create function audit_at_commit() returns trigger language plpgsql as $$
begin
  perform chain_append('audit', new.seq::text, canonical_audit(new));
  return null;
end $$;
create constraint trigger audit_at_commit after insert on audit deferrable initially deferred for each row execute function audit_at_commit();

create function trade_end_at_commit() returns trigger language plpgsql as $$
begin
  perform refuse_unsound_reserve(new.trade_id);
  return null;
end $$;
create constraint trigger trade_end_at_commit after update of ended_ms on trade deferrable initially deferred for each row
  when (new.ended_ms is not null) execute function trade_end_at_commit();

-- 6: what filled is never more than was ordered, whoever books it.
create function fill_at_commit() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  filled bigint := (select sum(quantity) from fill where client_order_id = new.client_order_id);
  ordered bigint := (select quantity from order_intent where client_order_id = new.client_order_id);
begin
  if filled > ordered then
    raise exception 'invariant 6: order % filled % of %', new.client_order_id, filled, ordered;
  end if;
  return null;
end $$;
create constraint trigger fill_at_commit after insert or update on fill deferrable initially deferred for each row execute function fill_at_commit();
create index fill_by_order on fill (client_order_id);

-- 5: the contracts of a lot are those of its fills, less what was netted (a dollar a pair) and what settled.
create function contracts_of(p_trade text, p_venue text, p_market text, p_outcome text) returns bigint language sql stable as $$
  select coalesce((select sum(case when action = 'buy' then quantity else -quantity end) from fill
      where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
    - coalesce((select sum(c.amount_micros) / 10000 from postings_of(p_trade) p join postings_of(p_trade) c using (transfer_id)
      where p.kind = 'netPair' and c.account = 'cash:' || p_venue and p.account = 'position:' || p_venue || ':' || p_market || ':' || p_outcome), 0)
    - coalesce((select sum(quantity) from settlement where trade_id = p_trade and venue = p_venue and market = p_market and outcome = p_outcome), 0)
$$;

-- 10: what each leg of a box has, settled contracts included.
create function pair_box(p_trade text) returns void language plpgsql as $$
declare
  legs record;
  latest bigint;
begin
  if not exists (select 1 from trade where trade_id = p_trade and strategy = 'box') then
    return;
  end if;
  select coalesce(sum(l.quantity + coalesce(s.quantity, 0)) filter (where l.venue = 'kalshi'), 0) as kalshi,
      coalesce(sum(l.quantity + coalesce(s.quantity, 0)) filter (where l.venue = 'forecastex'), 0) as forecastex
    into legs from lot l left join settlement s using (venue, market, trade_id, outcome) where l.trade_id = p_trade;
  select coalesce(max(at_ms), 0) into latest from fill where trade_id = p_trade;
  insert into box_pairing as b (trade_id, matched, naked, naked_venue, naked_since_ms)
    select p_trade, least(legs.kalshi, legs.forecastex), abs(legs.kalshi - legs.forecastex), v.venue, case when v.venue is not null then latest end
      from (select case when legs.kalshi > legs.forecastex then 'kalshi' when legs.kalshi < legs.forecastex then 'forecastex' end as venue) v
    on conflict (trade_id) do update set matched = excluded.matched, naked = excluded.naked, naked_venue = excluded.naked_venue,
      naked_since_ms = case when b.naked_venue = excluded.naked_venue then b.naked_since_ms else excluded.naked_since_ms end;
end $$;

create function lot_at_commit() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
  held bigint := (select quantity from lot where trade_id = new.trade_id and venue = new.venue and market = new.market and outcome = new.outcome);
  explained bigint := contracts_of(new.trade_id, new.venue, new.market, new.outcome);
begin
  if held <> explained then
    raise exception 'invariant 5: trade % holds % of % % % (in hundredths), its fills, nettings and settlements leave %',
      new.trade_id, held, new.venue, new.market, new.outcome, explained;
  end if;
  perform pair_box(new.trade_id);
  return null;
end $$;
create constraint trigger lot_at_commit after insert or update on lot deferrable initially deferred for each row execute function lot_at_commit();

create function trade_of_one_mode() returns trigger language plpgsql as $$
declare
  own text;
begin
  select mode into own from ledger_mode;
  if not found then
    insert into ledger_mode (mode) values (new.mode);
  elsif own <> new.mode then
    raise exception 'invariant 15: this ledger is of mode %, trade % is of mode %: give each mode a database of its own', own, new.trade_id, new.mode;
  end if;
  return null;
end $$;
create trigger trade_of_one_mode after insert or update of mode on trade for each row when (new.reservation <> 'refused') execute function trade_of_one_mode();

-- What was written before there was a chain becomes its beginning, in the order in which it was written.
do $$
declare
  mode_of text[] := (select array_agg(distinct mode) from trade where reservation <> 'refused');
  entry record;
begin
  if cardinality(mode_of) > 1 then
    raise exception 'invariant 15: the trades of this ledger are of several modes: %', mode_of;
  end if;
  insert into ledger_mode (mode) select unnest(mode_of);
  for entry in
    select t as transfer_row, null::audit as audit_row, extract(epoch from t.recorded_at) * 1000 as at, 0 as nth, t.id as ref from transfer t
    union all select null::transfer, a, a.at_ms, a.seq, a.seq::text from audit a order by at, nth, ref
  loop
    if entry.transfer_row is distinct from null then
      perform chain_append('transfer', entry.ref, canonical_transfer(entry.transfer_row)
        || coalesce((select string_agg(canonical_posting(p), '' order by seq) from posting p where transfer_id = entry.ref), ''));
    else
      perform chain_append('audit', entry.ref, canonical_audit(entry.audit_row));
    end if;
  end loop;
  perform pair_box(trade_id) from (select distinct trade_id from lot) l;
end $$;

-- Down Migration

drop trigger trade_of_one_mode on trade;
drop trigger lot_at_commit on lot;
drop trigger fill_at_commit on fill;
drop trigger trade_end_at_commit on trade;
drop trigger audit_at_commit on audit;
drop trigger transfer_at_commit on transfer;
drop function trade_of_one_mode, lot_at_commit, pair_box, contracts_of, fill_at_commit, trade_end_at_commit, audit_at_commit, transfer_at_commit,
  refuse_unsound_reserve, postings_of, venue_of, chain_append, canonical_audit, canonical_posting, canonical_transfer, framed;
drop table audit_head, audit_chain, ledger_mode, box_pairing;
drop index fill_by_order;
alter table settlement drop column scalar, drop constraint settlement_pays_a_dollar_at_most;
alter table fill drop constraint fill_model_has_grid, drop column suspended_micros, drop column fee_grid_micros, drop column modelled_fee_micros,
  drop constraint fill_price_of_contract, drop constraint fill_key_of_execution;
alter table lot drop constraint lot_cost_of_contracts;
alter table posting drop constraint posting_account_of_chart;
