-- Kalshi's own subscription and the message's place in it: what tells from the record alone whether one is missing. Recordings that were split by market have
-- gaps that are none. null: not told, or written before these columns were there.
ALTER TABLE kalshi_orderbook ADD COLUMN IF NOT EXISTS venue_sid LONG;

ALTER TABLE kalshi_orderbook ADD COLUMN IF NOT EXISTS venue_seq LONG;
