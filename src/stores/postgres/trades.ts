import type { TradeId, Venue } from '../../core/ids'
import type { Plan, TradeResult, Verdict } from '../../core/trade/plan'
import type { RecordedOrder, RecordedTrade } from '../../ports/trader'
import { unlessUnreachable, type Database } from './pool'

export interface TradeRow {
  readonly tradeId: TradeId
  readonly runId: string
  readonly subject: string
  readonly strategy: 'box' | 'edge'
  readonly mode: string
  readonly state: string
  readonly outcome: string | null
  readonly plan: Plan
  readonly result: TradeResult | null
  readonly verdicts: readonly Verdict[]
  readonly edgeMicros: number
  readonly pnlMicros: number
  readonly pnlKind: 'guaranteed' | 'realised' | 'open'
  readonly startedMs: number
  readonly endedMs: number | null
}
export interface OrderRow {
  readonly tradeId: TradeId
  readonly clientOrderId: string
  readonly venue: Venue
  readonly market: string
  readonly action: 'buy' | 'sell'
  readonly outcome: 'yes' | 'no'
  readonly purpose: string
  readonly state: string
  readonly quantity: number
  readonly limit: number
  readonly filled: number
  /** Σ price × quantity of the fills. */
  readonly notionalMicros: number
  readonly feeMicros: number
}

const TRADE = `select trade_id as "tradeId", run_id as "runId", subject, strategy, mode, state, outcome, plan, result, verdicts, edge_micros as "edgeMicros",
  pnl_micros as "pnlMicros", pnl_kind as "pnlKind", started_ms as "startedMs", ended_ms as "endedMs" from trade`

/** A trade's place among all, by when it began. */
export type TradePlace = Pick<TradeRow, 'startedMs' | 'tradeId'>

/** The newest trades first. @param before only those that come after it in that order; null: all */
export async function readTrades(database: Database, limit: number, before: TradePlace | null = null): Promise<readonly TradeRow[]> {
  const read = await unlessUnreachable(
    database.query<TradeRow>(
      `${TRADE} where $2::bigint is null or (started_ms, trade_id) < ($2, $3) order by started_ms desc, trade_id desc limit $1`,
      [limit, before?.startedMs ?? null, before?.tradeId ?? null],
    ),
  )
  return read.rows
}

export async function readTrade(database: Database, tradeId: TradeId): Promise<TradeRow | null> {
  const read = await database.query<TradeRow>(`${TRADE} where trade_id = $1`, [tradeId])
  return read.rows[0] ?? null
}

/** The orders of some trades with what their fills came to, in the order of their numbers (E2). */
export async function readOrders(database: Database, tradeIds: readonly TradeId[]): Promise<readonly OrderRow[]> {
  const read = await database.query<OrderRow>(
    `select i.trade_id as "tradeId", i.client_order_id as "clientOrderId", i.venue, i.market, i.action, i.outcome, i.purpose, i.state, i.quantity, i.limit_price as limit, i.filled,
      coalesce(sum(f.price * f.quantity), 0)::bigint as "notionalMicros", coalesce(sum(f.fee_micros), 0)::bigint as "feeMicros"
     from order_intent i join trade t on t.trade_id = i.trade_id left join fill f using (client_order_id) where i.trade_id = any($1)
       and not (i.state in ('intended', 'rejected') and i.client_order_id is not distinct from t.plan -> 'cure' ->> 'clientOrderId') -- the reserved cure, unless it was sent
     group by i.client_order_id
     order by i.trade_id, substring(i.client_order_id from '[0-9]+$')::int`,
    [tradeIds],
  )
  return read.rows
}

/** Marks an order whose outcome nobody knows; nothing else opens while there is one (E9). Booking or the trade's end clears it. */
export async function markUnknown(database: Database, clientOrderId: string): Promise<void> {
  await database.query(`update order_intent set state = 'unknown' where client_order_id = $1 and state = 'intended'`, [clientOrderId])
}

/** All that a successor begins with (E25); null: no such trade. */
export async function readRecord(database: Database, tradeId: TradeId): Promise<RecordedTrade | null> {
  const read = await database.query<Pick<RecordedTrade, 'plan' | 'result'>>('select plan, result from trade where trade_id = $1', [tradeId])
  const [trade] = read.rows
  if (!trade) return null
  const orders = await database.query<Pick<RecordedOrder, 'state' | 'filled'> & RecordedOrder['order']>(
    `select client_order_id as "clientOrderId", trade_id as "tradeId", venue, market, action, outcome, limit_price as limit, quantity,
       time_in_force as "timeInForce", purpose, not_after_ms as "notAfterMs", state, filled from order_intent where trade_id = $1`,
    [tradeId],
  )
  return { ...trade, orders: orders.rows.map(({ state, filled, ...order }) => ({ order, state, filled })) }
}
