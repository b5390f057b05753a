import type { MarketId } from '../../../core/ids'
import type { PriceBand } from '../../../core/market/grid'
import type { RejectReason } from '../../../core/trade/outcome'
import { formatPrice, formatQuantity, type Millis, type Price, type Quantity } from '../../../core/units'
import { ROUTED_BY_VENUE } from '../../../ports/catalog'
import { readBatchCancel, readBatchCreate, readQueuePosition, readQueuePositions, type BatchItem } from '../wire/answers/batches'
import { refusedHere } from '../wire/errors'
import {
  orderRefusal,
  readAmendAnswer,
  readCancelAnswer,
  readCreateAnswer,
  readDecreaseAnswer,
  readOrder,
  readOrderPage,
  type AmendAnswer,
  type CancelAnswer,
  type CreateAnswer,
  type CreateOrderBody,
  type DecreaseAnswer,
  type KalshiOrder,
  type RestingOrderBody,
} from '../wire/orders'
import type { KalshiRest, Query, WriteAnswer } from './call'
import { readWritten, type Written } from './failure'
import { acrossCutoff, secondsFrom } from './history'

const ORDERS = '/portfolio/events/orders'
const ORDERS_PER_PAGE = 1000

type Gate = () => RejectReason | null
/** Taking an order out of the book, or part of it, is always permitted. */
const always: Gate = () => null

/**
 * Sends an order that never rests. With the market's bands, a price or count the venue would refuse is refused here, as if the venue had said
 * "invalid_price": no byte leaves and no id is used up.
 */
export function createOrder(
  rest: KalshiRest,
  body: CreateOrderBody,
  mayWrite: Gate,
  signal: AbortSignal,
  bands: readonly PriceBand[] | null = null,
): Promise<WriteAnswer> {
  const refusal = bands === null ? null : orderRefusal(body, bands)
  if (refusal !== null) return Promise.resolve({ kind: 'failed', failure: refusedHere(refusal.code, refusal.detail) })
  return rest.write({ method: 'POST', path: ORDERS, body, mayWrite, shard: body.exchange_index }, signal)
}

/** Sends an order that may rest: no workflow can, since the order port knows IOC and FOK only. */
export async function createRestingOrder(
  rest: KalshiRest,
  body: RestingOrderBody,
  bands: readonly PriceBand[],
  mayWrite: Gate,
  signal: AbortSignal,
): Promise<Written<CreateAnswer>> {
  const refusal = orderRefusal(body, bands)
  if (refusal !== null) return { kind: 'failed', failure: refusedHere(refusal.code, refusal.detail) }
  const answer = await rest.write({ method: 'POST', path: ORDERS, body, mayWrite, shard: body.exchange_index }, signal)
  return readWritten(answer, (told) => echoes(readCreateAnswer(told), { clientOrderId: body.client_order_id }))
}

/** Several orders in one request, which is not atomic: each item has its own answer, and an item is refused here before any is sent. */
export async function createOrders(
  rest: KalshiRest,
  orders: readonly { readonly body: CreateOrderBody | RestingOrderBody; readonly bands: readonly PriceBand[] }[],
  mayWrite: Gate,
  signal: AbortSignal,
): Promise<Written<readonly BatchItem<CreateAnswer>[]>> {
  for (const { body, bands } of orders) {
    const refusal = orderRefusal(body, bands)
    if (refusal !== null) return { kind: 'failed', failure: refusedHere(refusal.code, refusal.detail) }
  }
  const body = { orders: orders.map((order) => order.body) }
  const answer = await rest.write({ method: 'POST', path: `${ORDERS}/batched`, body, mayWrite, items: orders.length }, signal)
  return readWritten(answer, (told) => {
    const items = readBatchCreate(told, orders.length)
    items.forEach((item, at) => {
      if (item.kind === 'accepted') echoes(item.value, { clientOrderId: orders[at]?.body.client_order_id ?? '' })
    })
    return items
  })
}

