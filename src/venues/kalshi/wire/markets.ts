import { z } from 'zod'
import type { MarketStatus, Level } from '../../../core/market/event'
import { NO_MONEY, ONE_DOLLAR, ONE_CONTRACT, notional, type Millis, type Money, type Price, type Quantity } from '../../../core/units'
import { contracts, count, cursor, dollarPrice, multiplier, optionalPrice, shard, strike, ticker, time, wholeSeconds } from './fields'
import { feeOf, feeOverride } from './fees'
import type { Page } from './portfolio'

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

const optionalTime = time.nullish().transform((value) => value ?? null)
const optionalCount = contracts.nullish().transform((value) => value ?? null)
const optionalText = z.string().nullish()
const strikes = {
  strike_type: optionalText,
  floor_strike: strike.nullish(),
  cap_strike: strike.nullish(),
  functional_strike: optionalText,
  custom_strike: z.record(z.string(), z.json()).nullish(),
}
/** What the venue writes about a question (kalshi.md §2, "Text"). */
const texts = { subtitle: optionalText, rules_primary: optionalText, rules_secondary: optionalText, early_close_condition: optionalText }
/** The venue tells negative sizes of markets that are over (recorded): nobody quotes those. */
const quotedSize = count.nullish().transform((value) => value ?? null)
const quotes = {
  yes_bid_dollars: optionalPrice,
  yes_bid_size_fp: quotedSize,
  yes_ask_dollars: optionalPrice,
  yes_ask_size_fp: quotedSize,
  last_price_dollars: optionalPrice,
}
const times = {
  open_time: optionalTime,
  close_time: time,
  expected_expiration_time: optionalTime,
  latest_expiration_time: optionalTime,
  occurrence_datetime: optionalTime,
  settlement_ts: optionalTime,
  fee_waiver_expiration_time: optionalTime,
}
const market = z
  .object({
    ticker,
    event_ticker: z.string(),
    market_type: z.string().nullish(),
    status: z.string(),
    title: z.string().nullish(),
    yes_sub_title: z.string().nullish(),
    no_sub_title: z.string().nullish(),
    price_ranges: z.array(z.object({ start: dollarPrice, end: dollarPrice, step: dollarPrice })).nullish(),
    result: z.string().nullish(),
    settlement_value_dollars: optionalPrice,
    settlement_bounds_type: z.string().nullish(),
    settlement_floor_dollars: optionalPrice,
    settlement_timer_seconds: wholeSeconds.nullish(),
    can_close_early: z.boolean().nullish(),
    volume_fp: optionalCount,
    volume_24h_fp: optionalCount,
    open_interest_fp: optionalCount,
    exchange_index: shard.nullish(),
    is_provisional: z.boolean().nullish(),
    mve_collection_ticker: z.string().nullish(),
    ...strikes,
    ...texts,
    ...quotes,
    ...times,
  })
  .transform((raw) => ({
    market: raw.ticker,
    event: raw.event_ticker,
    status: marketStatus(raw.status),
    /** The venue's own word: "determined", "disputed" and "amended" are one status to trading and three to a settlement. */
    statusWord: raw.status,
    kind: raw.market_type ?? '',
    title: raw.title ?? '',
    subTitle: raw.subtitle ?? '',
    yesTitle: raw.yes_sub_title ?? '',
    noTitle: raw.no_sub_title ?? '',
    /** The authority on valid prices; without it none is. The name of the structure is never looked at. */
    bands: raw.price_ranges ?? [],
    ...timesOf(raw),
    /** It may close at any time before, when the outcome is known. */
    canCloseEarly: raw.can_close_early ?? false,
    shard: raw.exchange_index ?? null,
    /** "yes", "no", "scalar"; '' while undecided. */
    result: raw.result ?? '',
    yesPays: yesPays(raw.status, raw.result ?? '', raw.settlement_value_dollars),
    settlementFloor: raw.settlement_bounds_type === 'floor' ? raw.settlement_floor_dollars : null,
    settlementTimerMs: raw.settlement_timer_seconds ?? null,
    quote: quoteOf(raw),
    lastPrice: raw.last_price_dollars || null,
    volume: raw.volume_fp,
    volume24h: raw.volume_24h_fp,
    openInterest: raw.open_interest_fp,
    strikeType: raw.strike_type ?? '',
    floorStrike: raw.floor_strike ?? null,
    capStrike: raw.cap_strike ?? null,
    functionalStrike: raw.functional_strike ?? null,
    customStrike: raw.custom_strike ?? null,
    rulesPrimary: raw.rules_primary ?? '',
    rulesSecondary: raw.rules_secondary ?? '',
    earlyCloseCondition: raw.early_close_condition ?? '',
    isProvisional: raw.is_provisional ?? false,
    /** A combo of other markets. */
    isCombo: (raw.mve_collection_ticker ?? '') !== '',
  }))
export type KalshiMarket = z.output<typeof market>

