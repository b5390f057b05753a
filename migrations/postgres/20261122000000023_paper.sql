-- Up Migration

-- The account that a paper venue keeps (docs/paper.md): mode `paper` alone writes it. It is the venue's word, as a real venue's statement is; the ledger
-- books what it says. Cash moves with a row of `paper_move` and in its transaction.
create table paper_purse (
  purse text primary key,
  venue text not null check (venue in ('kalshi', 'forecastex')),
  cash_micros bigint not null check (cash_micros >= 0),
  opened_ms bigint not null,
  check (split_part(purse, '/', 1) = venue)
);

-- An order is here before it can fill. `accepted`: it is on its way to the book. `reason`: refused by the venue, nothing traded. An order that nobody has
-- heard of by its not-after gets a row of its own as `never-accepted`, so that it cannot be taken later (E12): no purse, never sent.
create table paper_order (
  client_order_id text primary key,
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null check (btrim(market) <> ''),
  outcome text not null check (outcome in ('yes', 'no')),
  action text not null check (action in ('buy', 'sell')),
  limit_price bigint not null check (limit_price between 1 and 9999),
  quantity bigint not null check (quantity > 0),
  not_after_ms bigint not null,
  purse text references paper_purse (purse),
  sent_ms bigint check (sent_ms <= not_after_ms),
  -- null: it rests in no book.
  rests_until_ms bigint,
  state text not null check (state in ('accepted', 'resting', 'ended')),
  reason text check (reason in ('never-accepted', 'funds', 'price', 'size', 'closed', 'other')),
  detail text not null default '',
  filled bigint not null default 0 check (filled between 0 and quantity),
  ended_ms bigint,
  check ((state = 'ended') = (ended_ms is not null)),
  check (state <> 'resting' or rests_until_ms is not null),
  check (reason is null or (state = 'ended' and filled = 0)),
  check ((purse is null) = (sent_ms is null) and (sent_ms is not null or coalesce(reason, '') = 'never-accepted'))
);
create index paper_order_open on paper_order (venue) where state <> 'ended';

create table paper_fill (
  client_order_id text not null references paper_order (client_order_id),
  n bigint not null check (n > 0),
  price bigint not null check (price between 1 and 9999),
  quantity bigint not null check (quantity > 0),
  fee_micros bigint not null check (fee_micros >= 0),
  at_ms bigint not null,
  primary key (client_order_id, n)
);
create index paper_fill_by_time on paper_fill (at_ms);
create trigger paper_fill_is_append_only before update or delete or truncate on paper_fill for each statement execute function refuse_change();

-- The venue's one net position in a market, in 1e-2 YES contracts: negative is NO.
create table paper_position (
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null,
  purse text not null references paper_purse (purse),
  net bigint not null,
  primary key (venue, market)
);

-- A market pays once.
create table paper_payout (
  venue text not null check (venue in ('kalshi', 'forecastex')),
  market text not null,
  purse text not null references paper_purse (purse),
  net bigint not null,
  yes_pays_micros bigint not null check (yes_pays_micros between 0 and 1000000),
  paid_micros bigint not null check (paid_micros >= 0),
  fees_micros bigint not null check (fees_micros >= 0),
  at_ms bigint not null,
  primary key (venue, market)
);
create index paper_payout_by_time on paper_payout (at_ms);
create trigger paper_payout_is_append_only before update or delete or truncate on paper_payout for each statement execute function refuse_change();

create table paper_move (
  id text primary key,
  purse text not null references paper_purse (purse),
  kind text not null check (kind in ('opening', 'fill', 'netting', 'payout')),
  amount_micros bigint not null,
  at_ms bigint not null,
  check (kind = 'fill' or amount_micros >= 0)
);
create trigger paper_move_is_append_only before update or delete or truncate on paper_move for each statement execute function refuse_change();
select grant_to_roles();

-- Down Migration

drop table paper_move, paper_payout, paper_position, paper_fill, paper_order, paper_purse;
