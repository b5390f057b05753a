import { z } from 'zod'

/** A century: whoever wants more writes 0. */
const DAYS_MAX = 36_500
const days = (standard: number): z.ZodDefault<z.ZodInt> => z.int().min(0).max(DAYS_MAX).default(standard)

/** `config/record.yaml`: how long each table of the record is kept, and what waits for it on disk. A file that is absent is an empty one. */
export const recordSchema = z
  .strictObject({
    /** Days, counted back from a table's newest row; 0: for ever. As in the migrations, so that a record without this file keeps as long. */
    keep_days: z
      .strictObject({
        kalshi_ticks: days(90),
        forecastex_ticks: days(90),
        kalshi_trades: days(365),
        kalshi_orderbook: days(30),
        kalshi_markets: days(365),
        sportsbook_odds: days(365),
        arb_opportunities: days(365),
        spreads: days(90),
        decisions: days(365),
        executions: days(365),
        latency: days(90),
        feed_states: days(90),
        signals: days(730),
        signal_books: days(730),
        paper_shadow: days(365),
        kalshi_bars_1s: days(30),
        kalshi_bars_1m: days(365),
        kalshi_bars_1h: days(3_650),
        forecastex_bars_1s: days(30),
        forecastex_bars_1m: days(365),
        forecastex_bars_1h: days(3_650),
        opportunity_stats_1d: days(3_650),
      })
      .prefault({}),
    /** One gigabyte is five million ticks: a day of a busy feed while QuestDB is away. */
    spill_max_mb: z.int().min(1).max(100_000).default(1_024),
    /** Every change of Kalshi's books as a row of kalshi_orderbook. The captures have them all; live rows cost the streaming process about 20 µs each. */
    orderbook: z.boolean().default(false),
  })
  .prefault({})
export type RecordFile = z.infer<typeof recordSchema>
