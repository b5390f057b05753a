import type { BookSide, Outcome } from '../../core/ids'
import type { Fill, OrderIntent } from '../../core/trade/order'
import { complement, type Price } from '../../core/units'
import type { KalshiFill } from './wire/portfolio'

/** One book, two names (kalshi.md §6.1): a side of the YES book and the YES price, whichever outcome is traded. */
export interface YesOrder {
  readonly side: BookSide
  readonly price: Price
}

/** buy YES p → bid p; sell YES p → ask p; buy NO q → ask 1 − q; sell NO q → bid 1 − q. */
export function toYesOrder({ action, outcome, limit }: Pick<OrderIntent, 'action' | 'outcome' | 'limit'>): YesOrder {
  const side = (action === 'buy') === (outcome === 'yes') ? 'bid' : 'ask'
  return { side, price: priceOf(outcome, limit) }
}

/** The price of an outcome from the YES price, and back: 1 − p for NO. */
export const priceOf = (outcome: Outcome, yesPrice: Price): Price => (outcome === 'yes' ? yesPrice : complement(yesPrice))
/** What a side of the YES book buys when nothing is held: bid ≡ yes, ask ≡ no. */
export const outcomeBought = (side: BookSide): Outcome => (side === 'bid' ? 'yes' : 'no')

/** A fill in the terms of its order. Without the order it is told as what it buys: to sell YES at p is to buy NO at 1 − p. */
export function toFill(fill: KalshiFill, account: string, order: Pick<OrderIntent, 'action' | 'outcome'> | null): Fill {
  const outcome = order?.outcome ?? outcomeBought(fill.side)
  return {
    venue: 'kalshi',
    account,
    venueOrderId: fill.venueOrderId,
    executionId: fill.executionId,
    corrects: null,
    market: fill.market,
    outcome,
    action: order?.action ?? 'buy',
    price: priceOf(outcome, fill.yesPrice),
    quantity: fill.quantity,
    fee: fill.fee,
    atMs: fill.atMs,
  }
}
