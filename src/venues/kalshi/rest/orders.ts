import type { MarketId } from '../../../core/ids'
import type { RejectReason } from '../../../core/trade/outcome'
import { readOrderPage, type CreateOrderBody, type KalshiOrder } from '../wire/orders'
import type { KalshiRest, WriteAnswer } from './call'

const ORDERS_PER_PAGE = 1000

export const createOrder = (
  rest: KalshiRest,
  body: CreateOrderBody,
  mayWrite: () => RejectReason | null,
  signal: AbortSignal,
): Promise<WriteAnswer> => rest.write({ method: 'POST', path: '/portfolio/events/orders', body, mayWrite }, signal)

/** All orders of the account that the filter leaves, newest first, from the portfolio's read model. */
export const listOrders = (
  rest: KalshiRest,
  filter: { readonly ticker?: MarketId; readonly status?: 'resting' },
  signal: AbortSignal,
): Promise<readonly KalshiOrder[]> => rest.getAll('/portfolio/orders', { ...filter, limit: ORDERS_PER_PAGE }, readOrderPage, signal)

/** 404 says neither cancelled nor executed nor unknown: read the list. */
export const cancelOrder = (rest: KalshiRest, order: KalshiOrder, shard: number, signal: AbortSignal): Promise<WriteAnswer> =>
  rest.write(
    {
      method: 'DELETE',
      path: `/portfolio/events/orders/${encodeURIComponent(order.venueOrderId)}`,
      query: { exchange_index: shard },
      body: null,
      mayWrite: () => null, // taking an order out of the book is always permitted
    },
    signal,
  )
