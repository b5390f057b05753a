import type { TradeId } from '../../core/ids'
import type { Fill, OrderIntent } from '../../core/trade/order'
import type { Plan } from '../../core/trade/plan'
import type { Tap } from '../../ports/cache'
import type { TradeJournal } from '../../ports/journal'
import type { Log } from '../../ports/log'
import type { ExecutionRow, RecordRow } from '../../ports/record'

const MICROS_PER_MS = 1_000

export interface BookedDependencies {
  readonly record: Tap<RecordRow> | null
  readonly journal: Pick<TradeJournal, 'open'>
  /** Of a trade that this host's journal does not hold open any more; null: the ledger does not know it. */
  readonly planOf: (tradeId: TradeId) => Promise<Plan | null>
  readonly log: Log
}

/**
 * Rows of `executions` for what the ledger has just booked: after the fact, off the path of every order. A fill that is booked again,
 * or with its fee told late, takes the place of its row; a correction is a row of its own that names the one it replaces.
 */
export function recordBooked({ record, journal, planOf, log }: BookedDependencies): (order: OrderIntent, fills: readonly Fill[]) => void {
  return (order, fills) => {
    if (record === null || fills.length === 0) return
    const offer = (plan: Plan): void => {
      for (const fill of fills) record.offer(executionRow(plan, order, fill))
    }
    const granted = journal.open().find(({ tradeId }) => tradeId === order.tradeId)
    if (granted) return offer(granted.plan)
    const missing = (reason: string): void => log.warn({ tradeId: order.tradeId, reason }, 'fills that were booked are not in the record')
    planOf(order.tradeId).then(
      (plan) => (plan ? offer(plan) : missing('the ledger has no plan of their trade')),
      (error: Error) => missing(error.message),
    )
  }
}

export function executionRow({ opportunity, mode, strategy, legs }: Plan, order: OrderIntent, fill: Fill): ExecutionRow {
  const isLeg = legs.some((leg) => leg.order.clientOrderId === order.clientOrderId)
  return {
    kind: 'execution',
    venue: fill.venue,
    market: fill.market,
    mode,
    strategy,
    subject: opportunity.subject,
    outcome: fill.outcome,
    action: fill.action,
    purpose: order.purpose,
    executionId: fill.executionId,
    corrects: fill.corrects,
    tradeId: order.tradeId,
    clientOrderId: order.clientOrderId,
    price: fill.price,
    quantity: fill.quantity,
    fee: fill.fee,
    latencyMicros: isLeg ? (fill.atMs - opportunity.seenAtMs) * MICROS_PER_MS : null,
    atMs: fill.atMs,
  }
}
