import type { Venue } from '../core/ids'
import type { Millis, Price, Quantity } from '../core/units'

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
