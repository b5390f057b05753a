-- Kalshi's markets as each ingest found them (ts). Prices in 1e-4 USD, volumes and open interest in 1e-2 contracts; null: not told, or no quote.
CREATE TABLE IF NOT EXISTS kalshi_markets (
  ts TIMESTAMP,
  market_ticker SYMBOL CAPACITY 16384,
  series_ticker SYMBOL CAPACITY 1024,
  event_ticker SYMBOL CAPACITY 4096,
  title VARCHAR,
  subtitle VARCHAR,
  status SYMBOL CAPACITY 16,
  yes_bid LONG,
  yes_ask LONG,
  no_bid LONG,
  no_ask LONG,
  last_price LONG,
  volume LONG,
  volume_24h LONG,
  open_interest LONG,
  open_time TIMESTAMP,
  close_time TIMESTAMP,
  expiration_time TIMESTAMP
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, market_ticker);
