import { multiplierOf } from '../fees'
import { marketOf, type Floor } from '../floor'
import { refuse } from '../refusal'
import { inTime, marketFilter, newestTrades } from './market/filters'
import { cutoffMs, isHistorical } from './market/historical'
import { csv, integer, ok, page, word, type Answer, type Call } from './pages'
import { marketBody, orderbookBody, seriesBody, tradeBody } from './render'

/** Public reading endpoints: series, fees, markets, books, trades. */

const DEPTH_MAX = 100
const BOOKS_MAX = 100
const MARKETS_PAGE = { preset: 100, max: 1000 }
const FEE_CHANGES_PAGE = { preset: 100, max: 1000 }

/** Categories match exactly; of several tags one is enough. */
export function seriesList(floor: Floor, call: Call): Answer {
  const category = word(call, 'category')
  const tags = csv(call, 'tags')
  const rows = floor.section.series.filter(
    (series) => (category === null || series.category === category) && (tags === null || series.tags.some((tag) => tags.has(tag))),
  )
  return ok({ series: rows.map((series) => seriesBody(floor, series, word(call, 'include_volume') === 'true')) })
}

export function oneSeries(floor: Floor, call: Call): Answer {
  const series = floor.section.series.find((each) => each.ticker === call.params[0])
  if (!series) throw refuse('not_found')
  return ok({ series: seriesBody(floor, series, word(call, 'include_volume') === 'true') })
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

/** Overrides of events that are to come, and those that have begun. */
export function eventFeeChanges(floor: Floor, call: Call): Answer {
  const wanted = word(call, 'event_ticker')
  const rows = floor.section.event_fee_changes.flatMap((change, at) => {
    const event = floor.tables.get('event', change.event_ticker)
    if (!event || (wanted !== null && event.ticker !== wanted)) return []
    return [
      {
        id: String(at + 1),
        event_ticker: event.ticker,
        series_ticker: event.definition.series_ticker,
        fee_type_override: change.fee_type_override,
        fee_multiplier_override: change.fee_multiplier_override,
        scheduled_ts: change.scheduled_ts,
      },
    ]
  })
  const part = page(call, 'GetEventFeeChanges', rows, (row) => row.id, FEE_CHANGES_PAGE)
  return ok({ event_fee_changes: part.rows, cursor: part.cursor })
}

export function markets(floor: Floor, call: Call): Answer {
  const matches = marketFilter(floor, call)
  const rows = [...floor.tables.all('market')].filter((market) => !isHistorical(floor, market.settledMs) && matches(market))
  const part = page(call, 'GetMarkets', rows, (market) => market.ticker, MARKETS_PAGE)
  return ok({ markets: part.rows.map((market) => marketBody(floor, market)), cursor: part.cursor })
}

export const oneMarket = (floor: Floor, call: Call): Answer => {
  const market = floor.tables.get('market', call.params[0] ?? '')
  if (!market || isHistorical(floor, market.settledMs)) throw refuse('not_found')
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
  const within = inTime(call, 'GetTrades')
  const rows = newestTrades(floor, call).filter((trade) => within(trade.atMs) && trade.atMs >= cutoffMs(floor))
  const part = page(call, 'GetTrades', rows, (trade) => trade.tradeId, MARKETS_PAGE)
  return ok({ trades: part.rows.map(tradeBody), cursor: part.cursor })
}
