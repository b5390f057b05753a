import type { MarketId, Outcome, Venue } from '../core/ids'
import type { MarketStatus } from '../core/market/event'
import type { PriceBand } from '../core/market/grid'
import type { Millis, Money } from '../core/units'

/** How a market charges: the fee record in force, and since when it is known. */
export interface FeeTerms {
  readonly feeType: string
  /** 1e-4 units: 10_000 = 1. */
  readonly multiplier: number
  readonly fetchedAtMs: Millis
  /** The next change that the venue has scheduled: from then on this record says nothing. */
  readonly changesMs?: Millis
}
export interface Listing {
  readonly venue: Venue
  readonly market: MarketId
  /** Kalshi: event ticker. ForecastEx: symbol and last trading date. */
  readonly event: string
  readonly series: string
  readonly title: string
  readonly status: MarketStatus
  readonly bands: readonly PriceBand[]
  /** Where the venue tells one: a market that is listed before is not open until then. */
  readonly openMs?: Millis
  readonly closeMs: Millis
  /** The market closes as soon as its question is decided: `closeMs` is the latest time. Absent: not told. */
  readonly canCloseEarly?: boolean
  readonly fees: FeeTerms
  /** Kalshi's shard; null at ForecastEx. */
  readonly shard: number | null
  /** ForecastEx: the conId of each outcome; null at Kalshi. */
  readonly contracts: { readonly [K in Outcome]: number } | null
  /** Set once the venue has decided: what one YES contract pays. */
  readonly yesPays: Money | null
}
/** In place of Kalshi's shard: the venue finds the market itself, at the price of some time (kalshi.md §12.3). */
export const ROUTED_BY_VENUE = -1

export interface Catalog {
  readonly venue: Venue
  /** Every listing of a series (Kalshi series ticker, ForecastEx symbol), settled ones included. */
  listings(series: string, signal: AbortSignal): Promise<readonly Listing[]>
  listing(market: MarketId, signal: AbortSignal): Promise<Listing | null>
}
