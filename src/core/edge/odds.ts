import type { Millis } from '../units'

/** One book's prices of the winner of a game, every outcome that it names. */
export interface BookLine {
  /** As the source names it: "draftkings". */
  readonly book: string
  readonly outcomes: readonly OutcomeOdds[]
  /** The book's own time of this line; null: it told none, and such a line vouches for nothing (B6). */
  readonly updatedMs: Millis | null
}
export interface OutcomeOdds {
  /** A team as the source names it, or "Draw". */
  readonly name: string
  /** Decimal odds, above 1. */
  readonly odds: number
}

/** One game as a source of odds told it in one fetch. */
export interface OddsGame {
  readonly eventId: string
  /** As the source names it: "americanfootball_nfl". */
  readonly sport: string
  readonly homeTeam: string
  readonly awayTeam: string
  /** When it starts, by the source; null: not told. */
  readonly commenceMs: Millis | null
  readonly fetchedMs: Millis
  /** One line a book, those with odds of the winner alone. */
  readonly lines: readonly BookLine[]
}
