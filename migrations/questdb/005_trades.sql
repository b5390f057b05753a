-- Public trades of Kalshi, in YES terms: what the taker bought, at which price of YES. Price in 1e-4 USD, count in 1e-2 contracts. Trades of one
-- millisecond are told apart by the venue's own id. Blocks are matched off the book and are not in the feed's prints.
CREATE TABLE IF NOT EXISTS kalshi_trades (
  ts TIMESTAMP,
  ticker SYMBOL CAPACITY 16384,
  series SYMBOL CAPACITY 1024,
  trade_id VARCHAR,
  taker_side SYMBOL CAPACITY 2,
  price LONG,
  count LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, ticker, trade_id);
