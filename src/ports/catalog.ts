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
  readonly closeMs: Millis
  readonly fees: FeeTerms
  /** Kalshi's shard; null at ForecastEx. */
  readonly shard: number | null
  /** ForecastEx: the conId of each outcome; null at Kalshi. */
  readonly contracts: { readonly [K in Outcome]: number } | null
  /** Set once the venue has decided: what one YES contract pays. */
  readonly yesPays: Money | null
}
export interface Catalog {
  readonly venue: Venue
  /** Every listing of a series (Kalshi series ticker, ForecastEx symbol), settled ones included. */
  listings(series: string, signal: AbortSignal): Promise<readonly Listing[]>
  listing(market: MarketId, signal: AbortSignal): Promise<Listing | null>
}
