import { formatFixed, formatQuantity, parseFixed, type Price, type Quantity } from '../../../core/units'
import { bookOf, marketOf, type Floor } from '../floor'
import { cancelResting, placeOrder, type OrderRequest } from '../matching'
import { refuse, undecodable } from '../refusal'
import type { OrderRow, SelfTradePrevention, TimeInForce } from '../rows'
import { ok, type Answer, type Call } from './pages'
import { exchangeIndex } from './render'

/** Writing orders: only the V2 endpoints exist; a body is decoded as strictly as the venue's server does (kalshi.md §4). */

type JsonType = 'string' | 'bool' | 'int64'
const FIELDS: Readonly<Record<string, JsonType>> = {
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
const REQUIRED: Readonly<Record<string, string>> = {
  ticker: 'Ticker',
  side: 'Side',
  count: 'Count',
  price: 'Price',
  time_in_force: 'TimeInForce',
  self_trade_prevention_type: 'SelfTradePreventionType',
}
const COUNT = /^\d{1,9}(\.\d{1,2}0*)?$/
const PRICE = /^\d(\.\d{1,4})?$/
/** FIX caps a client order id at 64 characters; a "." was refused in May 2026. */
const CLIENT_ORDER_ID = /^[^.]{0,64}$/

type Body = Readonly<Record<string, unknown>>

/** @throws Refusal 400 in the decoder's words. */
function decode(text: string): Body {
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    throw undecodable(text === '' ? 'EOF' : 'invalid character in JSON body')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw undecodable(`json: cannot unmarshal ${jsonName(body)} into Go value of type CreateOrderV2Request`)
  }
  for (const [field, value] of Object.entries(body)) {
    const wanted = FIELDS[field]
    if (wanted !== undefined && value !== null && !fits(value, wanted)) {
      throw undecodable(`json: cannot unmarshal ${jsonName(value)} into Go struct field CreateOrderV2Request.${field} of type ${wanted}`)
    }
  }
  return body as Body
}

function fits(value: unknown, wanted: JsonType): boolean {
  if (wanted === 'string') return typeof value === 'string'
  return wanted === 'bool' ? typeof value === 'boolean' : Number.isSafeInteger(value)
}

function jsonName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return value === null ? 'null' : typeof value
}

function readRequest(floor: Floor, body: Body): OrderRequest {
  for (const [field, name] of Object.entries(REQUIRED)) {
    if (body[field] === undefined || body[field] === null || body[field] === '') {
      throw undecodable(`Key: 'CreateOrderV2Request.${name}' Error:Field validation for '${name}' failed on the 'required' tag`)
    }
  }
  const text = (field: string): string => {
    const value = body[field]
    return typeof value === 'string' ? value : ''
  }
  const flag = (field: string): boolean => body[field] === true
  const timeInForce = choice<TimeInForce>(body, 'time_in_force', 'TimeInForce', [
    'good_till_canceled',
    'immediate_or_cancel',
    'fill_or_kill',
  ])
  const request: OrderRequest = {
    ticker: text('ticker'),
    clientOrderId: text('client_order_id'),
    side: choice(body, 'side', 'Side', ['bid', 'ask'] as const),
    price: readPrice(text('price')),
    count: readCount(text('count')),
    timeInForce,
    selfTradePrevention: choice<SelfTradePrevention>(body, 'self_trade_prevention_type', 'SelfTradePreventionType', [
      'taker_at_cross',
      'maker',
    ]),
    postOnly: flag('post_only'),
    reduceOnly: flag('reduce_only'),
    cancelOnPause: flag('cancel_order_on_pause'),
    expirationMs: typeof body['expiration_time'] === 'number' ? body['expiration_time'] * 1000 : null,
  }
  checkShape(floor, request, body)
  return request
}

function checkShape(floor: Floor, request: OrderRequest, body: Body): void {
  const { expirationMs, timeInForce } = request
  if (!CLIENT_ORDER_ID.test(request.clientOrderId)) throw refuse('invalid_parameters', 'client_order_id')
  if (expirationMs !== null && timeInForce !== 'good_till_canceled')
    throw refuse('invalid_order', 'expiration_time needs good_till_canceled')
  if (expirationMs !== null && expirationMs <= floor.clock.nowMs()) throw refuse('invalid_order', 'expiration_time is in the past')
  if (request.reduceOnly && timeInForce !== 'immediate_or_cancel') throw refuse('invalid_order', 'reduce_only needs immediate_or_cancel')
  if (request.postOnly && timeInForce !== 'good_till_canceled') throw refuse('invalid_order', 'post_only needs good_till_canceled')
  if (typeof body['subaccount'] === 'number' && body['subaccount'] !== 0) throw refuse('invalid_parameters', 'unknown subaccount')
  if (typeof body['order_group_id'] === 'string' && body['order_group_id'] !== '') throw refuse('invalid_parameters', 'unknown order group')
  const shard = body['exchange_index']
  const own = exchangeIndex(floor, marketOf(floor, request.ticker).eventTicker)
  if (typeof shard === 'number' && shard >= 0 && shard !== own) throw refuse('market_not_found')
}

