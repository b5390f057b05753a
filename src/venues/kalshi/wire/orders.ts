import { z } from 'zod'
import type { BookSide, ClientOrderId, MarketId } from '../../../core/ids'
import type { OrderIntent } from '../../../core/trade/order'
import { formatPrice, formatQuantity, type Millis, type Price, type Quantity } from '../../../core/units'
import { bookSide, count, cursor, dollarPrice, ticker, time } from './fields'

/** POST /portfolio/events/orders (kalshi.md §4.2): every number is a string, the price is always the YES price. */
export interface CreateOrderBody {
  readonly ticker: MarketId
  readonly client_order_id: ClientOrderId
  readonly side: BookSide
  readonly count: string
  readonly price: string
  readonly time_in_force: 'immediate_or_cancel' | 'fill_or_kill'
  /** An own resting order is met by nobody: the incoming remainder is cancelled and the resting one stays. */
  readonly self_trade_prevention_type: 'taker_at_cross'
  /** E18: an order that the venue has to route itself is slower and billed to every shard. */
  readonly exchange_index: number
}

export const createOrderBody = (
  { clientOrderId, market, quantity, timeInForce }: OrderIntent,
  yes: { readonly side: BookSide; readonly price: Price },
  shard: number,
): CreateOrderBody => ({
  ticker: market,
  client_order_id: clientOrderId,
  side: yes.side,
  count: formatQuantity(quantity),
  price: formatPrice(yes.price),
  time_in_force: timeInForce === 'ioc' ? 'immediate_or_cancel' : 'fill_or_kill',
  self_trade_prevention_type: 'taker_at_cross',
  exchange_index: shard,
})

const createAnswer = z
  .object({ order_id: z.string().min(1), client_order_id: z.string().nullish(), fill_count: count, remaining_count: count })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    /** null: not echoed. */
    clientOrderId: raw.client_order_id ?? null,
    filled: raw.fill_count,
    /** What rests: 0 after an IOC or FOK, whatever it filled. */
    remaining: raw.remaining_count,
  }))
export type CreateAnswer = z.output<typeof createAnswer>
/** @throws z.ZodError when a 2xx answer is not an order */
export const readCreateAnswer = (body: unknown): CreateAnswer => createAnswer.parse(body)

const order = z
  .object({
    order_id: z.string().min(1),
    client_order_id: z.string().nullish(),
    ticker,
    book_side: bookSide,
    status: z.string(),
    yes_price_dollars: dollarPrice,
    initial_count_fp: count,
    fill_count_fp: count,
    created_time: time.nullish(),
    exchange_index: z.number().int().nullish(),
  })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? '',
    market: raw.ticker,
    side: raw.book_side,
    /** "resting", "canceled", "executed"; others are kept as they came. */
    status: raw.status,
    yesPrice: raw.yes_price_dollars,
    quantity: raw.initial_count_fp,
    filled: raw.fill_count_fp,
    createdMs: raw.created_time ?? null,
    shard: raw.exchange_index ?? null,
  }))
/** An order as the portfolio lists it. Its `remaining` is 0 once it is over, so "still open" is the status and nothing else. */
export interface KalshiOrder {
  readonly venueOrderId: string
  readonly clientOrderId: string
  readonly market: MarketId
  readonly side: BookSide
  readonly status: string
  readonly yesPrice: Price
  readonly quantity: Quantity
  readonly filled: Quantity
  readonly createdMs: Millis | null
  readonly shard: number | null
}
/** Nothing about its quantity can change any more. */
export const isTerminal = (status: string): boolean => status === 'executed' || status === 'canceled'

const orderPage = z.object({ orders: z.array(order), cursor })
/** @throws z.ZodError */
export const readOrderPage = (body: unknown): { readonly items: readonly KalshiOrder[]; readonly cursor: string } => {
  const page = orderPage.parse(body)
  return { items: page.orders, cursor: page.cursor }
}
