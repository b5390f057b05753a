import type { Millis } from '../../../core/units'

/** A line of a sportsbook as it was fetched: `sportsbook_odds`. Without its margin it is not told: a recording says nothing about that. */
export interface OddsRow {
  readonly kind: 'odds'
  /** The source's. */
  readonly eventId: string
  /** As the source names them: "draftkings", "h2h". */
  readonly book: string
  readonly marketType: string
  readonly outcome: string
  /** Of spreads and totals, in 1e-2. */
  readonly point: number | null
  /** 1e-4. */
  readonly oddsDecimal: number
  /** One over the odds, in 1e-6. */
  readonly impliedProbability: number
  /** As the recording says it; null: it says decimal odds, which `oddsDecimal` has exactly. */
  readonly american: number | null
  /** The book's own time of its line: what freshness is judged by. null: not told. */
  readonly updatedMs: Millis | null
  /** Of the fetch. */
  readonly atMs: Millis
}
