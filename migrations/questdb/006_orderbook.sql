-- Every change of Kalshi's books, in YES terms: price in 1e-4 USD, delta in 1e-2 contracts, signed. snapshot: the level's whole quantity, all levels of a
-- snapshot share seq. subscription: the connection; seq: the frame's number in its process, or the line's of a recording.
CREATE TABLE IF NOT EXISTS kalshi_orderbook (
  ts TIMESTAMP,
  ticker SYMBOL CAPACITY 16384,
  side SYMBOL CAPACITY 2,
  price LONG,
  delta LONG,
  snapshot BOOLEAN,
  subscription LONG,
  seq LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 30 DAYS WAL DEDUP UPSERT KEYS(ts, ticker, subscription, seq, side, price);
