-- What was claimed of a market, a row for each edge: ts is its first look that every check passed. Written when that find is decided upon, and again when a later
-- look of the same edge becomes a trade. Prices in 1e-4 USD, quantities in 1e-2 contracts, money in 1e-6 USD, probabilities in 1e-6. probability, lower, upper and
-- tie_pays (what a tie pays, null: there is none) are of YES; ask, price_limit, edge are of the side, for one contract. cost, net_edge and expected_value are of
-- the quantity at the displayed prices, fees at their bound. trade_id null: it became none, and gate refused it first.
CREATE TABLE IF NOT EXISTS signals (
  ts TIMESTAMP,
  ticker SYMBOL CAPACITY 16384,
  event SYMBOL CAPACITY 16384,
  odds_event SYMBOL CAPACITY 16384,
  sport SYMBOL CAPACITY 64,
  yes_team SYMBOL CAPACITY 4096,
  side SYMBOL CAPACITY 2,
  mode SYMBOL CAPACITY 16,
  profile SYMBOL CAPACITY 64,
  method SYMBOL CAPACITY 16,
  tier SYMBOL CAPACITY 4,
  gate SYMBOL CAPACITY 64,
  id VARCHAR,
  trade_id VARCHAR,
  starts TIMESTAMP,
  tie_pays LONG,
  probability LONG,
  lower LONG,
  upper LONG,
  ask LONG,
  price_limit LONG,
  edge LONG,
  quantity LONG,
  cost LONG,
  net_edge LONG,
  expected_value LONG,
  score LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 730 DAYS WAL DEDUP UPSERT KEYS(ts, ticker, side);

-- What each book of a signal's consensus thought of YES, without its margin, in 1e-6. weight in 1e-3, age and family counted.
CREATE TABLE IF NOT EXISTS signal_books (
  ts TIMESTAMP,
  ticker SYMBOL CAPACITY 16384,
  side SYMBOL CAPACITY 2,
  book SYMBOL CAPACITY 64,
  family SYMBOL CAPACITY 64,
  probability LONG,
  weight LONG
) TIMESTAMP(ts) PARTITION BY DAY TTL 730 DAYS WAL DEDUP UPSERT KEYS(ts, ticker, side, book);