function choice<T extends string>(body: Body, field: string, name: string, values: readonly T[]): T {
  const value = values.find((each) => each === body[field])
  if (value === undefined)
    throw undecodable(`Key: 'CreateOrderV2Request.${name}' Error:Field validation for '${name}' failed on the 'oneof' tag`)
  return value
}

function readPrice(text: string): Price {
  if (!PRICE.test(text)) throw refuse('invalid_price')
  return parseFixed(text, 4) as Price
}

function readCount(text: string): Quantity {
  const count = COUNT.test(text) ? parseFixed(text, 2) : 0
  if (count <= 0) throw refuse('invalid_order_size')
  return count as Quantity
}

/** What a fault can be aimed at, read leniently before anything is decoded. */
export function orderMatch(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const fields = parsed as Body
    return {
      ticker: fields['ticker'],
      side: fields['side'],
      client_order_id: fields['client_order_id'],
      time_in_force: fields['time_in_force'],
    }
  } catch {
    return {}
  }
}

export function createOrder(floor: Floor, call: Call): Answer {
  if (call.accountId === null) throw refuse('signature_is_missing_from_headers')
  const request = readRequest(floor, decode(call.body))
  if (floor.faults.take('wrong_shard', orderMatch(call.body))) throw refuse('insufficient_balance')
  const order = placeOrder(floor, call.accountId, request)
  return { status: 201, body: createdBody(floor, order) }
}

/** The state after the request: an IOC's unfilled part is already cancelled. Averages exist only with fills. */
function createdBody(floor: Floor, order: OrderRow): unknown {
  return {
    ...(order.filled === 0
      ? {}
      : {
          average_fee_paid: perContract(order.takerFees, order.filled),
          average_fill_price: perContract(order.takerCost, order.filled),
        }),
    ...(order.clientOrderId === '' ? {} : { client_order_id: order.clientOrderId }),
    fill_count: formatQuantity(order.filled),
    order_id: order.orderId,
    remaining_count: formatQuantity(order.remaining),
    ts_ms: floor.clock.nowMs(),
  }
}

/** 1e-6 dollars over 1e-2 contracts, rounded to the nearest 1e-4 dollars per contract. */
function perContract(total: number, count: Quantity): string {
  return formatFixed(Math.round(total / count), 4)
}

/** Dead or unknown orders all get the same 404 (recorded). Without a hint only shard 0 is looked at. */
export function cancelOrder(floor: Floor, call: Call): Answer {
  const order = floor.tables.get('order', call.params[0] ?? '')
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  if (!order || order.accountId !== call.accountId || order.status !== 'resting') throw refuse('not_found')
  const hint = call.query.get('market_ticker')
  const shard = exchangeIndex(floor, marketOf(floor, order.ticker).eventTicker)
  const named = call.query.get('exchange_index')
  const wanted = named !== null && named !== '-1' ? Number.parseInt(named, 10) : hint === null ? 0 : shard
  if (wanted !== shard || (hint !== null && hint !== '' && hint !== order.ticker)) throw refuse('not_found')
  const resting = bookOf(floor, order.ticker).find(order.orderId)
  if (!resting) throw refuse('not_found')
  const { reducedBy } = cancelResting(floor, resting, order.ticker, 'Canceled')
  return ok({
    ...(order.clientOrderId === '' ? {} : { client_order_id: order.clientOrderId }),
    order_id: order.orderId,
    reduced_by: formatQuantity(reducedBy),
    ts_ms: floor.clock.nowMs(),
  })
}

export function cancelEverything(floor: Floor, call: Call): Answer {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  for (const [ticker, book] of floor.books) {
    for (const resting of [...book.side('bid'), ...book.side('ask')]) {
      if (resting.accountId === call.accountId) cancelResting(floor, resting, ticker, 'Canceled')
    }
  }
  return { status: 204, body: null }
}
