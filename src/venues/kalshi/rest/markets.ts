import type { MarketId } from '../../../core/ids'
import type { Millis } from '../../../core/units'
import { readOrderbook, readOrderbooks, type KalshiOrderbook } from '../wire/answers/books'
import {
  readBatchCandles,
  readCandles,
  readEventCandles,
  readTradePage,
  type KalshiCandle,
  type KalshiTrade,
} from '../wire/answers/history'
import {
  readEventMetadata,
  readMilestone,
  readMilestonePage,
  readTarget,
  type KalshiEventMetadata,
  type KalshiMilestone,
  type KalshiTarget,
} from '../wire/answers/reference'
import { readEventFeeChangePage, readFeeChanges, type KalshiEventFeeChange, type KalshiFeeChange } from '../wire/fees'
import {
  readEvent,
  readEventPage,
  readMarket,
  readMarketPage,
  readSeries,
  readSeriesList,
  type KalshiEvent,
  type KalshiMarket,
  type KalshiSeries,
} from '../wire/markets'
import type { KalshiRest, Query } from './call'
import { isNotFound } from './failure'
import { marketQuery, type MarketFilter } from './filters'
import { acrossCutoff, secondsFrom, secondsUntil } from './history'
import type { ReadUrgency } from './pacing'

/** Above these the venue answers 400 instead of clamping. */
const MARKETS_PER_PAGE = 1000
const EVENTS_PER_PAGE = 200
const TRADES_PER_PAGE = 1000
const FEE_CHANGES_PER_PAGE = 100
const ORDERBOOKS_MAX = 100

/** Of every status. Combos are not asked for: there are more than a million, and no series of ours is one. */
export const getMarkets = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiMarket[]> =>
  rest.getAll('/markets', { series_ticker: series, limit: MARKETS_PER_PAGE, mve_filter: 'exclude' }, readMarketPage, signal)
/** @throws RangeError, before anything is sent, for filters that do not go together */
export const findMarkets = (rest: KalshiRest, filter: MarketFilter, signal: AbortSignal): Promise<readonly KalshiMarket[]> =>
  rest.getAll('/markets', { ...marketQuery(filter), limit: MARKETS_PER_PAGE }, readMarketPage, signal)

/** Combos are not among them. */
export const getEvents = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiEvent[]> =>
  rest.getAll('/events', { series_ticker: series, limit: EVENTS_PER_PAGE }, readEventPage, signal)

/** The events of combos, of one series or of one collection: the venue takes no more than one of the two. */
export const getComboEvents = (
  rest: KalshiRest,
  of: { readonly series: string } | { readonly collection: string },
  signal: AbortSignal,
): Promise<readonly KalshiEvent[]> => {
  const where = 'series' in of ? { series_ticker: of.series } : { collection_ticker: of.collection }
  return rest.getAll('/events/multivariate', { ...where, limit: EVENTS_PER_PAGE }, readEventPage, signal)
}

/** null: the venue knows no such market, or it settled before the historical cutoff. */
export const getMarket = (rest: KalshiRest, market: MarketId, signal: AbortSignal, urgency?: ReadUrgency): Promise<KalshiMarket | null> =>
  orNull(rest.get(`/markets/${encodeURIComponent(market)}`, {}, readMarket, signal, urgency))
/** Live or archived. A market moves from the one place to the other and never back: asked in this order, it is found. */
export const getMarketAcross = async (
  rest: KalshiRest,
  market: MarketId,
  signal: AbortSignal,
  urgency?: ReadUrgency,
): Promise<KalshiMarket | null> =>
  (await getMarket(rest, market, signal, urgency)) ??
  (await orNull(rest.get(`/historical/markets/${encodeURIComponent(market)}`, {}, readMarket, signal, urgency)))
/** Those that settled before the cutoff. */
export const getHistoricalMarkets = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiMarket[]> =>
  rest.getAll('/historical/markets', { series_ticker: series, limit: MARKETS_PER_PAGE }, readMarketPage, signal)

