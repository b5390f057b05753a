import { Client, WorkflowExecutionAlreadyStartedError, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { NativeConnection } from '@temporalio/worker'
import type { BoxPlan, TradeResult } from '../core/trade/plan'
import type { Started, Trader } from '../ports/trader'
import { boxWorkflowId, WORKFLOWS } from '../workflows/messages'
import { planLine } from '../workflows/story'

const STRATEGY = defineSearchAttributeKey('CrossbookStrategy', SearchAttributeType.KEYWORD)
const MODE = defineSearchAttributeKey('CrossbookMode', SearchAttributeType.KEYWORD)
const SUBJECT = defineSearchAttributeKey('CrossbookSubject', SearchAttributeType.KEYWORD)
const TRADE = defineSearchAttributeKey('CrossbookTradeId', SearchAttributeType.KEYWORD)
const EDGE = defineSearchAttributeKey('CrossbookEdgeMicros', SearchAttributeType.INT)

/** Bounds how long a lost first workflow task (the process died with it) stays lost. */
const WORKFLOW_TASK_TIMEOUT = '3s'

/** A rehearsal that hangs is of no use to anybody; it holds nothing, so it may be cut off. */
const WARM_UP_LIMIT = '10s'

/** One connection for Client and Worker of a process: what makes a workflow start eagerly where it was found. Loopback needs no compression. */
export const connectTemporal = (address: string): Promise<NativeConnection> =>
  NativeConnection.connect({ address, grpcCompression: { codec: 'none' } })

export const temporalClient = (connection: NativeConnection, namespace: string): Client => new Client({ connection, namespace })

/** Starts box workflows (E1: one run at a time per pair, many over time). */
export function createTrader(client: Client, taskQueue: string): Trader {
  let warmUps = 0
  return {
    async warmUp(signal) {
      const options = {
        taskQueue,
        workflowId: `warm-up-${process.pid}-${++warmUps}`,
        requestEagerStart: true,
        workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
        workflowExecutionTimeout: WARM_UP_LIMIT,
      }
      await client.withAbortSignal(signal, () => client.workflow.execute<() => Promise<void>>(WORKFLOWS.warmUp, options))
    },
    async startBox(plan: BoxPlan, signal: AbortSignal): Promise<Started> {
      try {
        const options = {
          taskQueue,
          workflowId: boxWorkflowId(plan.opportunity.subject),
          args: [plan] as [BoxPlan],
          requestEagerStart: true,
          workflowTaskTimeout: WORKFLOW_TASK_TIMEOUT,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          staticSummary: planLine(plan),
          typedSearchAttributes: [
            { key: STRATEGY, value: plan.strategy },
            { key: MODE, value: plan.mode },
            { key: SUBJECT, value: plan.opportunity.subject },
            { key: TRADE, value: plan.tradeId },
            { key: EDGE, value: plan.opportunity.netEdge },
          ],
        }
        const handle = await client.withAbortSignal(signal, () =>
          client.workflow.start<(plan: BoxPlan) => Promise<TradeResult>>(WORKFLOWS.box, options),
        )
        return { kind: 'started', eagerly: handle.eagerlyStarted, ended: handle.result() }
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return { kind: 'already-running' }
        return { kind: 'unreachable', detail: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}
