import { formatFixed, formatQuantity, type Quantity } from '../../../../core/units'
import { shardOf } from '../../cash/pockets'
import { marketOf, type Floor } from '../../floor'
import { placeOrder, type OrderRequest } from '../../matching'
import { refuse, Refusal } from '../../refusal'
import type { OrderRow, SelfTradePrevention, TimeInForce } from '../../rows'
import { checkRegion, subaccountFor } from '../access'
import { choice, decodeBody, decodeList, flag, readCount, readPrice, requireFields, text, whole, type Body, type Fields } from '../body'
import { accountOf, type Answer, type Call } from '../pages'

/** Creating orders, one or several: only the V2 endpoints exist (kalshi.md §4.2, §4.3). */

const FIELDS: Fields = {
  ticker: 'string',
  client_order_id: 'string',
  side: 'string',
  count: 'string',
  price: 'string',
  time_in_force: 'string',
  self_trade_prevention_type: 'string',
  order_group_id: 'string',
  post_only: 'bool',
  reduce_only: 'bool',
  cancel_order_on_pause: 'bool',
  expiration_time: 'int64',
  subaccount: 'int64',
  exchange_index: 'int64',
}
const STRUCT = 'CreateOrderV2Request'
const REQUIRED = ['ticker', 'side', 'count', 'price', 'time_in_force', 'self_trade_prevention_type']
/** FIX caps a client order id at 64 characters; a "." was refused in May 2026. */
const CLIENT_ORDER_ID = /^[^.]{0,64}$/
/** A batch larger than this cannot fit any bucket: 10 tokens each. */
export const BATCH_MAX = 2_880

export function createOrder(floor: Floor, call: Call): Answer {
  return { status: 201, body: create(floor, call, decodeBody(call.body, STRUCT, FIELDS)) }
}

/** Not atomic: each order stands or falls alone, in the order of the request. */
export function createOrders(floor: Floor, call: Call): Answer {
  const orders = decodeList(call.body, 'BatchCreateOrdersV2Request', 'orders', FIELDS).map((body) => {
    try {
      return create(floor, call, body)
    } catch (error) {
      return { client_order_id: text(body, 'client_order_id'), error: errorOf(error) }
    }
  })
  return { status: 201, body: { orders } }
}

/** The inside of a nested error body, which is what an item of a batch carries. Anything that is no refusal is a bug and goes on. */
export function errorOf(error: unknown): unknown {
  if (!(error instanceof Refusal)) throw error
  const { body } = error
  return typeof body === 'object' && body !== null && 'error' in body ? body.error : body
}

function create(floor: Floor, call: Call, body: Body): unknown {
  const request = readRequest(floor, call, body)
  checkRegion(floor, call.key, request.ticker)
  if (floor.faults.take('wrong_shard', { account_id: call.accountId, ...matchOf(body) })) throw refuse('insufficient_balance')
  return createdBody(floor, placeOrder(floor, accountOf(call), request))
}

/** What a fault can be aimed at. */
export const matchOf = (body: Body): Record<string, unknown> => ({
  ticker: body['ticker'],
  side: body['side'],
  client_order_id: body['client_order_id'],
  time_in_force: body['time_in_force'],
})

function readRequest(floor: Floor, call: Call, body: Body): OrderRequest {
  requireFields(body, STRUCT, REQUIRED)
  const expiration = whole(body, 'expiration_time')
  const request: OrderRequest = {
    ticker: text(body, 'ticker'),
    subaccount: subaccountFor(call.key, whole(body, 'subaccount'), 0) ?? 0,
    groupId: text(body, 'order_group_id') || null,
    clientOrderId: text(body, 'client_order_id'),
    side: choice(body, STRUCT, 'side', ['bid', 'ask'] as const),
    price: readPrice(text(body, 'price')),
    count: readCount(text(body, 'count')),
    timeInForce: choice<TimeInForce>(body, STRUCT, 'time_in_force', ['good_till_canceled', 'immediate_or_cancel', 'fill_or_kill']),
    selfTradePrevention: choice<SelfTradePrevention>(body, STRUCT, 'self_trade_prevention_type', ['taker_at_cross', 'maker']),
    postOnly: flag(body, 'post_only'),
    reduceOnly: flag(body, 'reduce_only'),
    cancelOnPause: flag(body, 'cancel_order_on_pause'),
    expirationMs: expiration === null ? null : expiration * 1000,
  }
  checkShape(floor, request)
  checkShard(floor, request.ticker, whole(body, 'exchange_index'))
  return request
}

function checkShape(floor: Floor, request: OrderRequest): void {
  const { expirationMs, timeInForce } = request
  if (!CLIENT_ORDER_ID.test(request.clientOrderId)) throw refuse('invalid_parameters', 'client_order_id')
  if (expirationMs !== null && timeInForce !== 'good_till_canceled')
    throw refuse('invalid_order', 'expiration_time needs good_till_canceled')
  if (expirationMs !== null && expirationMs <= floor.clock.nowMs()) throw refuse('invalid_order', 'expiration_time is in the past')
  if (request.reduceOnly && timeInForce !== 'immediate_or_cancel') throw refuse('invalid_order', 'reduce_only needs immediate_or_cancel')
  if (request.postOnly && timeInForce !== 'good_till_canceled') throw refuse('invalid_order', 'post_only needs good_till_canceled')
}

/** An order that names a shard is looked for there alone; without one, or with -1, the market decides. */
function checkShard(floor: Floor, ticker: string, named: number | null): void {
  const own = shardOf(floor, marketOf(floor, ticker).ticker)
  if (named !== null && named !== -1 && named !== own) throw refuse('market_not_found')
}

/** The state after the request: an IOC's unfilled part is already cancelled. Averages exist only with fills. */
function createdBody(floor: Floor, order: OrderRow): Record<string, unknown> {
  return {
    ...averages(order.takerCost, order.takerFees, order.filled),
    ...(order.clientOrderId === '' ? {} : { client_order_id: order.clientOrderId }),
    fill_count: formatQuantity(order.filled),
    order_id: order.orderId,
    remaining_count: formatQuantity(order.remaining),
    ts_ms: floor.clock.nowMs(),
  }
}

/** Per contract, rounded to the nearest 1e-4 dollars; nothing when nothing was filled. */
export function averages(cost: number, fees: number, filled: Quantity): Record<string, string> {
  if (filled === 0) return {}
  return {
    average_fee_paid: formatFixed(Math.round(fees / filled), 4),
    average_fill_price: formatFixed(Math.round(cost / filled), 4),
  }
}
