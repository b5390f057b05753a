import type { MarketId, Outcome, Venue } from '../core/ids'
import type { PurseBalance } from '../core/purse'
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
  /** Free cash over all purses. */
  readonly cash: Money
  /** The same by place, one row each: what is not named holds nothing. */
  readonly purses: readonly PurseBalance[]
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
