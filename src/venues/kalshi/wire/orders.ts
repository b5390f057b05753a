import { z } from 'zod'
import type { BookSide, ClientOrderId, MarketId } from '../../../core/ids'
import { isOnGrid, type PriceBand } from '../../../core/market/grid'
import type { OrderIntent } from '../../../core/trade/order'
import { formatPrice, formatQuantity, price, quantity, type Millis, type Money, type Price, type Quantity } from '../../../core/units'
import { bookSide, contracts, cursor, dollarPrice, dollars, shard, sideOf, ticker, time, wholeMillis } from './fields'
import type { Page } from './portfolio'

/** What every order says (kalshi.md §4.2): every number is a string, the price is always the YES price. */
interface OrderBody {
  readonly ticker: MarketId
  readonly client_order_id: ClientOrderId
  readonly side: BookSide
  readonly count: string
  readonly price: string
  /** An own resting order is met by nobody: the incoming remainder is cancelled and the resting one stays. */
  readonly self_trade_prevention_type: 'taker_at_cross'
  /** E18: an order that the venue has to route itself is slower and billed to every shard. */
  readonly exchange_index: number
  readonly order_group_id?: string
  readonly subaccount?: number
}
/** The orders that trades are made of: nothing of them ever rests. */
export interface CreateOrderBody extends OrderBody {
  readonly time_in_force: 'immediate_or_cancel' | 'fill_or_kill'
  /** With immediate_or_cancel only: no more than what takes the opposite position to zero. */
  readonly reduce_only?: true
}
/** An order that may rest. The order port has no intent that becomes one. */
export interface RestingOrderBody extends OrderBody {
  readonly time_in_force: 'good_till_canceled'
  readonly post_only?: boolean
  /** Whole seconds since 1970. */
  readonly expiration_time?: number
  readonly cancel_order_on_pause?: boolean
}
export interface OrderExtras {
  readonly orderGroup?: string
  readonly subaccount?: number
}

export const createOrderBody = (
  { clientOrderId, market, quantity, timeInForce }: OrderIntent,
  yes: { readonly side: BookSide; readonly price: Price },
  shard: number,
  extras: OrderExtras & { readonly reduceOnly?: boolean } = {},
): CreateOrderBody => ({
  ...orderBody(clientOrderId, market, yes, quantity, shard, extras),
  time_in_force: timeInForce === 'ioc' ? 'immediate_or_cancel' : 'fill_or_kill',
  ...(extras.reduceOnly === true ? { reduce_only: true } : {}),
})

export interface RestingOrder {
  readonly clientOrderId: ClientOrderId
  readonly market: MarketId
  readonly side: BookSide
  readonly yesPrice: Price
  readonly quantity: Quantity
  readonly postOnly: boolean
  /** null: until it is cancelled or the market closes. */
  readonly expiresMs: Millis | null
  readonly cancelOnPause: boolean
}
export const restingOrderBody = (order: RestingOrder, shard: number, extras: OrderExtras = {}): RestingOrderBody => ({
  ...orderBody(order.clientOrderId, order.market, { side: order.side, price: order.yesPrice }, order.quantity, shard, extras),
  time_in_force: 'good_till_canceled',
  post_only: order.postOnly,
  cancel_order_on_pause: order.cancelOnPause,
  ...(order.expiresMs === null ? {} : { expiration_time: Math.floor(order.expiresMs / 1_000) }),
})

const orderBody = (
  clientOrderId: ClientOrderId,
  market: MarketId,
  yes: { readonly side: BookSide; readonly price: Price },
  quantity: Quantity,
  shard: number,
  { orderGroup, subaccount }: OrderExtras,
): OrderBody => ({
  ticker: market,
  client_order_id: clientOrderId,
  side: yes.side,
  count: formatQuantity(quantity),
  price: formatPrice(yes.price),
  self_trade_prevention_type: 'taker_at_cross',
  exchange_index: shard,
  ...(orderGroup === undefined ? {} : { order_group_id: orderGroup }),
  ...(subaccount === undefined ? {} : { subaccount }),
})

/**
 * Why an order may not be sent: its price against the market's own bands, its count against the step of 0.01 contract. null: it may.
 * The price is judged as the venue will read it, from the text of the body.
 */
export function orderRefusal(
  body: { readonly ticker: string; readonly price: string; readonly count: string },
  bands: readonly PriceBand[],
): { readonly code: 'invalid_price' | 'invalid_order_size'; readonly detail: string } | null {
  const at = read(() => price(body.price))
  if (at === null || !isOnGrid(at, bands)) {
    const valid = bands.map((band) => `${formatPrice(band.start)} to ${formatPrice(band.end)} in steps of ${formatPrice(band.step)}`)
    const detail = valid.length === 0 ? 'the market tells no valid price' : `${body.ticker} takes ${valid.join(', ')}`
    return { code: 'invalid_price', detail: `${body.price} is not a price of this market: ${detail}` }
  }
  const of = read(() => quantity(body.count))
  return of === null || of <= 0
    ? { code: 'invalid_order_size', detail: `${body.count} is not a count: at least 0.01 in steps of 0.01` }
    : null
}
function read<T>(parse: () => T): T | null {
  try {
    return parse()
  } catch {
    return null
  }
}

