import { formatQuantity, type Quantity } from '../../../../core/units'
import { bookOf, type Floor } from '../../floor'
import { liveOrder } from '../../orders/change'
import { refuse } from '../../refusal'
import type { OrderRow } from '../../rows'
import { subaccountFor } from '../access'
import { accountOf, csv, ok, subaccountQuery, word, type Answer, type Call } from '../pages'

/** How many contracts must trade before an order's turn comes: those before it at its price. */

function ahead(floor: Floor, order: OrderRow): Quantity {
  let sum = 0
  for (const resting of bookOf(floor, order.ticker).side(order.side)) {
    if (resting.id === order.orderId) return sum as Quantity
    if (resting.price === order.price) sum += resting.remaining
  }
  throw refuse('not_found')
}

export const queuePosition = (floor: Floor, call: Call): Answer =>
  ok({ queue_position_fp: formatQuantity(ahead(floor, liveOrder(floor, accountOf(call), call.params[0] ?? '').order)) })

export function queuePositions(floor: Floor, call: Call): Answer {
  const tickers = csv(call, 'market_tickers')
  const event = word(call, 'event_ticker')
  if (tickers === null && event === null) throw refuse('invalid_parameters', 'market_tickers or event_ticker must be given')
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'GetOrderQueuePositions'), 0)
  const orders = floor.tables
    .resting(accountOf(call))
    .filter(
      (order) =>
        order.subaccount === subaccount &&
        (tickers?.has(order.ticker) ?? true) &&
        (event === null || floor.tables.get('market', order.ticker)?.eventTicker === event),
    )
  return ok({
    queue_positions: orders.map((order) => ({
      order_id: order.orderId,
      market_ticker: order.ticker,
      queue_position_fp: formatQuantity(ahead(floor, order)),
    })),
  })
}
