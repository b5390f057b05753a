import { WorkflowExecutionAlreadyStartedError, WorkflowIdConflictPolicy, WorkflowIdReusePolicy, type Client } from '@temporalio/client'
import type { TradeId } from '../../core/ids'
import { Refused } from '../../core/refused'
import { loneOrderRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import type { OperatorsWord } from '../../core/trade/adoption'
import type { Mode, TradeResult } from '../../core/trade/plan'
import type { Millis, Money } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { adoptedTrade } from '../../stores/postgres/adoption/adopt'
import { transact, type Database } from '../../stores/postgres/pool'
import { appendAudit } from '../../stores/postgres/proof/audit'
import { cureWorkflowId, tradingQueue, WORKFLOWS } from '../../workflows/messages'

/** Five seconds for stray orders, an order, its answer and its finality at either venue; what takes longer goes on without us. */
const ORDER_LIMIT_MS = 120_000
const AUDIT_LIMIT_MS = 5_000
/** Bounds how long a lost first workflow task stays lost. */
const WORKFLOW_TASK_TIMEOUT = '3s'

export interface OrderRequest {
  readonly breakId: number
  readonly way: OperatorsWord['way']
  /** What it may lose at most, against what the contracts were adopted for. */
  readonly maxLoss: Money
  readonly by: Operator
  /** The second person; needed in mode `live`. */
  readonly secondBy: string | null
}
export interface OrderPlace {
  readonly database: Database
  readonly temporal: () => Promise<Client>
  readonly mode: Mode
  /** Of trades that were given to no other. */
  readonly firstShard: string
  readonly nowMs: Millis
}

/**
 * Out of adopted contracts at their own venue, or the missing outcome at the other one: the adopted trade's cure, by the order port as any other one
 * (IOC, gate, lots), with these ways and this budget alone. What cannot be had now within them stays held. Audited before anything is sent.
 * @returns what the trade came to. @throws RangeError or Refused with one sentence
 */
export async function orderAdopted({ breakId, way, maxLoss, by, secondBy }: OrderRequest, place: OrderPlace): Promise<TradeResult> {
  const refusal = loneOrderRefusal(by, secondBy, place.mode)
  if (refusal !== null) throw new Refused(refusal)
  if (maxLoss < 0) throw new RangeError('--max-loss is negative: write what may be lost at most, like 1.50, or 0')
  const trade = await adoptedTrade(place.database, breakId)
  if (!trade) throw new Refused(`break ${breakId} was not adopted: crossbook breaks adopt ${breakId} first`)
  if (!trade.hasEnded || trade.unanswered <= 0)
    throw new Refused(
      `trade ${trade.tradeId} of break ${breakId} ${trade.hasEnded ? 'holds nothing that is unanswered' : 'is under way already'}`,
    )
  const { tradeId } = trade
  await transact(place.database, AbortSignal.timeout(AUDIT_LIMIT_MS), (transaction) =>
    appendAudit(transaction, by, 'break-order', { id: breakId, tradeId, way, maxLossMicros: maxLoss, secondBy }, place.nowMs),
  )
  return run(place, tradeId, tradingQueue(trade.shard ?? place.firstShard), { way, maxLoss, by: by.name })
}

async function run(place: OrderPlace, tradeId: TradeId, taskQueue: string, word: OperatorsWord): Promise<TradeResult> {
  const client = await place.temporal()
  const reason = `${word.way === 'exit' ? 'close' : 'hedge'} of adopted contracts by ${word.by}`
  try {
    return await withLimit([], ORDER_LIMIT_MS, (limit) =>
      client.withAbortSignal(limit, () =>
        client.workflow.execute<(tradeId: TradeId, reason: string, word: OperatorsWord) => Promise<TradeResult>>(WORKFLOWS.cure, {
          workflowId: cureWorkflowId(tradeId),
          taskQueue,
          args: [tradeId, reason, word],
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          staticSummary: `cure of ${tradeId}: ${reason}`,
        }),
      ),
    )
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      throw new Refused(`trade ${tradeId} is under way already: crossbook trade ${tradeId}`, { cause: error })
    throw error
  }
}
