import { formatFixed, formatQuantity, money, ONE_DOLLAR, type Money, type Quantity } from '../../../core/units'
import { reserved } from '../accounts'
import type { Floor } from '../floor'
import { refuse } from '../refusal'
import { positionKey, type OrderRow, type PositionRow } from '../rows'
import { bucketLimit, DEFAULT_COST, ENDPOINT_COSTS } from './limits'
import { csv, ok, oneOf, page, seconds, type Answer, type Call } from './pages'
import { dollars, exchangeIndex, fillBody, orderBody, positionBody, settlementBody, timeText } from './render'

/** Reading one's own account: everything here comes from the read model, which may run behind. */

const PAGE = { preset: 100, max: 1000 }
const CENT = 10_000
const BALANCE_GRID = 100

const accountOf = (call: Call): string => {
  if (call.accountId === null) throw refuse('signature_is_missing_from_headers')
  return call.accountId
}

/** Cash that is not reserved by resting orders, as the read model has it. */
export function availableCash(floor: Floor, accountId: string): Money {
  const claims = floor.tables.allShown('order').filter((order) => order.accountId === accountId && order.status === 'resting')
  const held = (ticker: string): number => floor.tables.shown('position', positionKey(accountId, ticker))?.position ?? 0
  return money((floor.tables.shown('account', accountId)?.cash ?? 0) - reserved(claims, held))
}

/** Open positions at the last price of their market, or at cost before the first trade. */
function portfolioValue(floor: Floor, accountId: string): number {
  return positionsOf(floor, accountId).reduce((sum, position) => {
    const last = floor.tables.get('market', position.ticker)?.lastPrice ?? null
    if (last === null) return sum + position.cost
    const each = position.position >= 0 ? last : ONE_DOLLAR - last
    return sum + each * Math.abs(position.position)
  }, 0)
}

const positionsOf = (floor: Floor, accountId: string): PositionRow[] =>
  floor.tables.allShown('position').filter((position) => position.accountId === accountId)

export function balance(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const cash = availableCash(floor, accountId)
  const text = formatFixed(Math.floor(cash / BALANCE_GRID), 4)
  return ok({
    balance: Math.floor(cash / CENT),
    balance_breakdown: [{ balance: text, exchange_index: 0 }],
    balance_dollars: text,
    portfolio_value: Math.floor(portfolioValue(floor, accountId) / CENT),
    updated_ts: Math.floor(floor.clock.nowMs() / 1000),
  })
}

const within = (call: Call, endpoint: string): ((atMs: number) => boolean) => {
  const min = seconds(call, 'min_ts', endpoint, 'MinTs')
  const max = seconds(call, 'max_ts', endpoint, 'MaxTs')
  return (atMs) => (min === null || atMs >= min * 1000) && (max === null || atMs < (max + 1) * 1000)
}

export function orders(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const status = oneOf(call, 'status', 'GetOrders', 'Status', ['resting', 'canceled', 'executed'] as const)
  const ticker = call.query.get('ticker')
  const events = csv(call, 'event_ticker')
  const inTime = within(call, 'GetOrders')
  const matches = (order: OrderRow): boolean =>
    order.accountId === accountId &&
    (status === null || order.status === status) &&
    (ticker === null || ticker === '' || order.ticker === ticker) &&
    (events === null || events.has(floor.tables.get('market', order.ticker)?.eventTicker ?? '')) &&
    inTime(order.createdMs)
  const part = page(call, 'GetOrders', floor.tables.allShown('order').filter(matches).reverse(), (order) => order.orderId, PAGE)
  return ok({ orders: part.rows.map((order) => orderBody(floor, order)), cursor: part.cursor })
}

export function oneOrder(floor: Floor, call: Call): Answer {
  const order = floor.tables.shown('order', call.params[0] ?? '')
  if (!order || order.accountId !== accountOf(call)) throw refuse('not_found')
  return ok({ order: orderBody(floor, order) })
}

export function fills(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const tickers = csv(call, 'ticker')
  const orderId = call.query.get('order_id')
  const inTime = within(call, 'GetFills')
  const rows = floor.tables
    .allShown('fill')
    .filter((fill) => fill.accountId === accountId && (tickers === null || tickers.has(fill.ticker)))
    .filter((fill) => (orderId === null || orderId === '' || fill.orderId === orderId) && inTime(fill.atMs))
    .reverse()
  const part = page(call, 'GetFills', rows, (fill) => `${fill.tradeId}|${fill.orderId}`, PAGE)
  return ok({ fills: part.rows.map((fill) => fillBody(floor, fill)), cursor: part.cursor })
}

export function positions(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const settled =
    oneOf(call, 'settlement_status', 'GetPositions', 'SettlementStatus', ['unsettled', 'settled', 'all'] as const) ?? 'unsettled'
  const counted = csv(call, 'count_filter')
  const ticker = call.query.get('ticker')
  const event = call.query.get('event_ticker')
  const matches = (position: PositionRow): boolean =>
    (settled === 'all' || position.settled === (settled === 'settled')) &&
    (ticker === null || ticker === '' || position.ticker === ticker) &&
    (event === null || event === '' || floor.tables.get('market', position.ticker)?.eventTicker === event) &&
    (!counted?.has('position') || position.position !== 0) &&
    (!counted?.has('total_traded') || position.traded !== 0)
  const part = page(call, 'GetPositions', positionsOf(floor, accountId).filter(matches), (position) => position.ticker, PAGE)
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
  const accountId = accountOf(call)
  const ticker = call.query.get('ticker')
  const event = call.query.get('event_ticker')
  const inTime = within(call, 'GetSettlements')
  const rows = floor.tables
    .allShown('settlement')
    .filter((row) => row.accountId === accountId && (ticker === null || ticker === '' || row.ticker === ticker))
    .filter((row) => (event === null || event === '' || row.eventTicker === event) && inTime(row.atMs))
    .reverse()
  const part = page(call, 'GetSettlements', rows, (row) => row.ticker, PAGE)
  return ok({ settlements: part.rows.map((row) => settlementBody(floor, row)), cursor: part.cursor })
}

/** How fresh the read model is: now, less the lag that the scenario sets. */
export const userDataTimestamp = (floor: Floor): Answer =>
  ok({ as_of_time: timeText(floor.clock.nowMs() - floor.section.settings.read_lag_ms) })

export function limits(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const tier = floor.section.accounts.find((account) => account.account_id === accountId)?.usage_tier ?? 'basic'
  return ok({ usage_tier: tier, read: bucketLimit(tier, 'read'), write: bucketLimit(tier, 'write'), grants: [] })
}

export const endpointCosts = (): Answer => ok({ default_cost: DEFAULT_COST, endpoint_costs: ENDPOINT_COSTS })
