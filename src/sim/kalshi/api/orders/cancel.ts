import { formatQuantity } from '../../../../core/units'
import { shardOf } from '../../cash/pockets'
import { bookOf, marketOf, type Floor } from '../../floor'
import { beginCancelTail } from '../../lifecycle/cancel-tail'
import { isOver } from '../../lifecycle/markets'
import { liveOrder } from '../../orders/change'
import { cancelResting } from '../../orders/resting'
import { refuse } from '../../refusal'
import { subaccountFor } from '../access'
import { decodeList, text, whole, type Fields } from '../body'
import { accountOf, ok, shardQuery, subaccountQuery, word, type Answer, type Call } from '../pages'
import { errorOf } from './create'

/** Cancelling orders: one, several, all (kalshi.md §4.3, §4.4). */

/** How an order is addressed: with neither a shard nor a market only shard 0 is looked at. */
export interface Address {
  readonly subaccount: number | null
  readonly shard: number | null
  readonly ticker: string | null
}

/** @throws Refusal not_found when the order is not where it is looked for. */
export function checkAddress(floor: Floor, order: { readonly ticker: string; readonly subaccount: number }, address: Address): void {
  const shard = shardOf(floor, order.ticker)
  const wanted = address.shard ?? (address.ticker === null ? 0 : shard)
  const elsewhere = address.subaccount !== null && address.subaccount !== order.subaccount
  if (wanted !== shard || elsewhere || (address.ticker !== null && address.ticker !== order.ticker)) throw refuse('not_found')
}

/** After its close a market refuses cancels as well, until the venue cancels by itself. @throws Refusal. */
export function checkCancelable(floor: Floor, ticker: string): void {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  if (isOver(marketOf(floor, ticker))) throw refuse('market_inactive')
}

/** The client order id is not repeated (recorded). */
function cancel(floor: Floor, call: Call, orderId: string, address: Address): Record<string, unknown> {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  const { order, resting } = liveOrder(floor, accountOf(call), orderId)
  checkAddress(floor, order, { ...address, subaccount: subaccountFor(call.key, address.subaccount, null) })
  checkCancelable(floor, order.ticker)
  const { reducedBy } = cancelResting(floor, resting, order.ticker, 'Canceled')
  return {
    order_id: order.orderId,
    reduced_by: formatQuantity(reducedBy),
    ts_ms: floor.clock.nowMs(),
  }
}

/** Dead or unknown orders all get the same 404 (recorded). */
export function cancelOrder(floor: Floor, call: Call): Answer {
  const address = {
    subaccount: subaccountQuery(call, 'CancelOrderV2'),
    shard: shardQuery(call, 'CancelOrderV2'),
    ticker: word(call, 'market_ticker'),
  }
  return ok(cancel(floor, call, call.params[0] ?? '', address))
}

const ITEM: Fields = { order_id: 'string', market_ticker: 'string', subaccount: 'int64', exchange_index: 'int64' }

export function cancelOrders(floor: Floor, call: Call): Answer {
  const orders = decodeList(call.body, 'BatchCancelOrdersV2Request', 'orders', ITEM).map((item) => {
    const orderId = text(item, 'order_id')
    const shard = whole(item, 'exchange_index')
    const address = {
      subaccount: whole(item, 'subaccount'),
      shard: shard === -1 ? null : shard,
      ticker: text(item, 'market_ticker') || null,
    }
    try {
      return cancel(floor, call, orderId, address)
    } catch (error) {
      return { order_id: orderId, reduced_by: '0.00', error: errorOf(error) }
    }
  })
  return ok({ orders })
}

/** 204 without a body. What is placed during the tail may be cancelled as well. */
export function cancelEverything(floor: Floor, call: Call): Answer {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  const accountId = accountOf(call)
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'CancelAllOrders'), null)
  for (const order of floor.tables.resting(accountId)) {
    if ((subaccount !== null && order.subaccount !== subaccount) || isOver(marketOf(floor, order.ticker))) continue
    const resting = bookOf(floor, order.ticker).find(order.orderId)
    if (resting) cancelResting(floor, resting, order.ticker, 'Canceled')
  }
  beginCancelTail(floor, accountId)
  return { status: 204, body: null }
}