/** An order to take out of the book. Without its shard the venue looks on shard 0 alone (kalshi.md §4.4). */
export interface OrderAt {
  readonly venueOrderId: string
  readonly shard: number
}

/** 404 says neither cancelled nor executed nor unknown: read the list. On a shard that is not known the venue finds it by its market (kalshi.md §4.4). */
export const cancelOrder = (
  rest: KalshiRest,
  order: Pick<KalshiOrder, 'venueOrderId'> & Partial<Pick<KalshiOrder, 'market'>>,
  shard: number,
  signal: AbortSignal,
): Promise<WriteAnswer> => {
  const query = shard === ROUTED_BY_VENUE ? { exchange_index: shard, market_ticker: order.market } : { exchange_index: shard }
  return rest.write({ method: 'DELETE', path: one(order), query, body: null, mayWrite: always, shard }, signal)
}

/** As {@link cancelOrder}, with the answer read: one about another order (seen in May 2026, kalshi.md §4.5) is unknown. */
export const cancelOne = async (rest: KalshiRest, order: OrderAt, signal: AbortSignal): Promise<Written<CancelAnswer>> =>
  readWritten(await cancelOrder(rest, order, order.shard, signal), (told) => echoes(readCancelAnswer(told), order))

/** Each item has its own answer. */
export async function cancelOrders(
  rest: KalshiRest,
  orders: readonly OrderAt[],
  signal: AbortSignal,
): Promise<Written<readonly BatchItem<CancelAnswer>[]>> {
  const body = { orders: orders.map(({ venueOrderId, shard }) => ({ order_id: venueOrderId, exchange_index: shard })) }
  const answer = await rest.write({ method: 'DELETE', path: `${ORDERS}/batched`, body, mayWrite: always, items: orders.length }, signal)
  return readWritten(answer, (told) => {
    const items = readBatchCancel(told, orders.length)
    items.forEach((item, at) => {
      if (item.kind === 'accepted') echoes(item.value, { venueOrderId: orders[at]?.venueOrderId ?? '' })
    })
    return items
  })
}

/** Every resting order of a subaccount, also those of other programs; orders sent within a minute after it may be cancelled as well. */
export const cancelAll = async (rest: KalshiRest, subaccount: number, signal: AbortSignal): Promise<Written<null>> =>
  readWritten(await rest.write({ method: 'DELETE', path: ORDERS, query: { subaccount }, body: null, mayWrite: always }, signal), () => null)

export interface Amendment {
  readonly order: Pick<KalshiOrder, 'venueOrderId' | 'market' | 'side' | 'filled'>
  readonly shard: number
  readonly yesPrice: Price
  /** What shall be left in the book. The wire takes the new TOTAL: what is filled already plus this. */
  readonly remaining: Quantity
  readonly bands: readonly PriceBand[]
}
/** May cross and fill. Keeps its place in the queue only when it shrinks at the same price. */
export async function amendOrder(
  rest: KalshiRest,
  { order, shard, yesPrice, remaining, bands }: Amendment,
  mayWrite: Gate,
  signal: AbortSignal,
): Promise<Written<AmendAnswer>> {
  const total = (order.filled + remaining) as Quantity
  const body = {
    ticker: order.market,
    side: order.side,
    price: formatPrice(yesPrice),
    count: formatQuantity(total),
    exchange_index: shard,
  }
  const refusal = orderRefusal({ ...body, count: formatQuantity(remaining) }, bands)
  if (refusal !== null) return { kind: 'failed', failure: refusedHere(refusal.code, refusal.detail) }
  const answer = await rest.write({ method: 'POST', path: `${one(order)}/amend`, body, mayWrite, shard }, signal)
  return readWritten(answer, (told) => echoes(readAmendAnswer(told), order))
}

