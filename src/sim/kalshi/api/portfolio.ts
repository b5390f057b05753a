import { formatQuantity, type Money, type Quantity } from '../../../core/units'
import { shardOf } from '../cash/pockets'
import type { Floor } from '../floor'
import { refuse } from '../refusal'
import type { OrderRow, PositionRow } from '../rows'
import { subaccountFor } from './access'
import { cutoffMs } from './market/historical'
import { accountOf, csv, ok, oneOf, page, seconds, shardQuery, subaccountQuery, word, type Answer, type Call } from './pages'
import { dollars, exchangeIndex, fillBody, orderBody, positionBody, settlementBody, timeText } from './render'

/** Reading one's own account: everything here comes from the read model, which may run behind. */

const PAGE = { preset: 100, max: 1000 }
/** Tickers and events that one call may name. */
const TICKERS_MAX = 100
const EVENTS_MAX = 10

type Owned = { readonly accountId: string; readonly subaccount: number; readonly ticker: string }

/** Rows of the caller: of one subaccount, or (null) of all that its key may see; on one shard, or on all. */
function owned(floor: Floor, call: Call, endpoint: string, preset: 0 | null): (row: Owned) => boolean {
  const accountId = accountOf(call)
  const subaccount = subaccountFor(call.key, subaccountQuery(call, endpoint), preset)
  const shard = shardQuery(call, endpoint)
  return (row) =>
    row.accountId === accountId &&
    (subaccount === null || row.subaccount === subaccount) &&
    (shard === null || shardOf(floor, row.ticker) === shard)
}

function limited(call: Call, name: string, max: number): ReadonlySet<string> | null {
  const values = csv(call, name)
  if (values !== null && values.size > max) throw refuse('invalid_parameters', `${name} must name at most ${max}`)
  return values
}

const within = (call: Call, endpoint: string): ((atMs: number) => boolean) => {
  const min = seconds(call, 'min_ts', endpoint, 'MinTs')
  const max = seconds(call, 'max_ts', endpoint, 'MaxTs')
  return (atMs) => (min === null || atMs >= min * 1000) && (max === null || atMs < (max + 1) * 1000)
}

export function orders(floor: Floor, call: Call): Answer {
  const isOwn = owned(floor, call, 'GetOrders', null)
  const status = oneOf(call, 'status', 'GetOrders', 'Status', ['resting', 'canceled', 'executed'] as const)
  const ticker = word(call, 'ticker')
  const events = limited(call, 'event_ticker', EVENTS_MAX)
  const inTime = within(call, 'GetOrders')
  const matches = (order: OrderRow): boolean =>
    isOwn(order) &&
    isLive(floor, order) &&
    (status === null || order.status === status) &&
    (ticker === null || order.ticker === ticker) &&
    (events === null || events.has(floor.tables.get('market', order.ticker)?.eventTicker ?? '')) &&
    inTime(order.createdMs)
  const rows = ticker === null ? floor.tables.allShown('order') : floor.tables.shownAt('order', ticker)
  const part = page(call, 'GetOrders', rows.filter(matches).reverse(), (order) => order.orderId, PAGE)
  return ok({ orders: part.rows.map((order) => orderBody(floor, order)), cursor: part.cursor })
}

export function oneOrder(floor: Floor, call: Call): Answer {
  const order = floor.tables.shown('order', call.params[0] ?? '')
  if (!order || !owned(floor, call, 'GetOrder', null)(order)) throw refuse('not_found')
  return ok({ order: orderBody(floor, order) })
}

