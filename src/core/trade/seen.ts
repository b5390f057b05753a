import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import type { Millis, Price, Quantity } from '../units'

/** The best quote of one side. */
export interface SeenQuote {
  readonly price: Price
  /** null: not told. */
  readonly quantity: Quantity | null
  /** When the venue last touched this side. */
  readonly changedMs: Millis | null
}
/** A book as it stood when a trade was decided. Kalshi's is in YES terms. */
export interface SeenBook {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  /** Number of the frame that last touched it. */
  readonly n: number | null
  /** When its venue last vouched for it. */
  readonly confirmedMs: Millis | null
  readonly bid: SeenQuote | null
  readonly ask: SeenQuote | null
}
/** A find that became a trade, as it goes on record in the turn in which it was decided. */
export interface DecidedFind {
  readonly tradeId: TradeId
  /** Time of the event that showed it: what it was judged by. */
  readonly seenMs: Millis
  /** What makes it the trade that it is: a replay must come to the same. */
  readonly figures: readonly number[]
  readonly books: readonly SeenBook[]
}
