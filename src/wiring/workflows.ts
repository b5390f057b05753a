import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client'
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import type { SweepDependencies, WorkflowState } from '../activities'
import { withLimit } from '../ports/limit'
import { QUERIES, type Progress } from '../workflows/messages'

const TRADE = defineSearchAttributeKey('CrossbookTradeId', SearchAttributeType.KEYWORD)
/** The server answers in milliseconds what it has in its own store. */
const DESCRIBE_LIMIT_MS = 5_000
/** A query is answered by the trade's worker, from its cache or by a replay of some hundred events. */
const QUERY_LIMIT_MS = 2_000

/** What the Temporal server says of workflows and schedules by their names: true at once, where its lists lag. */
export function createWorkflows(client: Client): SweepDependencies['workflows'] {
  const ask = <T>(limitMs: number, signal: AbortSignal, question: () => Promise<T>): Promise<T> =>
    withLimit([signal], limitMs, (limit) => client.withAbortSignal(limit, question))
  return {
    async describe(workflowId, runId, signal): Promise<WorkflowState> {
      try {
        const handle = client.workflow.getHandle(workflowId, runId ?? undefined)
        const { status, runId: found, typedSearchAttributes, raw } = await ask(DESCRIBE_LIMIT_MS, signal, () => handle.describe())
        if (status.name !== 'RUNNING' && status.name !== 'PAUSED') return { kind: 'closed', how: status.name.toLowerCase() }
        const tradeId = typedSearchAttributes.get(TRADE) ?? null
        return { kind: 'running', runId: found, tradeId, taskAttempt: raw.pendingWorkflowTask?.attempt ?? 0 }
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: 'absent' }
        throw error
      }
    },
    progress: (workflowId, signal) =>
      ask(QUERY_LIMIT_MS, signal, () => client.workflow.getHandle(workflowId).query<Progress, []>(QUERIES.progress)).catch(
        (error: Error) => {
          if (signal.aborted) throw error
          return null
        },
      ),
    async schedule(id, signal) {
      try {
        const { state } = await ask(DESCRIBE_LIMIT_MS, signal, () => client.schedule.getHandle(id).describe())
        return state.paused ? 'paused' : 'active'
      } catch (error) {
        if (error instanceof ScheduleNotFoundError) return 'absent'
        throw error
      }
    },
  }
}
