import { multiplierOf } from '../fees'
import { marketOf, type Floor } from '../floor'
import { refuse } from '../refusal'
import type { EventRow, MarketRow, MarketStatus } from '../rows'
import { csv, integer, ok, oneOf, page, seconds, type Answer, type Call } from './pages'
import { eventBody, marketBody, marketsOf, orderbookBody, seriesBody, timeText, tradeBody } from './render'

/** Public reading endpoints: exchange, series, events, markets, books, trades. */

/** The query's vocabulary is not the field's (kalshi.md §3). */
const STATUS_FILTER: Readonly<Record<'unopened' | 'open' | 'paused' | 'closed' | 'settled', readonly MarketStatus[]>> = {
  unopened: ['initialized'],
  open: ['active'],
  paused: ['inactive'],
  closed: ['closed', 'determined'],
  settled: ['finalized'],
}
const STATUSES = ['unopened', 'open', 'paused', 'closed', 'settled'] as const
const DEPTH_MAX = 100
const BOOKS_MAX = 100
const MARKETS_PAGE = { preset: 100, max: 1000 }
const EVENTS_PAGE = { preset: 200, max: 200 }

export function exchangeStatus(floor: Floor): Answer {
  const exchange = !floor.pauses.exchange
  const trading = exchange && !floor.pauses.trading
  const state = { exchange_active: exchange, trading_active: trading, intra_exchange_transfers_active: exchange }
  const shards = [...new Set([0, ...floor.section.events.map((event) => event.exchange_index)])].sort((a, b) => a - b)
  const statuses = shards.map((index) => ({ exchange_index: index, description: `Shard ${index}`, ...state }))
  return ok({ ...state, exchange_index_statuses: statuses })
}

const ALL_DAY = [{ open_time: '00:00', close_time: '00:00' }]
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']

/** Always open: the simulated venue has no maintenance unless an event pauses it. */
export const exchangeSchedule = (): Answer =>
  ok({
    schedule: {
      standard_hours: [
        { start_time: '2020-01-01T00:00:00Z', end_time: '2100-01-01T00:00:00Z', ...Object.fromEntries(DAYS.map((day) => [day, ALL_DAY])) },
      ],
      maintenance_windows: [],
    },
  })

export function seriesList(floor: Floor, call: Call): Answer {
  const category = call.query.get('category')
  const rows = floor.section.series.filter((series) => category === null || series.category === category)
  return ok({ series: rows.map((series) => seriesBody(floor, series)) })
}

export function oneSeries(floor: Floor, call: Call): Answer {
  const series = floor.section.series.find((each) => each.ticker === call.params[0])
  if (!series) throw refuse('not_found')
  return ok({ series: seriesBody(floor, series) })
}

/** Scheduled changes; those that have begun only with `show_historical`. */
export function feeChanges(floor: Floor, call: Call): Answer {
  const wanted = call.query.get('series_ticker')
  const historical = call.query.get('show_historical') === 'true'
  const now = floor.clock.nowMs()
  const rows = floor.section.fee_changes.map((change, at) => ({
    id: String(at + 1),
    series_ticker: change.series_ticker,
    fee_type: change.fee_type,
    fee_multiplier: multiplierOf(change.fee_multiplier) / 10_000,
    scheduled_ts: change.scheduled_ts,
  }))
  const shown = rows.filter(
    (row) => (wanted === null || row.series_ticker === wanted) && (historical || Date.parse(row.scheduled_ts) > now),
  )
  return ok({ series_fee_change_arr: shown })
}

export function events(floor: Floor, call: Call): Answer {
  const status = oneOf(call, 'status', 'GetEvents', 'Status', STATUSES)
  const series = call.query.get('series_ticker')
  const tickers = csv(call, 'tickers')
  const minClose = seconds(call, 'min_close_ts', 'GetEvents', 'MinCloseTs')
  const matches = (event: EventRow): boolean => {
    const markets = marketsOf(floor, event)
    return (
      (series === null || event.definition.series_ticker === series) &&
      (tickers === null || tickers.has(event.ticker)) &&
      (status === null || markets.some((market) => STATUS_FILTER[status].includes(market.status))) &&
      (minClose === null || markets.some((market) => market.closeMs >= minClose * 1000))
    )
  }
  const part = page(call, 'GetEvents', [...floor.tables.all('event')].filter(matches), (event) => event.ticker, EVENTS_PAGE)
  const nested = call.query.get('with_nested_markets') === 'true'
  return ok({ events: part.rows.map((event) => eventBody(floor, event, nested)), cursor: part.cursor })
}

