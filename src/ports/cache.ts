import type { OddsGame } from '../core/edge/odds'
import type { Venue } from '../core/ids'
import type { Millis, Money, Price, Quantity } from '../core/units'

/** One side's best of one book, as the hot cache and the record take it. */
export interface TopRow {
  readonly venue: Venue
  readonly market: string
  /** Kalshi books are in YES terms: outcome 'yes'. */
  readonly outcome: 'yes' | 'no'
  readonly series: string
  readonly bid: Price | null
  readonly bidSize: Quantity | null
  readonly ask: Price | null
  readonly askSize: Quantity | null
  readonly atMs: Millis
}
/** A bounded tap: never waits, drops the oldest when full and counts what it dropped. */
export interface Tap<T> {
  offer(item: T): void
  readonly dropped: number
  readonly queued: number
  /** Flushes what it can within the limit, then ends. */
  close(limitMs: number): Promise<void>
}

/** One event of sportsbooks as it was fetched: what each outcome is worth, and what that was made of. */
export interface OddsEvent {
  /** As the source names it: "americanfootball_nfl". */
  readonly sport: string
  /** The source's. */
  readonly eventId: string
  readonly homeTeam: string
  readonly awayTeam: string
  /** As the source names it: "h2h". */
  readonly market: string
  /** When the event starts, by the source. */
  readonly commenceMs: Millis
  readonly fetchedMs: Millis
  /** One for each outcome that has a consensus: two, three, or none when no book is good enough. */
  readonly lines: readonly OddsLine[]
  /** What the books said: from it the consensus is made anew as lines age, for the lines above are those of the fetch. Of the same event and fetch. */
  readonly game: OddsGame
}
export interface OddsLine {
  /** The outcome: a team by its name, or "Draw". */
  readonly team: string
  /** The consensus of the books below, without their margin, in 1e-6: 1 … 999_999. */
  readonly consensusMicros: number
  /** Those that made it, at least one (B5). */
  readonly books: readonly BookOdds[]
}
export interface BookOdds {
  readonly book: string
  /** Without the book's margin, in 1e-6. */
  readonly probabilityMicros: number
  /** The book's own time of its line: what freshness is judged by (B6). */
  readonly updatedMs: Millis
}

/** What a Kalshi market asks, in the words of a source of odds. It has no price (B3). */
export interface Mapping {
  readonly ticker: string
  readonly sport: string
  readonly eventId: string
  /** The outcome that YES pays on, as the source names it. */
  readonly yesTeam: string
  /** Only `confirmed` may be traded. */
  readonly status: 'confirmed' | 'review'
  /** What it was concluded from, in words. */
  readonly evidence: string
  readonly resolvedMs: Millis
}

/** All open lots in one market, of every trade (B14). */
export interface HeldPosition {
  readonly venue: Venue
  readonly market: string
  readonly yes: Held
  readonly no: Held
  /** Trades with a lot in it. */
  readonly trades: number
}
export interface Held {
  readonly quantity: Quantity
  /** Price and fees. */
  readonly cost: Money
}

/** A top of book as the cache has it: decimal strings, null for a side without a quote. Kalshi's are in YES terms. */
export interface CachedTop {
  readonly venue: Venue
  readonly market: string
  readonly outcome: 'yes' | 'no'
  readonly series: string
  readonly bid: string | null
  readonly bidSize: string | null
  readonly ask: string | null
  readonly askSize: string | null
  readonly atMs: number
}
/** For who looks and does not trade. */
export interface TopsReader {
  /** Of one venue, in the order of their names, those after `after`: a Kalshi market, a ForecastEx contract with its outcome (`751:no`). @throws Error when the cache does not answer */
  page(venue: Venue, after: string | null, limit: number, signal: AbortSignal): Promise<readonly CachedTop[]>
  /** Those of the markets that it has no book of. @throws as `page` does */
  missing(venue: Venue, markets: readonly string[], signal: AbortSignal): Promise<readonly string[]>
}
