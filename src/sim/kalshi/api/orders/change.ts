import { formatQuantity, type Quantity } from '../../../../core/units'
import type { Floor } from '../../floor'
import { amendOrder, decreaseOrder, liveOrder } from '../../orders/change'
import { refuse } from '../../refusal'
import type { OrderRow } from '../../rows'
import { checkRegion, subaccountFor } from '../access'
import { choice, decodeBody, readAmount, readCount, readPrice, requireFields, text, whole, type Body, type Fields } from '../body'
import { accountOf, ok, subaccountQuery, type Answer, type Call } from '../pages'
import { checkAddress, checkCancelable } from './cancel'
import { averages } from './create'

/** Amending and decreasing an order (kalshi.md §4.5, §4.6). */

const AMEND = 'AmendOrderV2Request'
const AMEND_FIELDS: Fields = {
  ticker: 'string',
  side: 'string',
  price: 'string',
  count: 'string',
  client_order_id: 'string',
  updated_client_order_id: 'string',
  expiration_time: 'int64',
  exchange_index: 'int64',
}
const DECREASE_FIELDS: Fields = { reduce_by: 'string', reduce_to: 'string', exchange_index: 'int64', market_ticker: 'string' }
const CLIENT_ORDER_ID = /^[^.]{0,64}$/

/** The shard that a body names; -1 and absent both mean: by the market. */
const shardIn = (body: Body): number | null => {
  const shard = whole(body, 'exchange_index')
  return shard === -1 ? null : shard
}

export function amend(floor: Floor, call: Call): Answer {
  const body = decodeBody(call.body, AMEND, AMEND_FIELDS)
  requireFields(body, AMEND, ['ticker', 'side', 'price', 'count'])
  const side = choice(body, AMEND, 'side', ['bid', 'ask'] as const)
  const { order, resting } = liveOrder(floor, accountOf(call), call.params[0] ?? '')
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'AmendOrderV2'), null)
  if (text(body, 'ticker') !== order.ticker) throw refuse('order_ticker_mismatch')
  if (side !== order.side) throw refuse('order_side_mismatch')
  checkAddress(floor, order, { subaccount, shard: shardIn(body), ticker: order.ticker })
  checkRegion(floor, call.key, order.ticker)
  const named = text(body, 'client_order_id')
  if (named !== '' && named !== order.clientOrderId) throw refuse('order_id_and_client_order_id_mismatch')
  const amended = amendOrder(floor, order, resting, {
    price: readPrice(text(body, 'price')),
    count: readCount(text(body, 'count')),
    clientOrderId: renamed(body),
    expirationMs: expiry(floor, body),
  })
  return ok(amendedBody(floor, order, amended))
}

function renamed(body: Body): string | null {
  const wanted = text(body, 'updated_client_order_id')
  if (!CLIENT_ORDER_ID.test(wanted)) throw refuse('invalid_parameters', 'updated_client_order_id')
  return wanted === '' ? null : wanted
}

/** Absent: as it was; 0: never. */
function expiry(floor: Floor, body: Body): number | null {
  const seconds = whole(body, 'expiration_time')
  if (seconds === null || seconds === 0) return seconds
  if (seconds * 1000 <= floor.clock.nowMs()) throw refuse('invalid_order', 'expiration_time is in the past')
  return seconds * 1000
}

/** Fills are those of the amendment, not of the order. */
function amendedBody(floor: Floor, before: OrderRow, after: OrderRow): Record<string, unknown> {
  const filled = (after.filled - before.filled) as Quantity
  return {
    ...averages(after.takerCost - before.takerCost, after.takerFees - before.takerFees, filled),
    ...(after.clientOrderId === '' ? {} : { client_order_id: after.clientOrderId }),
    fill_count: formatQuantity(filled),
    order_id: after.orderId,
    remaining_count: formatQuantity(after.remaining),
    ts_ms: floor.clock.nowMs(),
  }
}

export function decrease(floor: Floor, call: Call): Answer {
  const body = decodeBody(call.body, 'DecreaseOrderV2Request', DECREASE_FIELDS)
  const by = text(body, 'reduce_by')
  const to = text(body, 'reduce_to')
  if ((by === '') === (to === '')) throw refuse('invalid_parameters', 'exactly one of reduce_by and reduce_to must be given')
  const { order, resting } = liveOrder(floor, accountOf(call), call.params[0] ?? '')
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'DecreaseOrderV2'), null)
  checkAddress(floor, order, { subaccount, shard: shardIn(body), ticker: text(body, 'market_ticker') || null })
  checkCancelable(floor, order.ticker)
  const left = by === '' ? readAmount(to) : ((order.remaining - readCount(by)) as Quantity)
  const reduced = decreaseOrder(floor, order, resting, left)
  return ok({
    ...(order.clientOrderId === '' ? {} : { client_order_id: order.clientOrderId }),
    order_id: order.orderId,
    remaining_count: formatQuantity(reduced.remaining),
    ts_ms: floor.clock.nowMs(),
  })
}
