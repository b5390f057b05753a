import type { MarketId } from '../../../core/ids'
import {
  readEvent,
  readEventPage,
  readFeeChanges,
  readMarket,
  readMarketPage,
  readOrderbook,
  readSeries,
  type KalshiEvent,
  type KalshiFeeChange,
  type KalshiMarket,
} from '../wire/markets'
import { KalshiReadError, type KalshiRest } from './call'

/** Above these the venue answers 400 instead of clamping. */
const MARKETS_PER_PAGE = 1000
const EVENTS_PER_PAGE = 200

/** Of every status. Combos are not asked for: there are more than a million, and no series of ours is one. */
export const getMarkets = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiMarket[]> =>
  rest.getAll('/markets', { series_ticker: series, limit: MARKETS_PER_PAGE, mve_filter: 'exclude' }, readMarketPage, signal)
export const getEvents = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiEvent[]> =>
  rest.getAll('/events', { series_ticker: series, limit: EVENTS_PER_PAGE }, readEventPage, signal)

/** null: the venue knows no such market. */
export async function getMarket(rest: KalshiRest, market: MarketId, signal: AbortSignal): Promise<KalshiMarket | null> {
  try {
    return await rest.get(`/markets/${encodeURIComponent(market)}`, {}, readMarket, signal)
  } catch (error) {
    if (error instanceof KalshiReadError && 'status' in error.failure && error.failure.status === 404) return null
    throw error
  }
}
export const getEvent = (rest: KalshiRest, event: string, signal: AbortSignal): Promise<KalshiEvent> =>
  rest.get(`/events/${encodeURIComponent(event)}`, {}, readEvent, signal)
export const getSeries = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<ReturnType<typeof readSeries>> =>
  rest.get(`/series/${encodeURIComponent(series)}`, {}, readSeries, signal)
/** Changes that are scheduled; those of the past are in the series record. */
export const getFeeChanges = (rest: KalshiRest, series: string, signal: AbortSignal): Promise<readonly KalshiFeeChange[]> =>
  rest.get('/series/fee_changes', { series_ticker: series }, readFeeChanges, signal)
/** The whole depth in YES terms, best first: vouches for a book, or stands in for one. */
export const getOrderbook = (rest: KalshiRest, market: MarketId, signal: AbortSignal): Promise<ReturnType<typeof readOrderbook>> =>
  rest.get(`/markets/${encodeURIComponent(market)}/orderbook`, {}, readOrderbook, signal)
