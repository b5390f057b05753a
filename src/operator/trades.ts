import { tradeId } from '../core/ids'
import { formatPrice, formatQuantity, price, quantity } from '../core/units'
import { readParts } from '../stores/postgres/results/parts'
import { readOrders, readTrade, readTrades, type OrderRow, type TradePlace, type TradeRow } from '../stores/postgres/trades'
import type { Database } from '../stores/postgres/pool'
import { tradeWorkflowId } from '../workflows/messages'
import { viewOf, type PartsView } from './results'

/** The stable shape of `crossbook trades --json` (design.md §6): decimal strings for prices and contracts, integer micro-dollars for money. */
export interface TradeView {
  readonly tradeId: string
  readonly pair: string
  readonly strategy: string
  readonly mode: string
  /** A label of execution.md §5; null while the trade is open. */
  readonly outcome: string | null
  readonly state: string
  readonly quantity: string
  readonly edgeMicros: number
  readonly pnlMicros: number
  readonly pnlKind: 'guaranteed' | 'realised' | 'open'
  readonly startedAt: number
  readonly endedAt: number | null
  readonly legs: readonly LegView[]
}
export interface LegView {
  readonly venue: string
  readonly market: string
  readonly side: 'yes' | 'no'
  readonly action: 'buy' | 'sell'
  readonly purpose: string
  readonly clientOrderId: string
  readonly state: string
  /** Contracts filled. */
  readonly quantity: string
  /** Average price of the fills, dollars of the side traded; the limit while nothing has filled. */
  readonly price: string
  readonly feeMicros: number
}
export interface TradeDetail extends TradeView {
  readonly reason: string
  readonly verdicts: TradeRow['verdicts']
  readonly plan: TradeRow['plan']
  readonly result: TradeRow['result']
  readonly runId: string
  /** Of its saga in Temporal. */
  readonly workflowId: string
  /** What made its result; null: nothing was granted. */
  readonly pnl: PartsView | null
}

const leg = (row: OrderRow): LegView => ({
  venue: row.venue,
  market: row.market,
  side: row.outcome,
  action: row.action,
  purpose: row.purpose,
  clientOrderId: row.clientOrderId,
  state: row.state,
  quantity: formatQuantity(quantity(row.filled)),
  price: formatPrice(price(row.filled > 0 ? Math.round(row.notionalMicros / row.filled) : row.limit)),
  feeMicros: row.feeMicros,
})

const view = (row: TradeRow, orders: readonly OrderRow[]): TradeView => ({
  tradeId: row.tradeId,
  pair: row.subject,
  strategy: row.strategy,
  mode: row.mode,
  outcome: row.outcome,
  state: row.state,
  quantity: formatQuantity(row.plan.legs[0].order.quantity),
  edgeMicros: row.edgeMicros,
  pnlMicros: row.pnlMicros,
  pnlKind: row.pnlKind,
  startedAt: row.startedMs,
  endedAt: row.endedMs,
  legs: orders.filter((order) => order.tradeId === row.tradeId).map(leg),
})

/** The newest trades first. @param before only those that come after it in that order; null: all. @throws LedgerUnreachable */
export async function listTrades(database: Database, limit: number, before: TradePlace | null = null): Promise<readonly TradeView[]> {
  const rows = await readTrades(database, limit, before)
  const orders = await readOrders(
    database,
    rows.map((row) => row.tradeId),
  )
  return rows.map((row) => view(row, orders))
}

/** @returns null when there is no such trade. @throws RangeError when it is not a trade id at all. */
export async function showTrade(database: Database, id: string): Promise<TradeDetail | null> {
  const row = await readTrade(database, tradeId(id))
  if (!row) return null
  const orders = await readOrders(database, [row.tradeId])
  const { trades } = await readParts(database, row.tradeId)
  const failed = row.verdicts.filter(({ passed }) => !passed).map(({ check, actual, limit }) => `${check}: ${actual}, limit ${limit}`)
  return {
    ...view(row, orders),
    reason: row.result?.reason ?? failed.join('; '),
    verdicts: row.verdicts,
    plan: row.plan,
    result: row.result,
    runId: row.runId,
    workflowId: tradeWorkflowId(row.strategy, row.subject),
    pnl: trades[0] === undefined ? null : viewOf(trades[0].parts),
  }
}