const optionalDollars = dollars.nullish().transform((value): Money | null => value ?? null)
const outcome = {
  client_order_id: z.string().nullish(),
  average_fill_price: optionalDollars,
  /** Per contract. */
  average_fee_paid: optionalDollars,
  ts_ms: wholeMillis.nullish(),
}
const createAnswer = z
  .object({ order_id: z.string().min(1), fill_count: contracts, remaining_count: contracts, ...outcome })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    /** null: not echoed. */
    clientOrderId: raw.client_order_id ?? null,
    filled: raw.fill_count,
    /** What rests: 0 after an IOC or FOK, whatever it filled. */
    remaining: raw.remaining_count,
    averagePrice: raw.average_fill_price,
    averageFee: raw.average_fee_paid,
    atMs: raw.ts_ms ?? null,
  }))
export type CreateAnswer = z.output<typeof createAnswer>
/** @throws z.ZodError when a 2xx answer is not an order */
export const readCreateAnswer = (body: unknown): CreateAnswer => createAnswer.parse(body)

/** The remaining and filled counts may be left out: then the order has to be read. */
const amendAnswer = z
  .object({ order_id: z.string().min(1), fill_count: contracts.nullish(), remaining_count: contracts.nullish(), ...outcome })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    filled: raw.fill_count ?? null,
    remaining: raw.remaining_count ?? null,
    averagePrice: raw.average_fill_price,
    averageFee: raw.average_fee_paid,
    atMs: raw.ts_ms ?? null,
  }))
export type AmendAnswer = z.output<typeof amendAnswer>
/** @throws z.ZodError */
export const readAmendAnswer = (body: unknown): AmendAnswer => amendAnswer.parse(body)

const cancelAnswer = z
  .object({ order_id: z.string().min(1), client_order_id: z.string().nullish(), reduced_by: contracts, ts_ms: wholeMillis.nullish() })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    /** What was taken out of the book. */
    reducedBy: raw.reduced_by,
    atMs: raw.ts_ms ?? null,
  }))
export type CancelAnswer = z.output<typeof cancelAnswer>
/** @throws z.ZodError */
export const readCancelAnswer = (body: unknown): CancelAnswer => cancelAnswer.parse(body)

const decreaseAnswer = z
  .object({ order_id: z.string().min(1), client_order_id: z.string().nullish(), remaining_count: contracts, ts_ms: wholeMillis.nullish() })
  .transform((raw) => ({
    venueOrderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? null,
    remaining: raw.remaining_count,
    atMs: raw.ts_ms ?? null,
  }))
export type DecreaseAnswer = z.output<typeof decreaseAnswer>
/** @throws z.ZodError */
export const readDecreaseAnswer = (body: unknown): DecreaseAnswer => decreaseAnswer.parse(body)

const order = z
  .object({
    order_id: z.string().min(1),
    client_order_id: z.string().nullish(),
    ticker,
    book_side: bookSide.nullish(),
    outcome_side: z.string().nullish(),
    status: z.string(),
    yes_price_dollars: dollarPrice,
    initial_count_fp: contracts,
    fill_count_fp: contracts,
    remaining_count_fp: contracts.nullish(),
    taker_fill_cost_dollars: optionalDollars,
    maker_fill_cost_dollars: optionalDollars,
    taker_fees_dollars: optionalDollars,
    maker_fees_dollars: optionalDollars,
    created_time: time.nullish(),
    last_update_time: time.nullish(),
    expiration_time: time.nullish(),
    order_group_id: z.string().nullish(),
    subaccount_number: z.number().int().nullish(),
    exchange_index: shard.nullish(),
  })
  .transform((raw, context) => ({
    venueOrderId: raw.order_id,
    clientOrderId: raw.client_order_id ?? '',
    market: raw.ticker,
    side: sideOf(raw, context),
    /** "resting", "canceled", "executed"; others are kept as they came. */
    status: raw.status,
    yesPrice: raw.yes_price_dollars,
    quantity: raw.initial_count_fp,
    filled: raw.fill_count_fp,
    createdMs: raw.created_time ?? null,
    shard: raw.exchange_index ?? null,
    remaining: raw.remaining_count_fp ?? null,
    /** Σ price × count of its fills; null: not told. */
    takerCost: raw.taker_fill_cost_dollars,
    makerCost: raw.maker_fill_cost_dollars,
    takerFees: raw.taker_fees_dollars,
    makerFees: raw.maker_fees_dollars,
    updatedMs: raw.last_update_time ?? null,
    expiresMs: raw.expiration_time ?? null,
    orderGroup: raw.order_group_id || null,
    subaccount: raw.subaccount_number ?? 0,
  }))
/** An order as the portfolio lists it. Its `remaining` is 0 once it is over, so "still open" is the status and nothing else. */
export type KalshiOrder = z.output<typeof order>
/** Nothing about its quantity can change any more. */
export const isTerminal = (status: string): boolean => status === 'executed' || status === 'canceled'

const orderPage = z.object({ orders: z.array(order), cursor })
/** @throws z.ZodError */
export const readOrderPage = (body: unknown): Page<KalshiOrder> => {
  const page = orderPage.parse(body)
  return { items: page.orders, cursor: page.cursor }
}
const singleOrder = z.object({ order }).transform((raw) => raw.order)
/** @throws z.ZodError */
export const readOrder = (body: unknown): KalshiOrder => singleOrder.parse(body)
