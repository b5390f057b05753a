import type { Floor } from '../../floor'
import { refuse } from '../../refusal'
import type { FillRow, OrderRow } from '../../rows'
import { accountOf, csv, integer, ok, page, word, type Answer, type Call } from '../pages'
import { fillBody, marketBody, orderBody, timeText, tradeBody } from '../render'
import { inTime, isCombo, marketOfSeries, newestTrades } from './filters'

/** What is older than the cutoff has left the live endpoints for these (kalshi.md §3). */

const PAGE = { preset: 100, max: 1000 }

/** Before this moment everything is historical; 1970 unless the scenario says otherwise. */
export const cutoffMs = (floor: Floor): number => Date.parse(floor.section.settings.historical_cutoff ?? '1970-01-01T00:00:00Z')

export const historicalCutoff = (floor: Floor): Answer => {
  const cutoff = timeText(cutoffMs(floor))
  return ok({ market_settled_ts: cutoff, trades_created_ts: cutoff, orders_updated_ts: cutoff })
}

export function historicalMarkets(floor: Floor, call: Call): Answer {
  const tickers = csv(call, 'tickers')
  const event = word(call, 'event_ticker')
  const series = word(call, 'series_ticker')
  const isWithoutCombos = word(call, 'mve_filter') === 'exclude'
  const rows = [...floor.tables.all('market')].filter(
    (market) =>
      isHistorical(floor, market.settledMs) &&
      (tickers?.has(market.ticker) ?? true) &&
      (event === null || market.eventTicker === event) &&
      (series === null || marketOfSeries(floor, market) === series) &&
      !(isWithoutCombos && isCombo(market)),
  )
  const part = page(call, 'GetHistoricalMarkets', rows, (market) => market.ticker, PAGE)
  return ok({ markets: part.rows.map((market) => marketBody(floor, market)), cursor: part.cursor })
}

export const isHistorical = (floor: Floor, settledMs: number | null): boolean => settledMs !== null && settledMs < cutoffMs(floor)

export function historicalMarket(floor: Floor, call: Call): Answer {
  const market = floor.tables.get('market', call.params[0] ?? '')
  if (!market || !isHistorical(floor, market.settledMs)) throw refuse('not_found')
  return ok({ market: marketBody(floor, market) })
}

export function historicalTrades(floor: Floor, call: Call): Answer {
  const within = inTime(call, 'GetHistoricalTrades')
  const rows = newestTrades(floor, call).filter((trade) => within(trade.atMs) && trade.atMs < cutoffMs(floor))
  const part = page(call, 'GetHistoricalTrades', rows, (trade) => trade.tradeId, PAGE)
  return ok({ trades: part.rows.map(tradeBody), cursor: part.cursor })
}

/** Rows of the caller up to `max_ts`, newest first. */
function history<T extends OrderRow | FillRow>(call: Call, endpoint: string, rows: readonly T[], atMs: (row: T) => number): T[] {
  const accountId = accountOf(call)
  const ticker = word(call, 'ticker')
  const max = integer(call, 'max_ts', endpoint, 'MaxTs', { min: 0, max: Number.MAX_SAFE_INTEGER })
  return rows
    .filter((row) => row.accountId === accountId && (ticker === null || row.ticker === ticker))
    .filter((row) => max === null || atMs(row) < (max + 1) * 1000)
    .reverse()
}

export function historicalOrders(floor: Floor, call: Call): Answer {
  const dead = floor.tables.allShown('order').filter((order) => order.status !== 'resting' && order.updatedMs < cutoffMs(floor))
  const rows = history(call, 'GetHistoricalOrders', dead, (order) => order.updatedMs)
  const part = page(call, 'GetHistoricalOrders', rows, (order) => order.orderId, PAGE)
  return ok({ orders: part.rows.map((order) => orderBody(floor, order)), cursor: part.cursor })
}

export function historicalFills(floor: Floor, call: Call): Answer {
  const old = floor.tables.allShown('fill').filter((fill) => fill.atMs < cutoffMs(floor))
  const rows = history(call, 'GetHistoricalFills', old, (fill) => fill.atMs)
  const part = page(call, 'GetHistoricalFills', rows, (fill) => `${fill.tradeId}|${fill.orderId}`, PAGE)
  return ok({ fills: part.rows.map((fill) => fillBody(floor, fill)), cursor: part.cursor })
}
