import type { Price, Quantity } from '../../../core/units'
import { canAfford } from '../accounts'
import type { Resting } from '../book'
import { pocketOf } from '../cash/pockets'
import { bookOf, marketOf, usedOrderId, type Floor } from '../floor'
import { onGrid } from '../grid'
import { checkMarketOpen, checkUnused, matchOrder } from '../matching'
import { refuse } from '../refusal'
import type { OrderRow } from '../rows'
import { armExpiry, cancelResting, endOrder, reduceResting, rest } from './resting'

/** Changing a resting order (kalshi.md §4.5, §4.6). */

export interface Amendment {
  readonly price: Price
  /** The new total: what is filled already, and what is still wanted. */
  readonly count: Quantity
  readonly clientOrderId: string | null
  /** Null: as it was; 0: never. In ms. */
  readonly expirationMs: number | null
}

/** An order that can still be changed, with its place in the book. @throws Refusal not_found, the same for every dead order (recorded). */
export function liveOrder(floor: Floor, accountId: string, orderId: string): { readonly order: OrderRow; readonly resting: Resting } {
  const order = floor.tables.get('order', orderId)
  if (!order || order.accountId !== accountId || order.status !== 'resting') throw refuse('not_found')
  const resting = bookOf(floor, order.ticker).find(orderId)
  if (!resting) throw refuse('not_found')
  return { order, resting }
}

/**
 * A smaller size at the same price, or another expiry alone, keeps the place in the queue; everything else joins the back and may cross.
 * @throws Refusal when the changed order would not be taken: the order then stands as it was.
 */
export function amendOrder(floor: Floor, order: OrderRow, resting: Resting, amendment: Amendment): OrderRow {
  const market = checkMarketOpen(floor, order.ticker)
  if (!onGrid(market.definition.price_level_structure, amendment.price)) throw refuse('invalid_price')
  if (amendment.clientOrderId !== null) checkUnused(floor, order.accountId, amendment.clientOrderId)
  const wanted = (amendment.count - order.filled) as Quantity
  if (wanted < 0) throw refuse('invalid_order_size', 'count is below the filled count')
  if (wanted === 0) return cancelResting(floor, resting, order.ticker, 'Amend').order
  const keepsPlace = amendment.price === order.price && wanted <= order.remaining
  if (!keepsPlace) checkMove(floor, order, amendment.price, wanted)
  const amended = renamed(floor, order, amendment, wanted)
  return keepsPlace ? shrink(floor, amended, resting) : move(floor, amended, resting)
}

function checkMove(floor: Floor, order: OrderRow, price: Price, wanted: Quantity): void {
  const claim = { ticker: order.ticker, side: order.side, price, remaining: wanted }
  const affordable = canAfford(floor, pocketOf(floor, order), claim, { rests: true, instead: order.orderId })
  if (!affordable) throw refuse('insufficient_balance')
  if (order.postOnly && bookOf(floor, order.ticker).crossing(order.side, price).length > 0) throw refuse('invalid_order', 'post only cross')
}

function renamed(floor: Floor, order: OrderRow, amendment: Amendment, wanted: Quantity): OrderRow {
  const { clientOrderId, expirationMs, price, count } = amendment
  if (clientOrderId !== null) floor.usedOrderIds.add(usedOrderId(order.accountId, clientOrderId))
  return {
    ...order,
    price,
    initial: count,
    remaining: wanted,
    clientOrderId: clientOrderId ?? order.clientOrderId,
    expirationMs: expirationMs === null ? order.expirationMs : expirationMs === 0 ? null : expirationMs,
    reason: 'Amend',
    updatedMs: floor.clock.nowMs(),
  }
}

function shrink(floor: Floor, amended: OrderRow, resting: Resting): OrderRow {
  const by = (resting.remaining - amended.remaining) as Quantity
  if (by > 0) reduceResting(floor, bookOf(floor, amended.ticker), amended.ticker, resting, by, [amended])
  return keep(floor, amended)
}

/** Leaves the book and comes back as a new arrival, with the fills and the fee accumulator it has. */
function move(floor: Floor, amended: OrderRow, resting: Resting): OrderRow {
  const book = bookOf(floor, amended.ticker)
  reduceResting(floor, book, amended.ticker, resting, resting.remaining, [amended])
  const arriving = keep(floor, { ...amended, priority: floor.tables.next('priority') })
  const matched = matchOrder(floor, book, marketOf(floor, arriving.ticker), arriving, arriving.remaining)
  if (matched.status === 'resting') rest(floor, book, matched)
  return matched
}

function keep(floor: Floor, order: OrderRow): OrderRow {
  floor.tables.put('order', order.orderId, order)
  floor.emit({ kind: 'order', order })
  armExpiry(floor, order)
  return order
}

/** Takes off a resting order and keeps its place; at zero it is cancelled. */
export function decreaseOrder(floor: Floor, order: OrderRow, resting: Resting, to: Quantity): OrderRow {
  const by = (resting.remaining - Math.max(0, to)) as Quantity
  if (by <= 0) return order
  const reduced: OrderRow = { ...order, remaining: (order.remaining - by) as Quantity, reason: 'Decrease', updatedMs: floor.clock.nowMs() }
  reduceResting(floor, bookOf(floor, order.ticker), order.ticker, resting, by, [order])
  if (reduced.remaining === 0) return endOrder(floor, reduced, 'Decrease')
  floor.tables.put('order', order.orderId, reduced)
  floor.emit({ kind: 'order', order: reduced })
  return reduced
}