type Times = { readonly [name in Exclude<keyof typeof times, 'close_time'>]: Millis | null } & { readonly close_time: Millis }
const timesOf = (raw: Times) => ({
  openMs: raw.open_time,
  closeMs: raw.close_time,
  expectedExpirationMs: raw.expected_expiration_time,
  latestExpirationMs: raw.latest_expiration_time,
  /** When what the market asks about takes place: `closeMs` is a latest bound, not that. */
  occursMs: raw.occurrence_datetime,
  settledMs: raw.settlement_ts,
  feeWaiverUntilMs: raw.fee_waiver_expiration_time,
})

interface Quoted {
  readonly status: string
  readonly yes_bid_dollars: Price | null
  readonly yes_bid_size_fp: Quantity | null
  readonly yes_ask_dollars: Price | null
  readonly yes_ask_size_fp: Quantity | null
}
/** The best of each side as the market object tells it; null where nobody quotes. */
export interface KalshiQuote {
  readonly bid: Level | null
  readonly ask: Level | null
}
/**
 * Only an active market is quoted: what others tell is meaningless. An empty side is told as a bid of 0 and a derived ask of 1, which nobody
 * offers: a missing NO bid is never turned into a YES ask.
 */
function quoteOf(raw: Quoted): KalshiQuote {
  const level = (price: Price | null, quantity: Quantity | null): Level | null =>
    raw.status === 'active' && price !== null && price > 0 && price < ONE_DOLLAR && quantity !== null && quantity > 0
      ? { price, quantity }
      : null
  return {
    bid: level(raw.yes_bid_dollars, raw.yes_bid_size_fp),
    ask: level(raw.yes_ask_dollars, raw.yes_ask_size_fp),
  }
}

const marketPage = z.object({ markets: z.array(market), cursor })
/** @throws z.ZodError */
export function readMarketPage(body: unknown): Page<KalshiMarket> {
  const page = marketPage.parse(body)
  return { items: page.markets, cursor: page.cursor }
}
const singleMarket = z.object({ market }).transform((raw) => raw.market)
/** @throws z.ZodError */
export const readMarket = (body: unknown): KalshiMarket => singleMarket.parse(body)

/** Who says how it came out. */
const sources = z
  .array(z.object({ name: optionalText, url: optionalText }))
  .nullish()
  .transform((raw) => (raw ?? []).map(({ name, url }) => ({ name: name ?? '', url: url ?? '' })))
const seriesRecord = z
  .object({
    ticker: z.string(),
    title: z.string().nullish(),
    frequency: z.string().nullish(),
    category: z.string().nullish(),
    tags: z.array(z.string()).nullish(),
    fee_type: z.string(),
    fee_multiplier: multiplier,
    exchange_index: shard.nullish(),
    settlement_sources: sources,
    contract_terms_url: optionalText,
  })
  .transform((raw) => ({
    series: raw.ticker,
    title: raw.title ?? '',
    frequency: raw.frequency ?? '',
    category: raw.category ?? '',
    tags: raw.tags ?? [],
    fee: feeOf(raw),
    shard: raw.exchange_index ?? null,
    settlementSources: raw.settlement_sources,
    contractTermsUrl: raw.contract_terms_url ?? '',
  }))
export type KalshiSeries = z.output<typeof seriesRecord>
const series = z.object({ series: seriesRecord }).transform((raw) => raw.series)
/** @throws z.ZodError */
export const readSeries = (body: unknown): KalshiSeries => series.parse(body)
const seriesList = z.object({ series: z.array(seriesRecord).nullish() }).transform((raw) => raw.series ?? [])
/** @throws z.ZodError */
export const readSeriesList = (body: unknown): readonly KalshiSeries[] => seriesList.parse(body)

const event = z
  .object({
    event_ticker: z.string(),
    series_ticker: z.string(),
    title: z.string().nullish(),
    sub_title: z.string().nullish(),
    mutually_exclusive: z.boolean().nullish(),
    collateral_return_type: z.string().nullish(),
    exchange_index: shard.nullish(),
    strike_date: optionalText,
    strike_period: optionalText,
    settlement_sources: sources,
    ...feeOverride,
  })
  .transform((raw) => ({
    event: raw.event_ticker,
    series: raw.series_ticker,
    title: raw.title ?? '',
    subTitle: raw.sub_title ?? '',
    /** At most one of its markets pays YES. null: not told. */
    isMutuallyExclusive: raw.mutually_exclusive ?? null,
    /** "MECNET", "DIRECNET", '' for none. */
    collateralReturn: raw.collateral_return_type ?? '',
    /** Each null where the series decides. */
    feeType: raw.fee_type_override || null,
    multiplier: raw.fee_multiplier_override ?? null,
    shard: raw.exchange_index ?? null,
    strikeDate: raw.strike_date ?? '',
    strikePeriod: raw.strike_period ?? '',
    settlementSources: raw.settlement_sources,
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