async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found
  } catch (error) {
    if (isNotFound(error)) return null
    throw error
  }
}

export const getEvent = (rest: KalshiRest, event: string, signal: AbortSignal): Promise<KalshiEvent> =>
  rest.get(`/events/${encodeURIComponent(event)}`, {}, readEvent, signal)
export const getSeries = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<KalshiSeries> =>
  rest.get(`/series/${encodeURIComponent(series)}`, {}, readSeries, signal)
/** `category` is matched exactly; several tags are alternatives. */
export const listSeries = (
  rest: KalshiRest,
  filter: { readonly category?: string; readonly tags?: readonly string[] },
  signal: AbortSignal,
): Promise<readonly KalshiSeries[]> =>
  rest.get('/series', { category: filter.category, tags: filter.tags?.join(',') }, readSeriesList, signal)

/** Changes that are scheduled; those of the past are in the series record. */
export const getFeeChanges = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiFeeChange[]> =>
  rest.get('/series/fee_changes', { series_ticker: series }, readFeeChanges, signal)
/** Overrides that begin or end at an event. Empty: of all events. */
export const getEventFeeChanges = (rest: KalshiRest, event: string, signal: AbortSignal): Promise<readonly KalshiEventFeeChange[]> => {
  const event_ticker = event === '' ? undefined : event
  return rest.getAll('/events/fee_changes', { event_ticker, limit: FEE_CHANGES_PER_PAGE }, readEventFeeChangePage, signal)
}

/** The whole depth in YES terms, best first: vouches for a book, or stands in for one. */
export const getOrderbook = (rest: KalshiRest, market: MarketId, signal: AbortSignal): Promise<KalshiOrderbook> =>
  rest.get(`/markets/${encodeURIComponent(market)}/orderbook`, {}, readOrderbook, signal)
/**
 * The books of up to 100 markets in one answer.
 * @throws RangeError for none or more than 100; Error when the answer leaves a market out or tells of one that was not asked for
 */
export async function getOrderbooks(
  rest: KalshiRest,
  markets: readonly MarketId[],
  signal: AbortSignal,
): Promise<ReadonlyMap<MarketId, KalshiOrderbook>> {
  const asked = new Set(markets)
  if (asked.size === 0 || asked.size > ORDERBOOKS_MAX)
    throw new RangeError(`Kalshi gives 1 to ${ORDERBOOKS_MAX} books at once, not ${asked.size}: ask in parts`)
  const books = await rest.get('/markets/orderbooks', { tickers: [...asked] }, readOrderbooks, signal)
  const stray = [...books.keys()].find((market) => !asked.has(market))
  const missing = [...asked].find((market) => !books.has(market))
  if (stray !== undefined) throw new Error(`Kalshi told the book of ${stray}, which was not asked for: none of this answer is used`)
  if (missing !== undefined) throw new Error(`Kalshi left the book of ${missing} out of its answer`)
  return books
}

/** Public trades of one market since then, newest first, also those older than the historical cutoff. */
export function getTradesAcross(
  rest: KalshiRest,
  { market, sinceMs, untilMs }: { readonly market: MarketId; readonly sinceMs: Millis; readonly untilMs?: Millis },
  signal: AbortSignal,
): Promise<readonly KalshiTrade[]> {
  const max_ts = untilMs === undefined ? undefined : secondsUntil(untilMs)
  const query = { ticker: market, min_ts: secondsFrom(sinceMs), max_ts, limit: TRADES_PER_PAGE }
  const places = {
    live: () => rest.getAll('/markets/trades', query, readTradePage, signal),
    historical: () => rest.getAll('/historical/trades', query, readTradePage, signal),
    idOf: ({ tradeId }: KalshiTrade) => tradeId,
    timeOf: ({ atMs }: KalshiTrade) => atMs,
    cutoffOf: ({ tradesMs }: { readonly tradesMs: Millis }) => tradesMs,
  }
  return acrossCutoff(rest, sinceMs, places, signal)
}

