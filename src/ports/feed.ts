import type { MarketId, Outcome, Venue } from '../core/ids'
import type { FeedEvent, Level } from '../core/market/event'
import type { Millis } from '../core/units'

export interface MarketFeed {
  readonly venue: Venue
  /** Adds markets to what is subscribed, now and after each reconnect. */
  watch(markets: readonly MarketId[]): void
  /** Ends the subscription of markets. Absent: this feed tells of what it was once asked for until it ends. */
  unwatch?(markets: readonly MarketId[]): void
  /** Its connections, in the venue's own terms, for a replay that begins with the next frame. Absent: frames tell of none. */
  standing?(): unknown
  /** What it has of one book, likewise; null: nothing. */
  standingOf?(market: MarketId, outcome: Outcome): unknown
  /** Until aborted; reconnects by itself. `accept` is called synchronously in arrival order. Throws only on a bug. */
  run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void>
}

/** Fresh executable depth for a cure: this process's books if alive, else asked of the venue. Best price first. */
export interface Ladder {
  readonly levels: readonly Level[]
  readonly asOfMs: Millis
}
export interface Quotes {
  ladder(market: MarketId, outcome: Outcome, action: 'buy' | 'sell', signal: AbortSignal): Promise<Ladder>
}
