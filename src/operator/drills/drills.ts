import { WorkflowExecutionAlreadyStartedError, WorkflowIdConflictPolicy, WorkflowIdReusePolicy, type Client } from '@temporalio/client'
import { commandRefusal } from '../../core/risk/limit-change'
import { drillRefusal, type DrillReport } from '../../core/risk/drill'
import type { Operator } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import { withLimit } from '../../ports/limit'
import { listDrills, type DrillRecord } from '../../stores/postgres/drills/drills'
import type { Database } from '../../stores/postgres/pool'
import { DRILL_BY_HAND, QUEUES, WORKFLOWS, type DrillAnswer, type DrillOrder } from '../../workflows/messages'

export { listDrills, readDrill, type DrillRecord } from '../../stores/postgres/drills/drills'

/** A minute for open trades to end, and every step at its own limit: nobody waits longer for the answer. The drill itself goes on. */
const DRILL_LIMIT_MS = 300_000

/**
 * Runs a kill drill and waits for its report (E26, E27).
 * @throws Error with one sentence when there is none: in this mode, for this person, while trades are open, all is halted, or another drill runs.
 */
export async function drillKill(temporal: () => Promise<Client>, mode: Mode, by: Operator): Promise<DrillReport> {
  const refusal = drillRefusal(mode) ?? commandRefusal(by)
  if (refusal !== null) throw new Error(refusal)
  const client = await temporal()
  try {
    const answer = await withLimit([], DRILL_LIMIT_MS, (limit) =>
      client.withAbortSignal(limit, () =>
        client.workflow.execute<(order: DrillOrder) => Promise<DrillAnswer>>(WORKFLOWS.killDrill, {
          workflowId: DRILL_BY_HAND,
          taskQueue: QUEUES.backoffice,
          args: [{ by }],
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
          staticSummary: `kill drill by ${by.name}`,
        }),
      ),
    )
    if (answer.kind === 'refused') throw new Error(`no drill: ${answer.why}`)
    return answer.report
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      throw new Error('another drill runs: crossbook drill list shows it', { cause: error })
    throw error
  }
}

/** The newest drill that has ended; null: none ever has. @throws LedgerUnreachable */
export async function readLastDrill(database: Database): Promise<DrillRecord | null> {
  const [running, before] = await listDrills(database, 2)
  return running?.endedMs === null ? (before ?? null) : (running ?? null)
}

/** "last kill drill passed 2026-11-22 08:30 (mode sim); slow: …" */
export function drillLine(drill: DrillRecord | null): string {
  if (drill === null) return 'no kill drill has ended yet: crossbook drill kill'
  const { outcome, endedMs, mode, report } = drill
  const at = new Date(endedMs ?? 0).toISOString().slice(0, 16).replace('T', ' ')
  const why = [...(report?.reasons ?? []), ...(report?.slow ?? []).map((sentence) => `slow: ${sentence}`)]
  return [`last kill drill ${outcome} ${at} (mode ${mode})`, ...why].join('; ')
}
