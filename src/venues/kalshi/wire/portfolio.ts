import { z } from 'zod'
import type { BookSide, MarketId, Outcome } from '../../../core/ids'
import type { Millis, Money, Price, Quantity } from '../../../core/units'
import { bookSide, cents, contracts, count, cursor, dollarPrice, dollars, shard, sideOf, ticker, time, wholeSeconds } from './fields'

export interface Page<T> {
  readonly items: readonly T[]
  /** '' on the last page. */
  readonly cursor: string
}

const balance = z
  .object({
    balance_dollars: dollars,
    balance_breakdown: z.array(z.object({ exchange_index: shard, balance: dollars })).min(1),
  })
  .transform((raw, context): Balance => {
    const shards = raw.balance_breakdown.map((each) => ({ shard: each.exchange_index, cash: each.balance }))
    const sum = shards.reduce((total, { cash }) => total + cash, 0)
    if (sum !== raw.balance_dollars)
      context.addIssue({ code: 'custom', message: `shards hold ${sum} µ$ in sum, not ${raw.balance_dollars}` })
    if (new Set(raw.balance_breakdown.map((each) => each.exchange_index)).size < shards.length)
      context.addIssue({ code: 'custom', message: 'a shard is told twice' })
    return { cash: raw.balance_dollars, shards }
  })
/** Spendable cash, over all shards and on each of them. */
export interface Balance {
  readonly cash: Money
  readonly shards: readonly { readonly shard: number; readonly cash: Money }[]
}
/**
 * All amounts are dollars as text (`balance` would be truncated to cents). The breakdown is missing for a key that is restricted to a subaccount
 * (OpenAPI 3.30): no trade can be paid for by such an answer. @throws z.ZodError, also when the shards do not sum to the whole
 */
export const readBalance = (body: unknown): Balance => balance.parse(body)

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
/** As the portfolio lists it. */
export interface KalshiFillRecord extends KalshiFill {
  /** null: not told. */
  readonly isTaker: boolean | null
  readonly subaccount: number
  readonly shard: number | null
}
const fill = z
  .object({
    trade_id: z.string().nullish(),
    fill_id: z.string().nullish(),
    order_id: z.string().min(1),
    ticker: ticker.nullish(),
    market_ticker: ticker.nullish(),
    book_side: bookSide.nullish(),
    outcome_side: z.string().nullish(),
    count_fp: contracts,
    yes_price_dollars: dollarPrice,
    fee_cost: dollars,
    created_time: time.nullish(),
    ts: wholeSeconds.nullish(),
    is_taker: z.boolean().nullish(),
    subaccount_number: z.number().int().nullish(),
    exchange_index: shard.nullish(),
  })
  .transform((raw, context): KalshiFillRecord => {
    const told = <T>(value: T | null | undefined, fallback: T, names: string): T => {
      if (value === undefined || value === null || value === '') context.addIssue({ code: 'custom', message: `a fill without ${names}` })
      return value ?? fallback
    }
    return {
      executionId: told(raw.trade_id || raw.fill_id, '', 'trade_id and fill_id'),
      venueOrderId: raw.order_id,
      market: told(raw.ticker ?? raw.market_ticker, '' as MarketId, 'ticker and market_ticker'),
      side: sideOf(raw, context),
      yesPrice: raw.yes_price_dollars,
      quantity: raw.count_fp,
      fee: raw.fee_cost,
      atMs: told(raw.created_time ?? raw.ts, 0 as Millis, 'created_time and ts'),
      isTaker: raw.is_taker ?? null,
      subaccount: raw.subaccount_number ?? 0,
      shard: raw.exchange_index ?? null,
    }
  })
const fillPage = z.object({ fills: z.array(fill), cursor })
/** @throws z.ZodError */
export function readFillPage(body: unknown): Page<KalshiFillRecord> {
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

const positionRecord = z
  .object({
    ticker,
    position_fp: count,
    market_exposure_dollars: dollars,
    total_traded_dollars: dollars,
    realized_pnl_dollars: dollars,
    fees_paid_dollars: dollars,
    last_updated_ts: time.nullish(),
    exchange_index: shard.nullish(),
  })
  .transform((raw) => ({
    market: raw.ticker,
    /** Signed: + YES, − NO. */
    net: raw.position_fp,
    /** What the net cost, without fees. */
    exposure: raw.market_exposure_dollars,
    traded: raw.total_traded_dollars,
    realised: raw.realized_pnl_dollars,
    fees: raw.fees_paid_dollars,
    updatedMs: raw.last_updated_ts ?? null,
    shard: raw.exchange_index ?? null,
  }))
export type KalshiPosition = z.output<typeof positionRecord>
const positionRecords = z.object({ market_positions: z.array(positionRecord), cursor })
/** With all its money, flat markets as well. @throws z.ZodError */
export function readPositionRecordPage(body: unknown): Page<KalshiPosition> {
  const page = positionRecords.parse(body)
  return { items: page.market_positions, cursor: page.cursor }
}

const settlement = z
  .object({ ticker, revenue: cents, settled_time: time })
  .transform((raw) => ({ market: raw.ticker, paid: raw.revenue, atMs: raw.settled_time }))
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

const settlementRecord = z
  .object({
    ticker,
    event_ticker: z.string().nullish(),
    market_result: z.string(),
    yes_count_fp: contracts,
    yes_total_cost_dollars: dollars,
    no_count_fp: contracts,
    no_total_cost_dollars: dollars,
    revenue: cents,
    value: cents.nullish(),
    fee_cost: dollars,
    settled_time: time,
    exchange_index: shard.nullish(),
  })
  .transform((raw) => ({
    market: raw.ticker,
    event: raw.event_ticker ?? '',
    /** "yes", "no", "scalar"; others are kept as they came. */
    result: raw.market_result,
    yes: raw.yes_count_fp,
    yesCost: raw.yes_total_cost_dollars,
    no: raw.no_count_fp,
    noCost: raw.no_total_cost_dollars,
    paid: raw.revenue,
    /** Paid per YES contract in whole cents; the market's own settlement value is finer. null: not told. */
    perYes: raw.value ?? null,
    /** The trading fees of the market, not of its settlement. */
    fees: raw.fee_cost,
    atMs: raw.settled_time,
    shard: raw.exchange_index ?? null,
  }))
export type KalshiSettlement = z.output<typeof settlementRecord>
const settlementRecords = z.object({ settlements: z.array(settlementRecord), cursor })
/** With all that the venue tells of each. @throws z.ZodError */
export function readSettlementRecordPage(body: unknown): Page<KalshiSettlement> {
  const page = settlementRecords.parse(body)
  return { items: page.settlements, cursor: page.cursor }
}