export function fills(floor: Floor, call: Call): Answer {
  const isOwn = owned(floor, call, 'GetFills', null)
  const tickers = limited(call, 'ticker', TICKERS_MAX)
  const orderId = word(call, 'order_id')
  const inTime = within(call, 'GetFills')
  const [only] = orderId !== null ? [orderId] : tickers?.size === 1 ? tickers : []
  const shown = only === undefined ? floor.tables.allShown('fill') : floor.tables.shownAt('fill', only)
  const rows = shown
    .filter((fill) => isOwn(fill) && (tickers?.has(fill.ticker) ?? true) && fill.atMs >= cutoffMs(floor))
    .filter((fill) => (orderId === null || fill.orderId === orderId) && inTime(fill.atMs))
    .reverse()
  const part = page(call, 'GetFills', rows, (fill) => `${fill.tradeId}|${fill.orderId}`, PAGE)
  return ok({ fills: part.rows.map((fill) => fillBody(floor, fill)), cursor: part.cursor })
}

export function positions(floor: Floor, call: Call): Answer {
  const isOwn = owned(floor, call, 'GetPositions', 0)
  const settled =
    oneOf(call, 'settlement_status', 'GetPositions', 'SettlementStatus', ['unsettled', 'settled', 'all'] as const) ?? 'unsettled'
  const counted = csv(call, 'count_filter')
  const ticker = word(call, 'ticker')
  const event = word(call, 'event_ticker')
  const matches = (position: PositionRow): boolean =>
    isOwn(position) &&
    (settled === 'all' || position.settled === (settled === 'settled')) &&
    (ticker === null || position.ticker === ticker) &&
    (event === null || floor.tables.get('market', position.ticker)?.eventTicker === event) &&
    (!counted?.has('position') || position.position !== 0) &&
    (!counted?.has('total_traded') || position.traded !== 0)
  const part = page(call, 'GetPositions', floor.tables.allShown('position').filter(matches), (position) => position.ticker, PAGE)
  return ok({
    market_positions: part.rows.map((position) => positionBody(floor, position)),
    event_positions: byEvent(floor, part.rows),
    cursor: part.cursor,
  })
}

function byEvent(floor: Floor, rows: readonly PositionRow[]): unknown[] {
  const events = new Map<string, PositionRow[]>()
  for (const row of rows) {
    const event = floor.tables.get('market', row.ticker)?.eventTicker ?? ''
    events.set(event, [...(events.get(event) ?? []), row])
  }
  const sum = (group: readonly PositionRow[], of: (row: PositionRow) => number): number => group.reduce((total, row) => total + of(row), 0)
  return [...events].map(([event, group]) => ({
    event_ticker: event,
    exchange_index: exchangeIndex(floor, event),
    total_cost_dollars: dollars(sum(group, (row) => row.cost) as Money),
    total_cost_shares_fp: formatQuantity(sum(group, (row) => Math.abs(row.position)) as Quantity),
    event_exposure_dollars: dollars(sum(group, (row) => row.cost) as Money),
    realized_pnl_dollars: dollars(sum(group, (row) => row.realized) as Money),
    fees_paid_dollars: dollars(sum(group, (row) => row.fees) as Money),
  }))
}

export function settlements(floor: Floor, call: Call): Answer {
  const isOwn = owned(floor, call, 'GetSettlements', null)
  const ticker = word(call, 'ticker')
  const event = word(call, 'event_ticker')
  const inTime = within(call, 'GetSettlements')
  const rows = floor.tables
    .allShown('settlement')
    .filter((row) => isOwn(row) && (ticker === null || row.ticker === ticker))
    .filter((row) => (event === null || row.eventTicker === event) && inTime(row.atMs))
    .reverse()
  const part = page(call, 'GetSettlements', rows, (row) => `${row.ticker}|${row.subaccount}`, PAGE)
  return ok({ settlements: part.rows.map((row) => settlementBody(floor, row)), cursor: part.cursor })
}

/** Dead orders from before the cutoff are in the historical list alone. */
const isLive = (floor: Floor, order: OrderRow): boolean => order.status === 'resting' || order.updatedMs >= cutoffMs(floor)

/** How fresh the read model is: now, less the lag that the scenario sets. */
export const userDataTimestamp = (floor: Floor): Answer =>
  ok({ as_of_time: timeText(floor.clock.nowMs() - floor.section.settings.read_lag_ms) })
