-- Lines of sportsbooks as they were fetched (ts). odds_decimal in 1e-4, probabilities in 1e-6, point (of spreads and totals) in 1e-2; devigged_prob: without
-- the book's margin. last_update: the book's own time of its line, what freshness is judged by.
CREATE TABLE IF NOT EXISTS sportsbook_odds (
  ts TIMESTAMP,
  event_id SYMBOL CAPACITY 16384,
  book SYMBOL CAPACITY 64,
  market_type SYMBOL CAPACITY 16,
  outcome SYMBOL CAPACITY 4096,
  point LONG,
  odds_decimal LONG,
  implied_prob LONG,
  devigged_prob LONG,
  last_update TIMESTAMP
) TIMESTAMP(ts) PARTITION BY DAY TTL 365 DAYS WAL DEDUP UPSERT KEYS(ts, event_id, book, market_type, outcome, point);
