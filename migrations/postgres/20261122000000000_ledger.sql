-- Up Migration

-- Double entry, append-only: money moves as new transfers, never as updates. Amounts are integer micro-dollars; debits are positive.
create table transfer (
  id text primary key,
  kind text not null,
  trade_id text,
  at_ms bigint not null,
  memo jsonb not null default '{}',
  recorded_at timestamptz not null default clock_timestamp()
);
create index transfer_by_trade on transfer (trade_id);

create table posting (
  transfer_id text not null references transfer (id),
  seq smallint not null,
  account text not null,
  amount_micros bigint not null check (amount_micros <> 0),
  primary key (transfer_id, seq)
);
create index posting_by_account on posting (account);

-- The sum of an account's postings, kept by ledger_post under the row's lock. Cash, reserves, positions and receivables are never negative.
create table balance (
  account text primary key,
  amount_micros bigint not null,
  constraint balance_not_negative check (amount_micros >= 0 or account !~ '^(cash|reserved|position|receivable):')
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'table % is append-only', tg_table_name;
end $$;
create trigger transfer_is_append_only before update or delete or truncate on transfer for each statement execute function refuse_change();
create trigger posting_is_append_only before update or delete or truncate on posting for each statement execute function refuse_change();

-- Posts one transfer, once: false when its id is known already. Accounts are locked in name order, so two posters never deadlock.
create function ledger_post(p_id text, p_kind text, p_trade_id text, p_at_ms bigint, p_memo jsonb, p_accounts text[], p_amounts bigint[]) returns boolean language plpgsql as $$
declare
  total numeric;
begin
  select sum(a) into total from unnest(p_amounts) a;
  if total is distinct from 0 then
    raise exception 'transfer % does not sum to zero: %', p_id, total;
  end if;
  insert into transfer (id, kind, trade_id, at_ms, memo) values (p_id, p_kind, p_trade_id, p_at_ms, p_memo) on conflict (id) do nothing;
  if not found then
    return false;
  end if;
  insert into posting (transfer_id, seq, account, amount_micros)
    select p_id, row_number() over (), account, amount from unnest(p_accounts, p_amounts) as legs (account, amount) where amount <> 0;
  -- an account begins at zero: its check would judge a proposed negative row before the conflict is seen
  insert into balance (account, amount_micros) select distinct account, 0 from unnest(p_accounts) account order by account on conflict (account) do nothing;
  perform 1 from balance where account = any(p_accounts) order by account for update;
  update balance b set amount_micros = b.amount_micros + legs.total
    from (select account, sum(amount) as total from unnest(p_accounts, p_amounts) as l (account, amount) group by account) legs where b.account = legs.account;
  return true;
end $$;

-- Down Migration

drop function ledger_post;
drop table balance, posting, transfer cascade;
drop function refuse_change;
