-- American odds as the book said them: odds_decimal and implied_prob are rounded, and a long favourite is not told apart by them. null: it said decimal odds.
ALTER TABLE sportsbook_odds ADD COLUMN IF NOT EXISTS odds_american LONG;
