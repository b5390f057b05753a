-- Each margin of a pair in one direction, from first sight (ts) to end: written when it ends. Sizes in 1e-2 contracts, money in 1e-6 USD, annual_return in
-- 1e-4 a year; null: no look was sized, or nobody tells. best_…, annual_return, losses, capital and days are those of the look with the largest net edge.
-- outcome: taken, refused, superseded (by the other direction), vanished. reason: the first check or gate that refused a look; refusals has all, counted.
CREATE TABLE IF NOT EXISTS arb_opportunities (
  ts TIMESTAMP,
  subject SYMBOL CAPACITY 4096,
  direction SYMBOL CAPACITY 4,
  mode SYMBOL CAPACITY 16,
  outcome SYMBOL CAPACITY 16,
  reason SYMBOL CAPACITY 256,
  trade_id VARCHAR,
  refusals VARCHAR,
  last_seen TIMESTAMP,
  duration_ms LONG,
  n LONG,
  looks LONG,
  finds LONG,
  trades LONG,
  best_size LONG,
  best_net_edge LONG,
  last_size LONG,
  last_net_edge LONG,
  annual_return LONG,
  unwind_loss LONG,
  maximum_loss LONG,
  capital LONG,
  locked_days LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, subject, direction, n);

-- What a refusal came to and what it wanted, as an operator reads it.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS actual VARCHAR;

ALTER TABLE decisions ADD COLUMN IF NOT EXISTS wanted VARCHAR;
