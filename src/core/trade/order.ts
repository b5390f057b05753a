import type { ClientOrderId, MarketId, Outcome, TradeId, Venue } from '../ids'
import type { Millis, Money, Price, Quantity } from '../units'

/** One intention for ever: the outcome traded and its own price. Only the adapter knows how the venue spells it. */
export interface OrderIntent {
  readonly clientOrderId: ClientOrderId
  readonly tradeId: TradeId
  readonly venue: Venue
  readonly market: MarketId
  readonly action: 'buy' | 'sell'
  readonly outcome: Outcome
  readonly limit: Price
  readonly quantity: Quantity
  /** E15: nothing that rests is reachable from a workflow. */
  readonly timeInForce: 'ioc' | 'fok'
  /** E4. */
  readonly purpose: 'opening' | 'reducing'
  /** E11: no byte leaves after this. */
  readonly notAfterMs: Millis
}

/** The account of a fill that no venue reported: an operator's verdict claims it (E12). It is paid from suspense. */
export const VERDICT_ACCOUNT = 'verdict'

/** As the venue reports it. Kalshi's fill list has no client id (join by venueOrderId); IBKR corrects executions and tells fees late. */
export interface Fill {
  readonly venue: Venue
  readonly account: string
  readonly venueOrderId: string
  readonly executionId: string
  readonly corrects: string | null
  readonly market: MarketId
  readonly outcome: Outcome
  readonly action: 'buy' | 'sell'
  readonly price: Price
  readonly quantity: Quantity
  /** null: not told yet. */
  readonly fee: Money | null
  readonly atMs: Millis
}
