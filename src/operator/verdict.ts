import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client'
import { parseOrderId } from '../core/ids'
import { Refused } from '../core/refused'
import type { OrderVerdict } from '../core/trade/outcome'
import { cureWorkflowId, tradeWorkflowId, UPDATES } from '../workflows/messages'
import { readTrade } from '../stores/postgres/trades'
import type { Database } from '../stores/postgres/pool'

export interface VerdictReport extends OrderVerdict {
  /** The workflow that has taken it. */
  readonly workflowId: string
}

/**
 * Gives the operator's verdict to the workflow that resolves the order (E12): the trade's own, or its successor.
 * @throws RangeError when it is no order of ours; Refused with the reason when no workflow is resolving it or the verdict is refused.
 */
export async function giveVerdict(database: Database, temporal: () => Promise<Client>, verdict: OrderVerdict): Promise<VerdictReport> {
  const { tradeId } = parseOrderId(verdict.order)
  const trade = await readTrade(database, tradeId)
  if (!trade) throw new Refused(`trade ${tradeId} is not in the ledger`)
  const client = await temporal()
  // a pair's workflow may run a later trade: it refuses a verdict on an order that is not its own
  const refusals: string[] = []
  for (const workflowId of [cureWorkflowId(tradeId), tradeWorkflowId(trade.strategy, trade.subject)]) {
    const refusal = await offer(client, workflowId, verdict)
    if (refusal === null) return { ...verdict, workflowId }
    refusals.push(`${workflowId}: ${refusal}`)
  }
  throw new Refused(`no workflow has taken the verdict (${refusals.join('; ')})`)
}

/** @returns why it was not taken, or null. @throws when Temporal cannot be asked. */
async function offer(client: Client, workflowId: string, verdict: OrderVerdict): Promise<string | null> {
  try {
    await client.workflow.getHandle(workflowId).executeUpdate<void, [OrderVerdict]>(UPDATES.verdict, { args: [verdict] })
    return null
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'is not running'
    if (error instanceof WorkflowUpdateFailedError) return error.cause?.message ?? error.message
    throw error
  }
}
