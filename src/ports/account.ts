import type { MarketId, Outcome, Venue } from '../core/ids'
import type { Fill } from '../core/trade/order'
import type { Millis, Money, Quantity } from '../core/units'

export interface Payout {
  readonly market: MarketId
  readonly paid: Money
  readonly atMs: Millis
}
export interface Position {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}
export interface Statement {
  readonly asOfMs: Millis
  readonly cash: Money
  readonly fills: readonly Fill[]
  /** Venue order ids that rest. */
  readonly openOrders: readonly string[]
  readonly positions: readonly Position[]
  readonly payouts: readonly Payout[]
}
export interface VenueAccount {
  readonly venue: Venue
  readonly account: string
  statement(sinceMs: Millis, signal: AbortSignal): Promise<Statement>
}
