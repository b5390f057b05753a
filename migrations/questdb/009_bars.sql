-- Bars of the tops of books, in 1e-4 USD: the best bid and the best ask, each with open, high, low and close, and how many changes there were. A second
-- without a change has no bar. null as open or close: nobody quoted then. Made anew once a minute: each commit of the ticks would otherwise start a look
-- at all three, on the cores that trade. What comes late, out of the spill or by an ingest, corrects the bars it belongs to.
CREATE MATERIALIZED VIEW IF NOT EXISTS kalshi_bars_1s REFRESH EVERY 1m AS (
  SELECT ts, ticker,
    first(yes_bid) bid_open, max(yes_bid) bid_high, min(yes_bid) bid_low, last(yes_bid) bid_close,
    first(yes_ask) ask_open, max(yes_ask) ask_high, min(yes_ask) ask_low, last(yes_ask) ask_close,
    count() ticks
  FROM kalshi_ticks SAMPLE BY 1s
) PARTITION BY DAY TTL 30 DAYS;

CREATE MATERIALIZED VIEW IF NOT EXISTS kalshi_bars_1m REFRESH EVERY 1m AS (
  SELECT ts, ticker,
    first(bid_open) bid_open, max(bid_high) bid_high, min(bid_low) bid_low, last(bid_close) bid_close,
    first(ask_open) ask_open, max(ask_high) ask_high, min(ask_low) ask_low, last(ask_close) ask_close,
    sum(ticks) ticks
  FROM kalshi_bars_1s SAMPLE BY 1m
) PARTITION BY DAY TTL 365 DAYS;

CREATE MATERIALIZED VIEW IF NOT EXISTS kalshi_bars_1h REFRESH EVERY 1m AS (
  SELECT ts, ticker,
    first(bid_open) bid_open, max(bid_high) bid_high, min(bid_low) bid_low, last(bid_close) bid_close,
    first(ask_open) ask_open, max(ask_high) ask_high, min(ask_low) ask_low, last(ask_close) ask_close,
    sum(ticks) ticks
  FROM kalshi_bars_1m SAMPLE BY 1h
) PARTITION BY DAY TTL 3650 DAYS;

CREATE MATERIALIZED VIEW IF NOT EXISTS forecastex_bars_1s REFRESH EVERY 1m AS (
  SELECT ts, con_id, outcome,
    first(bid) bid_open, max(bid) bid_high, min(bid) bid_low, last(bid) bid_close,
    first(ask) ask_open, max(ask) ask_high, min(ask) ask_low, last(ask) ask_close,
    count() ticks
  FROM forecastex_ticks SAMPLE BY 1s
) PARTITION BY DAY TTL 30 DAYS;

CREATE MATERIALIZED VIEW IF NOT EXISTS forecastex_bars_1m REFRESH EVERY 1m AS (
  SELECT ts, con_id, outcome,
    first(bid_open) bid_open, max(bid_high) bid_high, min(bid_low) bid_low, last(bid_close) bid_close,
    first(ask_open) ask_open, max(ask_high) ask_high, min(ask_low) ask_low, last(ask_close) ask_close,
    sum(ticks) ticks
  FROM forecastex_bars_1s SAMPLE BY 1m
) PARTITION BY DAY TTL 365 DAYS;

CREATE MATERIALIZED VIEW IF NOT EXISTS forecastex_bars_1h REFRESH EVERY 1m AS (
  SELECT ts, con_id, outcome,
    first(bid_open) bid_open, max(bid_high) bid_high, min(bid_low) bid_low, last(bid_close) bid_close,
    first(ask_open) ask_open, max(ask_high) ask_high, min(ask_low) ask_low, last(ask_close) ask_close,
    sum(ticks) ticks
  FROM forecastex_bars_1m SAMPLE BY 1h
) PARTITION BY DAY TTL 3650 DAYS;
