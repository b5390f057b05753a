import type { Floor } from '../../floor'
import { Refusal } from '../../refusal'
import type { EventRow, MarketRow, MarketStatus, TradeRow } from '../../rows'
import { csv, oneOf, seconds, word, type Call } from '../pages'

/** What the queries for markets and events select. */

/** The query's vocabulary is not the field's (kalshi.md §3). */
const STATUS_FILTER: Readonly<Record<'unopened' | 'open' | 'paused' | 'closed' | 'settled', readonly MarketStatus[]>> = {
  unopened: ['initialized'],
  open: ['active'],
  paused: ['inactive'],
  closed: ['closed', 'determined', 'disputed', 'amended'],
  settled: ['finalized'],
}
const STATUSES = ['unopened', 'open', 'paused', 'closed', 'settled'] as const

/** A combination of other markets. */
export const isCombo = (market: MarketRow): boolean =>
  market.definition.mve_collection_ticker !== undefined || market.ticker.startsWith('KXMVE')

export const marketOfSeries = (floor: Floor, market: MarketRow): string =>
  floor.tables.get('event', market.eventTicker)?.definition.series_ticker ?? ''

/** `min_…` and `max_…` of one family of times; null matches only when neither is asked for. */
function between(call: Call, family: 'created' | 'close' | 'settled', endpoint: string): ((atMs: number | null) => boolean) | null {
  const capital = `${family.slice(0, 1).toUpperCase()}${family.slice(1)}`
  const min = seconds(call, `min_${family}_ts`, endpoint, `Min${capital}Ts`)
  const max = seconds(call, `max_${family}_ts`, endpoint, `Max${capital}Ts`)
  if (min === null && max === null) return null
  return (atMs) => atMs !== null && (min === null || atMs >= min * 1000) && (max === null || atMs < (max + 1) * 1000)
}

/** @throws Refusal 400 for queries that exclude each other. */
export function marketFilter(floor: Floor, call: Call): (market: MarketRow) => boolean {
  const endpoint = 'GetMarkets'
  const status = oneOf(call, 'status', endpoint, 'Status', STATUSES)
  const combos = oneOf(call, 'mve_filter', endpoint, 'MveFilter', ['only', 'exclude'] as const)
  const event = word(call, 'event_ticker')
  const series = word(call, 'series_ticker')
  const tickers = csv(call, 'tickers')
  const updated = seconds(call, 'min_updated_ts', endpoint, 'MinUpdatedTs')
  const times = {
    created: between(call, 'created', endpoint),
    close: between(call, 'close', endpoint),
    settled: between(call, 'settled', endpoint),
  }
  checkTogether(call, Object.values(times).filter((each) => each !== null).length, updated !== null)
  return (market) =>
    (status === null || STATUS_FILTER[status].includes(market.status)) &&
    (combos === null || isCombo(market) === (combos === 'only')) &&
    (event === null || market.eventTicker === event) &&
    (series === null || marketOfSeries(floor, market) === series) &&
    (tickers?.has(market.ticker) ?? true) &&
    (updated === null || market.updatedMs >= updated * 1000) &&
    (times.created?.(market.createdMs) ?? true) &&
    (times.close?.(market.closeMs) ?? true) &&
    (times.settled?.(market.settledMs) ?? true)
}

/** Families of times exclude each other; `min_updated_ts` goes with `mve_filter=exclude` and a series alone. */
function checkTogether(call: Call, families: number, isUpdatedAsked: boolean): void {
  const fail = (reason: string): never => {
    throw new Refusal(400, { msg: `Parameter validation failed for GetMarkets: ${reason}` })
  }
  if (families > 1) fail('timestamp filters are mutually exclusive')
  if (!isUpdatedAsked) return
  const others = ['status', 'event_ticker', 'tickers'].filter((name) => word(call, name) !== null)
  if (word(call, 'mve_filter') !== 'exclude' || families > 0 || others.length > 0)
    fail('min_updated_ts requires mve_filter=exclude and allows only series_ticker besides')
}

/** An event matches a status when any of its markets does. */
export function eventFilter(call: Call, marketsOf: (event: EventRow) => readonly MarketRow[]): (event: EventRow) => boolean {
  const endpoint = 'GetEvents'
  const status = oneOf(call, 'status', endpoint, 'Status', STATUSES)
  const series = word(call, 'series_ticker')
  const tickers = csv(call, 'tickers')
  const minClose = seconds(call, 'min_close_ts', endpoint, 'MinCloseTs')
  const minUpdated = seconds(call, 'min_updated_ts', endpoint, 'MinUpdatedTs')
  return (event) => {
    if (series !== null && event.definition.series_ticker !== series) return false
    if (tickers !== null && !tickers.has(event.ticker)) return false
    const markets = marketsOf(event)
    return (
      (status === null || markets.some((market) => STATUS_FILTER[status].includes(market.status))) &&
      (minClose === null || markets.some((market) => market.closeMs >= minClose * 1000)) &&
      (minUpdated === null || markets.some((market) => market.updatedMs >= minUpdated * 1000))
    )
  }
}

export const inTime = (call: Call, endpoint: string): ((atMs: number) => boolean) => {
  const min = seconds(call, 'min_ts', endpoint, 'MinTs')
  const max = seconds(call, 'max_ts', endpoint, 'MaxTs')
  return (atMs) => (min === null || atMs >= min * 1000) && (max === null || atMs < (max + 1) * 1000)
}

/** Trades of one market or of all, newest first. There are no block trades here. */
export function newestTrades(floor: Floor, call: Call): TradeRow[] {
  if (word(call, 'is_block_trade') === 'true') return []
  const ticker = word(call, 'ticker')
  return [...floor.tables.all('trade')].filter((trade) => ticker === null || trade.ticker === ticker).reverse()
}
