-- Tops of books. Prices in 1e-4 USD, quantities in 1e-2 contracts; null: no quote, or a size not told yet.
-- Two changes of one book in one millisecond collapse into the later one.
CREATE TABLE IF NOT EXISTS kalshi_ticks (
  ts TIMESTAMP,
  ticker SYMBOL CAPACITY 16384,
  series SYMBOL CAPACITY 1024,
  yes_bid LONG,
  yes_bid_size LONG,
  yes_ask LONG,
  yes_ask_size LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL DEDUP UPSERT KEYS(ts, ticker);

-- con_id: the conId of the question's YES contract; the book is that of one outcome.
CREATE TABLE IF NOT EXISTS forecastex_ticks (
  ts TIMESTAMP,
  con_id SYMBOL CAPACITY 4096,
  outcome SYMBOL CAPACITY 2,
  series SYMBOL CAPACITY 1024,
  bid LONG,
  bid_size LONG,
  ask LONG,
  ask_size LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 90 DAYS WAL DEDUP UPSERT KEYS(ts, con_id, outcome);
