-- Fills as the venues report them, for charts and research: the ledger is the truth about money.
CREATE TABLE IF NOT EXISTS executions (
  ts TIMESTAMP,
  venue SYMBOL CAPACITY 16,
  market SYMBOL CAPACITY 16384,
  mode SYMBOL CAPACITY 16,
  strategy SYMBOL CAPACITY 16,
  subject SYMBOL CAPACITY 4096,
  outcome SYMBOL CAPACITY 2,
  action SYMBOL CAPACITY 2,
  purpose SYMBOL CAPACITY 2,
  execution_id VARCHAR,
  trade_id VARCHAR,
  client_order_id VARCHAR,
  price LONG,
  quantity LONG,
  fee LONG,
  latency_micros LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, venue, execution_id);

-- measure: what was timed, for example detection-to-wire.
CREATE TABLE IF NOT EXISTS latency (
  ts TIMESTAMP,
  measure SYMBOL CAPACITY 64,
  trade_id VARCHAR,
  micros LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL DEDUP UPSERT KEYS(ts, measure, trade_id);