/** Takes contracts out of a resting order, which keeps its place in the queue. */
export async function decreaseOrder(
  rest: KalshiRest,
  order: OrderAt,
  by: { readonly reduceBy: Quantity } | { readonly reduceTo: Quantity },
  signal: AbortSignal,
): Promise<Written<DecreaseAnswer>> {
  const change = 'reduceBy' in by ? { reduce_by: formatQuantity(by.reduceBy) } : { reduce_to: formatQuantity(by.reduceTo) }
  const body = { ...change, exchange_index: order.shard }
  const answer = await rest.write({ method: 'POST', path: `${one(order)}/decrease`, body, mayWrite: always, shard: order.shard }, signal)
  return readWritten(answer, (told) => echoes(readDecreaseAnswer(told), order))
}

/** All orders of the account that the filter leaves, newest first, from the portfolio's read model. */
export const listOrders = (
  rest: KalshiRest,
  filter: {
    readonly ticker?: MarketId
    readonly status?: 'resting' | 'canceled' | 'executed'
    readonly min_ts?: number
    /** Absent: of all. */
    readonly subaccount?: number
  },
  signal: AbortSignal,
): Promise<readonly KalshiOrder[]> => rest.getAll('/portfolio/orders', { ...filter, limit: ORDERS_PER_PAGE }, readOrderPage, signal)

/** Created since then, also those that ended before the historical cutoff. */
export function listOrdersAcross(
  rest: KalshiRest,
  { market, sinceMs }: { readonly market?: MarketId; readonly sinceMs: Millis },
  signal: AbortSignal,
): Promise<readonly KalshiOrder[]> {
  const query: Query = { ticker: market, limit: ORDERS_PER_PAGE }
  return acrossCutoff(
    rest,
    sinceMs,
    {
      live: () => rest.getAll('/portfolio/orders', { ...query, min_ts: secondsFrom(sinceMs) }, readOrderPage, signal),
      historical: () => rest.getAll('/historical/orders', query, readOrderPage, signal),
      idOf: ({ venueOrderId }) => venueOrderId,
      // without a time it cannot be shown to be older
      timeOf: ({ createdMs }) => createdMs ?? sinceMs,
      cutoffOf: ({ ordersMs }) => ordersMs,
    },
    signal,
  )
}

/** Right after a write it may still tell what was before (kalshi.md §5). @throws KalshiReadError, 'ambiguous-not-found' where there is none */
export const getOrder = (rest: KalshiRest, venueOrderId: string, signal: AbortSignal): Promise<KalshiOrder> =>
  rest.get(`/portfolio/orders/${encodeURIComponent(venueOrderId)}`, {}, readOrder, signal)
/** Contracts ahead of a resting order at its price. */
export const getQueuePosition = (rest: KalshiRest, venueOrderId: string, signal: AbortSignal): Promise<Quantity> =>
  rest.get(`/portfolio/orders/${encodeURIComponent(venueOrderId)}/queue_position`, {}, readQueuePosition, signal)
export const getQueuePositions = (
  rest: KalshiRest,
  markets: readonly MarketId[],
  signal: AbortSignal,
): Promise<ReturnType<typeof readQueuePositions>> =>
  rest.get('/portfolio/orders/queue_positions', { market_tickers: markets.join(',') }, readQueuePositions, signal)

const one = ({ venueOrderId }: { readonly venueOrderId: string }): string => `${ORDERS}/${encodeURIComponent(venueOrderId)}`

/** @throws Error when an answer tells of another order than the one that was meant */
function echoes<T extends { readonly venueOrderId: string; readonly clientOrderId: string | null }>(
  answer: T,
  meant: { readonly venueOrderId?: string; readonly clientOrderId?: string },
): T {
  if (meant.venueOrderId !== undefined && answer.venueOrderId !== meant.venueOrderId)
    throw new Error(`Kalshi answered about order ${answer.venueOrderId} instead of ${meant.venueOrderId}`)
  if (meant.clientOrderId !== undefined && answer.clientOrderId !== null && answer.clientOrderId !== meant.clientOrderId)
    throw new Error(`Kalshi answered about client order ${answer.clientOrderId} instead of ${meant.clientOrderId}`)
  return answer
}