export function oneEvent(floor: Floor, call: Call): Answer {
  const event = floor.tables.get('event', call.params[0] ?? '')
  if (!event) throw refuse('not_found')
  const nested = call.query.get('with_nested_markets') === 'true'
  return ok({ event: eventBody(floor, event, nested), markets: marketsOf(floor, event).map((market) => marketBody(floor, market)) })
}

export function markets(floor: Floor, call: Call): Answer {
  const status = oneOf(call, 'status', 'GetMarkets', 'Status', STATUSES)
  const event = call.query.get('event_ticker')
  const series = call.query.get('series_ticker')
  const tickers = csv(call, 'tickers')
  const minClose = seconds(call, 'min_close_ts', 'GetMarkets', 'MinCloseTs')
  const maxClose = seconds(call, 'max_close_ts', 'GetMarkets', 'MaxCloseTs')
  const matches = (market: MarketRow): boolean =>
    (status === null || STATUS_FILTER[status].includes(market.status)) &&
    (event === null || event === '' || market.eventTicker === event) &&
    (series === null || series === '' || floor.tables.get('event', market.eventTicker)?.definition.series_ticker === series) &&
    (tickers === null || tickers.has(market.ticker)) &&
    (minClose === null || market.closeMs >= minClose * 1000) &&
    (maxClose === null || market.closeMs <= maxClose * 1000)
  const part = page(call, 'GetMarkets', [...floor.tables.all('market')].filter(matches), (market) => market.ticker, MARKETS_PAGE)
  return ok({ markets: part.rows.map((market) => marketBody(floor, market)), cursor: part.cursor })
}

export const oneMarket = (floor: Floor, call: Call): Answer => {
  const market = floor.tables.get('market', call.params[0] ?? '')
  if (!market) throw refuse('not_found')
  return ok({ market: marketBody(floor, market) })
}

export function orderbook(floor: Floor, call: Call): Answer {
  const depth = integer(call, 'depth', 'GetMarketOrderbook', 'Depth', { min: 0, max: DEPTH_MAX }) ?? 0
  return ok({ orderbook_fp: orderbookBody(floor, marketOf(floor, call.params[0] ?? '').ticker, depth) })
}

export function orderbooks(floor: Floor, call: Call): Answer {
  const tickers = [...(csv(call, 'tickers') ?? [])]
  if (tickers.length === 0 || tickers.length > BOOKS_MAX) throw refuse('invalid_parameters', `tickers must be 1 to ${BOOKS_MAX}`)
  return ok({ orderbooks: tickers.map((ticker) => ({ ticker, orderbook_fp: orderbookBody(floor, marketOf(floor, ticker).ticker, 0) })) })
}

export function trades(floor: Floor, call: Call): Answer {
  const ticker = call.query.get('ticker')
  const min = seconds(call, 'min_ts', 'GetTrades', 'MinTs')
  const max = seconds(call, 'max_ts', 'GetTrades', 'MaxTs')
  const rows = [...floor.tables.all('trade')]
    .filter((trade) => ticker === null || ticker === '' || trade.ticker === ticker)
    .filter((trade) => (min === null || trade.atMs >= min * 1000) && (max === null || trade.atMs < (max + 1) * 1000))
    .reverse()
  const part = page(call, 'GetTrades', rows, (trade) => trade.tradeId, MARKETS_PAGE)
  return ok({ trades: part.rows.map(tradeBody), cursor: part.cursor })
}

/** Nothing is moved to the historical endpoints: everything is younger than the cutoff. */
export const historicalCutoff = (): Answer => {
  const cutoff = timeText(0)
  return ok({ market_settled_ts: cutoff, trades_created_ts: cutoff, orders_updated_ts: cutoff })
}
