import type { MarketId, Venue } from '../core/ids'
import type { FeedEvent } from '../core/market/event'

export interface MarketFeed {
  readonly venue: Venue
  /** Adds markets to what is subscribed, now and after each reconnect. */
  watch(markets: readonly MarketId[]): void
  /** Ends the subscription of markets. Absent: this feed tells of what it was once asked for until it ends. */
  unwatch?(markets: readonly MarketId[]): void
  /** Until aborted; reconnects by itself. `accept` is called synchronously in arrival order. Throws only on a bug. */
  run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void>
}
