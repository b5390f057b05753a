import type { Quantity } from '../../../core/units'
import type { Book, Resting } from '../book'
import { bookOf, emitLevel, type Cause, type Floor } from '../floor'
import type { OrderRow, UpdateReason } from '../rows'

/** Orders in a book: how they get there, shrink, and leave it. */

/** Takes volume off a resting order in the book and in what is remembered of outside participants. */
export function reduceResting(floor: Floor, book: Book, ticker: string, resting: Resting, by: Quantity, causes: readonly Cause[]): void {
  book.reduce(resting, by)
  emitLevel(floor, ticker, resting.side, resting.price, 0 - by, causes)
  const outside = floor.tables.get('outside', resting.id)
  if (outside && resting.remaining > 0) floor.tables.put('outside', resting.id, { ...outside, remaining: resting.remaining })
  if (outside && resting.remaining <= 0) floor.tables.remove('outside', resting.id)
}

/** Puts what is left of an order into the book, and tells of it. */
export function rest(floor: Floor, book: Book, order: OrderRow): void {
  stand(floor, book, order)
  emitLevel(floor, order.ticker, order.side, order.price, order.remaining, [order])
}

/** An order stands in the book, as it did before a restart, and its expiry is armed. */
export function stand(floor: Floor, book: Book, order: OrderRow): void {
  book.add({
    id: order.orderId,
    accountId: order.accountId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: order.price,
    priority: order.priority,
    remaining: order.remaining,
  })
  armExpiry(floor, order)
}

export function armExpiry(floor: Floor, order: OrderRow): void {
  const { expirationMs } = order
  if (expirationMs === null) return
  floor.clock.after(expirationMs - floor.clock.nowMs(), () => {
    floor.transact(() => {
      const isMeant = floor.tables.get('order', order.orderId)?.expirationMs === expirationMs
      const resting = isMeant ? bookOf(floor, order.ticker).find(order.orderId) : undefined
      if (resting) cancelResting(floor, resting, order.ticker, 'ExpiryCancel')
    })
  })
}

/** Cancels a resting order of an account; returns it with how much was taken off. */
export function cancelResting(
  floor: Floor,
  resting: Resting,
  ticker: string,
  reason: UpdateReason,
): { order: OrderRow; reducedBy: Quantity } {
  const reducedBy = resting.remaining
  const order = floor.tables.get('order', resting.id)
  if (!order) throw new Error(`resting order ${resting.id} is unknown`)
  reduceResting(floor, bookOf(floor, ticker), ticker, resting, reducedBy, [order])
  return { order: endOrder(floor, order, reason), reducedBy }
}

/** The order is over: what was left of it is cancelled. */
export function endOrder(floor: Floor, order: OrderRow, reason: UpdateReason): OrderRow {
  const ended: OrderRow = { ...order, status: 'canceled', remaining: 0 as Quantity, reason, updatedMs: floor.clock.nowMs() }
  floor.tables.put('order', order.orderId, ended)
  floor.emit({ kind: 'order', order: ended })
  return ended
}
