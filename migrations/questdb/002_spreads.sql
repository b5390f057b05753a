-- What a strategy saw and decided. Money in 1e-6 USD. n: the frame that led to it, gapless in one process.
CREATE TABLE IF NOT EXISTS spreads (
  ts TIMESTAMP,
  subject SYMBOL CAPACITY 4096,
  direction SYMBOL CAPACITY 16,
  first_price LONG,
  second_price LONG,
  size LONG,
  net_edge LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL DEDUP UPSERT KEYS(ts, subject, direction);

CREATE TABLE IF NOT EXISTS decisions (
  ts TIMESTAMP,
  strategy SYMBOL CAPACITY 16,
  subject SYMBOL CAPACITY 4096,
  mode SYMBOL CAPACITY 16,
  verdict SYMBOL CAPACITY 16,
  reason SYMBOL CAPACITY 256,
  trade_id VARCHAR,
  n LONG,
  net_edge LONG,
  expected_value LONG,
  unwind_loss LONG,
  maximum_loss LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, strategy, subject, n);
