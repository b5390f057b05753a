-- An order that was sent and what its twin on paper came to: ts is when the order's bytes left. Prices in 1e-4 USD, quantities in 1e-2 contracts, money in 1e-6 USD.
-- wait_micros as drawn, met_micros as it was when the twin met the book; book_age_micros since somebody vouched for that book. displayed: within the limit, with what
-- the order itself took put back. filled, cost (price times quantity) and fee are the twin's; null: what the order took was not known in time, and nothing is said.
-- why null: it filled whole. answered_micros from the order's bytes to the venue's answer; null: its first answer was none.
CREATE TABLE IF NOT EXISTS paper_shadow (
  ts TIMESTAMP,
  venue SYMBOL CAPACITY 16,
  market SYMBOL CAPACITY 16384,
  mode SYMBOL CAPACITY 16,
  strategy SYMBOL CAPACITY 16,
  outcome SYMBOL CAPACITY 2,
  action SYMBOL CAPACITY 2,
  purpose SYMBOL CAPACITY 4,
  time_in_force SYMBOL CAPACITY 4,
  preset SYMBOL CAPACITY 16,
  why SYMBOL CAPACITY 16,
  client_order_id VARCHAR,
  trade_id VARCHAR,
  price_limit LONG,
  quantity LONG,
  wait_micros LONG,
  met_micros LONG,
  book_age_micros LONG,
  displayed LONG,
  filled LONG,
  cost LONG,
  fee LONG,
  answered_micros LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, client_order_id);
