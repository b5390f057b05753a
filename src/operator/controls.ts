import { WithStartWorkflowOperation, WorkflowIdConflictPolicy, WorkflowUpdateFailedError, type Client } from '@temporalio/client'
import { Refused } from '../core/refused'
import { withLimit } from '../ports/limit'
import {
  CONTROLS,
  controlsWorkflowId,
  QUEUES,
  WORKFLOWS,
  type ControlsInput,
  type ControlsMessages,
  type ControlsState,
} from '../workflows/messages'

/** A living worker takes an update in some ten milliseconds, a cold one in a second. */
const ACCEPT_LIMIT_MS = 4_000
/** What the controller itself waits for has an end before this; a kill takes longest (docs/decisions/halts.md). */
const ANSWER_LIMIT_MS = 30_000
/** A query is answered by the worker without the ledger. */
const QUERY_LIMIT_MS = 4_000

/** The way to the risk controller of an account. */
export interface ControlsLine {
  readonly account: string
  readonly temporal: () => Promise<Client>
  /** Whose worker serves it; the back office's unless told otherwise. */
  readonly queue?: string
}

/** The controller said no: its own sentence. Nothing was changed. */
export class ControlsRefused extends Refused {
  override readonly name = 'ControlsRefused'
}
/** No answer. What was asked may still happen. */
export class ControlsSilent extends Error {
  override readonly name = 'ControlsSilent'
}

type Updates = ControlsMessages['updates']

/** Sends an update to the risk controller and waits for its answer; starts it when nobody has yet. @throws ControlsRefused, ControlsSilent */
export async function askControls<Name extends keyof Updates>(
  { account, temporal, queue = QUEUES.backoffice }: ControlsLine,
  name: Name,
  args: Parameters<Updates[Name]>,
): Promise<ReturnType<Updates[Name]>> {
  const start = async (limit: AbortSignal): Promise<{ result(): Promise<ReturnType<Updates[Name]>> }> => {
    const client = await temporal()
    const startWorkflowOperation = new WithStartWorkflowOperation<(input: ControlsInput) => Promise<void>>(WORKFLOWS.controls, {
      workflowId: controlsWorkflowId(account),
      taskQueue: queue,
      args: [{ account }],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      staticSummary: `risk controller of ${account}`,
    })
    return client.withAbortSignal(limit, () =>
      client.workflow.startUpdateWithStart<(input: ControlsInput) => Promise<void>, ReturnType<Updates[Name]>, Parameters<Updates[Name]>>(
        CONTROLS.updates[name],
        { args, waitForStage: 'ACCEPTED', startWorkflowOperation },
      ),
    )
  }
  try {
    const update = await within(ACCEPT_LIMIT_MS, start)
    return await within(ANSWER_LIMIT_MS, () => update.result())
  } catch (error) {
    throw named(error as Error)
  }
}

/** What the controller knows. @throws ControlsSilent, also when it was never started */
export async function readControls({ account, temporal }: ControlsLine): Promise<ControlsState> {
  try {
    return await within(QUERY_LIMIT_MS, async (limit) => {
      const client = await temporal()
      return client.withAbortSignal(limit, () =>
        client.workflow.getHandle(controlsWorkflowId(account)).query<ControlsState>(CONTROLS.queries.state),
      )
    })
  } catch (error) {
    throw named(error as Error)
  }
}

/** Not every call gives up when its signal says so: a connection attempt does not. */
const within = <T>(limitMs: number, work: (limit: AbortSignal) => Promise<T>): Promise<T> =>
  withLimit([], limitMs, (limit) =>
    Promise.race([
      work(limit),
      new Promise<never>((_resolve, reject) =>
        limit.addEventListener('abort', () => reject(new Error(`no answer within ${limitMs / 1000} s`)), { once: true }),
      ),
    ]),
  )

function named(error: Error): Error {
  if (error instanceof WorkflowUpdateFailedError) return new ControlsRefused(rootOf(error).message, { cause: error })
  return new ControlsSilent(`the risk controller does not answer (${error.message})`, { cause: error })
}

const rootOf = (error: Error): Error => (error.cause instanceof Error ? rootOf(error.cause) : error)
