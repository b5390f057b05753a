-- Opportunities of a day by pair, mode, outcome and first refusal. Money in 1e-6 USD, sizes in 1e-2 contracts.
CREATE MATERIALIZED VIEW IF NOT EXISTS opportunity_stats_1d REFRESH EVERY 1m AS (
  SELECT ts, subject, mode, outcome, reason,
    count() opportunities, sum(trades) trades, sum(looks) looks,
    min(duration_ms) shortest_ms, max(duration_ms) longest_ms, sum(duration_ms) open_ms,
    max(best_net_edge) best_net_edge, sum(best_net_edge) sum_net_edge, max(best_size) best_size
  FROM arb_opportunities SAMPLE BY 1d
) PARTITION BY DAY TTL 3650 DAYS;
