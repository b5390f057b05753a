import { z } from 'zod'
import type { BookSide, MarketId, Outcome } from '../../../core/ids'
import { money, type Millis, type Money, type Price, type Quantity } from '../../../core/units'
import { bookSide, count, cursor, dollarPrice, dollars, ticker, time } from './fields'

/** One cent in micro-dollars: `revenue` of a settlement is in cents (kalshi.md §2.1). */
const MICROS_PER_CENT = 10_000

export interface Page<T> {
  readonly items: readonly T[]
  /** '' on the last page. */
  readonly cursor: string
}

const balance = z.object({ balance_dollars: dollars }).transform((raw) => raw.balance_dollars)
/** Spendable cash over all shards. `balance` would be truncated to cents. @throws z.ZodError */
export const readBalance = (body: unknown): Money => balance.parse(body)

/** One execution of an own order: the YES price, whichever outcome was traded, and no client order id. */
export interface KalshiFill {
  readonly executionId: string
  readonly venueOrderId: string
  readonly market: MarketId
  readonly side: BookSide
  readonly yesPrice: Price
  readonly quantity: Quantity
  readonly fee: Money
  readonly atMs: Millis
}
const fill = z
  .object({
    trade_id: z.string().nullish(),
    fill_id: z.string().nullish(),
    order_id: z.string().min(1),
    ticker,
    book_side: bookSide,
    count_fp: count,
    yes_price_dollars: dollarPrice,
    fee_cost: dollars,
    created_time: time,
  })
  .transform((raw, context): KalshiFill => {
    const executionId = raw.trade_id ?? raw.fill_id ?? ''
    if (executionId === '') context.addIssue({ code: 'custom', message: 'a fill without trade_id and fill_id' })
    return {
      executionId,
      venueOrderId: raw.order_id,
      market: raw.ticker,
      side: raw.book_side,
      yesPrice: raw.yes_price_dollars,
      quantity: raw.count_fp,
      fee: raw.fee_cost,
      atMs: raw.created_time,
    }
  })
const fillPage = z.object({ fills: z.array(fill), cursor })
/** @throws z.ZodError */
export function readFillPage(body: unknown): Page<KalshiFill> {
  const page = fillPage.parse(body)
  return { items: page.fills, cursor: page.cursor }
}

const positionPage = z.object({ market_positions: z.array(z.object({ ticker, position_fp: count })), cursor })
/** The one signed net of each market, told as the outcome held; flat markets are left out. @throws z.ZodError */
export function readPositionPage(body: unknown): Page<{ market: MarketId; outcome: Outcome; quantity: Quantity }> {
  const page = positionPage.parse(body)
  const held = page.market_positions.filter((position) => position.position_fp !== 0)
  return {
    items: held.map(({ ticker: market, position_fp }) => ({
      market,
      outcome: position_fp > 0 ? 'yes' : 'no',
      quantity: Math.abs(position_fp) as Quantity,
    })),
    cursor: page.cursor,
  }
}

const settlement = z
  .object({ ticker, revenue: z.number().int(), settled_time: time })
  .transform((raw) => ({ market: raw.ticker, paid: money(raw.revenue * MICROS_PER_CENT), atMs: raw.settled_time }))
const settlementPage = z.object({ settlements: z.array(settlement), cursor })
/**
 * `paid` is the cash that moved. The venue pays whole cents: YES and NO always come out even (0.01 contract pays one cent), a scalar
 * payout is rounded to cents and the rest of it booked by the venue as a fee, so `revenue` is exact where a count times a value is not.
 * @throws z.ZodError
 */
export function readSettlementPage(body: unknown): Page<{ market: MarketId; paid: Money; atMs: Millis }> {
  const page = settlementPage.parse(body)
  return { items: page.settlements, cursor: page.cursor }
}
