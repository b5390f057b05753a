import { z } from 'zod'
import type { MarketStatus, Level } from '../../../core/market/event'
import {
  complement,
  NO_MONEY,
  ONE_DOLLAR,
  ONE_CONTRACT,
  notional,
  parseFixed,
  type Millis,
  type Money,
  type Price,
} from '../../../core/units'
import { count, cursor, dollarPrice, ticker, time } from './fields'
import type { Page } from './portfolio'

/** Fee multipliers are JSON numbers with few decimals: 1, 0.5. Kept as integers of 1e-4. */
const MULTIPLIER_DECIMALS = 4
const multiplier = z.number().transform((value, context) => {
  try {
    return parseFixed(String(value), MULTIPLIER_DECIMALS)
  } catch {
    context.addIssue({ code: 'custom', message: `fee multiplier ${value} is finer than 1e-4` })
    return z.NEVER
  }
})

/** The field vocabulary, which is not that of the status query. What trades nowhere yet, or in a way we do not know, is 'paused'. */
export function marketStatus(field: string): MarketStatus {
  switch (field) {
    case 'active':
      return 'open'
    case 'closed':
      return 'closed'
    case 'determined':
    case 'disputed':
    case 'amended':
      return 'determined'
    case 'finalized':
      return 'settled'
    default: // initialized, inactive, and words of a later version: nothing opens on them
      return 'paused'
  }
}

/** What one YES contract pays; null while undecided or contested. A scalar value is also how a void market pays its fair price. */
function yesPays(status: string, result: string, settlementValue: Price | null): Money | null {
  if (!['determined', 'amended', 'finalized'].includes(status)) return null
  if (result === 'yes') return notional(ONE_DOLLAR, ONE_CONTRACT)
  if (result === 'no') return NO_MONEY
  return result === 'scalar' && settlementValue !== null ? notional(settlementValue, ONE_CONTRACT) : null
}

const optionalPrice = z.union([z.literal(''), dollarPrice]).nullish()
const market = z
  .object({
    ticker,
    event_ticker: z.string(),
    status: z.string(),
    title: z.string().nullish(),
    yes_sub_title: z.string().nullish(),
    price_ranges: z.array(z.object({ start: dollarPrice, end: dollarPrice, step: dollarPrice })).nullish(),
    close_time: time,
    result: z.string().nullish(),
    settlement_value_dollars: optionalPrice,
    exchange_index: z.number().int().nullish(),
  })
  .transform((raw) => ({
    market: raw.ticker,
    event: raw.event_ticker,
    status: marketStatus(raw.status),
    title: raw.title ?? '',
    yesTitle: raw.yes_sub_title ?? '',
    /** The authority on valid prices; without it none is. The name of the structure is never looked at. */
    bands: raw.price_ranges ?? [],
    closeMs: raw.close_time,
    shard: raw.exchange_index ?? null,
    yesPays: yesPays(raw.status, raw.result ?? '', raw.settlement_value_dollars || null),
  }))
export type KalshiMarket = z.output<typeof market>

const marketPage = z.object({ markets: z.array(market), cursor })
/** @throws z.ZodError */
export function readMarketPage(body: unknown): Page<KalshiMarket> {
  const page = marketPage.parse(body)
  return { items: page.markets, cursor: page.cursor }
}
const singleMarket = z.object({ market }).transform((raw) => raw.market)
/** @throws z.ZodError */
export const readMarket = (body: unknown): KalshiMarket => singleMarket.parse(body)

/** A fee record: a type by its venue name and a multiplier in 1e-4. */
export interface KalshiFee {
  readonly feeType: string
  readonly multiplier: number
}
const series = z.object({
  series: z.object({ ticker: z.string(), fee_type: z.string(), fee_multiplier: multiplier, exchange_index: z.number().int().nullish() }),
})
/** @throws z.ZodError */
export function readSeries(body: unknown): { readonly series: string; readonly fee: KalshiFee; readonly shard: number | null } {
  const raw = series.parse(body).series
  return { series: raw.ticker, fee: { feeType: raw.fee_type, multiplier: raw.fee_multiplier }, shard: raw.exchange_index ?? null }
}

const feeChanges = z.object({
  series_fee_change_arr: z
    .array(z.object({ series_ticker: z.string(), fee_type: z.string(), fee_multiplier: multiplier, scheduled_ts: time }))
    .nullish(),
})
export interface KalshiFeeChange {
  readonly series: string
  readonly fee: KalshiFee
  readonly fromMs: Millis
}
/** @throws z.ZodError */
export const readFeeChanges = (body: unknown): readonly KalshiFeeChange[] =>
  (feeChanges.parse(body).series_fee_change_arr ?? []).map((raw) => ({
    series: raw.series_ticker,
    fee: { feeType: raw.fee_type, multiplier: raw.fee_multiplier },
    fromMs: raw.scheduled_ts,
  }))

const event = z
  .object({
    event_ticker: z.string(),
    series_ticker: z.string(),
    title: z.string().nullish(),
    fee_type_override: z.string().nullish(),
    fee_multiplier_override: multiplier.nullish(),
    exchange_index: z.number().int().nullish(),
  })
  .transform((raw) => ({
    event: raw.event_ticker,
    series: raw.series_ticker,
    title: raw.title ?? '',
    /** Each null where the series decides. */
    feeType: raw.fee_type_override || null,
    multiplier: raw.fee_multiplier_override ?? null,
    shard: raw.exchange_index ?? null,
  }))
export type KalshiEvent = z.output<typeof event>

const eventPage = z.object({ events: z.array(event), cursor })
/** @throws z.ZodError */
export function readEventPage(body: unknown): Page<KalshiEvent> {
  const page = eventPage.parse(body)
  return { items: page.events, cursor: page.cursor }
}
const singleEvent = z.object({ event }).transform((raw) => raw.event)
/** @throws z.ZodError */
export const readEvent = (body: unknown): KalshiEvent => singleEvent.parse(body)

const level = z.tuple([dollarPrice, count]).transform(([price, quantity]): Level => ({ price, quantity }))
const side = z.array(level).nullish()
const orderbook = z.object({ orderbook_fp: z.object({ yes_dollars: side, no_dollars: side }) })
/** Both sides best first, in YES terms: a NO bid at p is an ask at 1 − p. The venue lists bids only, best last. @throws z.ZodError */
export function readOrderbook(body: unknown): { readonly bids: readonly Level[]; readonly asks: readonly Level[] } {
  const { yes_dollars: yes, no_dollars: no } = orderbook.parse(body).orderbook_fp
  return {
    bids: (yes ?? []).toReversed(),
    asks: (no ?? []).map(({ price, quantity }) => ({ price: complement(price), quantity })).toReversed(),
  }
}