const MILESTONES_PER_PAGE = 500
const CANDLE_MARKETS_MAX = 100
const MS_PER_SECOND = 1_000

/** Periods of one minute, one hour or one day; both ends of the window belong to it. */
export interface CandleWindow {
  readonly fromMs: Millis
  readonly untilMs: Millis
  readonly minutes: 1 | 60 | 1440
}
const windowQuery = ({ fromMs, untilMs, minutes }: CandleWindow): Query => ({
  start_ts: Math.floor(fromMs / MS_PER_SECOND),
  end_ts: Math.ceil(untilMs / MS_PER_SECOND),
  period_interval: minutes,
})

/** Of one market, live or archived: one that settled before the cutoff is unknown to the live call. */
export async function getCandles(
  rest: KalshiRest,
  { series, market }: { readonly series: string; readonly market: MarketId },
  window: CandleWindow,
  signal: AbortSignal,
): Promise<readonly KalshiCandle[]> {
  const ticker = encodeURIComponent(market)
  const query = windowQuery(window)
  try {
    return await rest.get(`/series/${encodeURIComponent(series)}/markets/${ticker}/candlesticks`, query, readCandles, signal)
  } catch (error) {
    if (!isNotFound(error)) throw error
    return rest.get(`/historical/markets/${ticker}/candlesticks`, query, readCandles, signal)
  }
}

/** Of all markets of an event. Where the answer would be too long, its `endMs` is earlier than asked: ask on from there. */
export const getEventCandles = (
  rest: KalshiRest,
  { series, event }: { readonly series: string; readonly event: string },
  window: CandleWindow,
  signal: AbortSignal,
): Promise<ReturnType<typeof readEventCandles>> =>
  rest.get(
    `/series/${encodeURIComponent(series)}/events/${encodeURIComponent(event)}/candlesticks`,
    windowQuery(window),
    readEventCandles,
    signal,
  )

/** Of up to 100 markets, 10,000 candles in all. @throws RangeError for none or more markets */
export function getBatchCandles(
  rest: KalshiRest,
  markets: readonly MarketId[],
  window: CandleWindow,
  signal: AbortSignal,
): Promise<ReadonlyMap<MarketId, readonly KalshiCandle[]>> {
  if (markets.length === 0 || markets.length > CANDLE_MARKETS_MAX)
    throw new RangeError(`Kalshi gives the candles of 1 to ${CANDLE_MARKETS_MAX} markets at once, not ${markets.length}: ask in parts`)
  return rest.get('/markets/candlesticks', { ...windowQuery(window), market_tickers: markets.join(',') }, readBatchCandles, signal)
}

export interface MilestoneFilter {
  readonly fromMs?: Millis
  readonly category?: string
  /** "football_game", "basketball_game", … */
  readonly kind?: string
  readonly event?: string
}
/** Games and releases by their own time, which the close time of a market is not. */
export const getMilestones = (rest: KalshiRest, filter: MilestoneFilter, signal: AbortSignal): Promise<readonly KalshiMilestone[]> => {
  const { fromMs, category, kind, event } = filter
  const query: Query = {
    limit: MILESTONES_PER_PAGE,
    minimum_start_date: fromMs === undefined ? undefined : new Date(fromMs).toISOString(),
    category,
    type: kind,
    related_event_ticker: event,
  }
  return rest.getAll('/milestones', query, readMilestonePage, signal)
}
export const getMilestone = (rest: KalshiRest, id: string, signal: AbortSignal): Promise<KalshiMilestone> =>
  rest.get(`/milestones/${encodeURIComponent(id)}`, {}, readMilestone, signal)
export const getTarget = (rest: KalshiRest, id: string, signal: AbortSignal): Promise<KalshiTarget> =>
  rest.get(`/structured_targets/${encodeURIComponent(id)}`, {}, readTarget, signal)
export const getEventMetadata = (rest: KalshiRest, event: string, signal: AbortSignal): Promise<KalshiEventMetadata> =>
  rest.get(`/events/${encodeURIComponent(event)}/metadata`, {}, readEventMetadata, signal)
