import { WorkflowNotFoundError, type Client } from '@temporalio/client'
import { millis } from '../core/units'
import type { Scope } from '../core/risk/scope'
import { changeHalt, type Operator } from '../stores/postgres/halts'
import type { Database } from '../stores/postgres/pool'
import type { HaltFile } from '../stores/files/halt-file'
import { SIGNALS, WORKFLOWS, type Command } from '../workflows/messages'

const LIMIT_MS = 5_000

export interface HaltReport {
  readonly scope: Scope
  readonly epoch: number
  /** From the command to the moment nothing more could open: the ledger's epoch is raised and the local file written. */
  readonly effectiveInMs: number
  readonly openTrades: number
  readonly cancelledOrders: number
  readonly resting: readonly string[]
}

export interface HaltDependencies {
  readonly database: Database
  readonly temporal: () => Promise<Client>
  readonly haltFile: HaltFile
  readonly nowMs: () => number
}

/**
 * Sets or lifts a halt (E26): first the local file, which works with everything else down, then the ledger's epoch, which every opening reads,
 * then a signal to each running saga. @throws Error that says what is in force when the ledger cannot be reached or a saga cannot be told.
 */
export async function changeScope(
  dependencies: HaltDependencies,
  kind: 'halt' | 'resume',
  scope: Scope,
  by: Operator,
  reason: string,
): Promise<HaltReport> {
  const { database, haltFile, nowMs } = dependencies
  const startedMs = nowMs()
  if (kind === 'halt') haltFile.write([scope], by.name, reason)
  const epoch = await changeHalt(database, scope, kind === 'halt', by, reason, millis(nowMs()), AbortSignal.timeout(LIMIT_MS)).catch(
    (error: Error) => {
      const inForce = kind === 'halt' ? `the halt of ${scope} stands in ${haltFile.path} alone, for` : `${scope} is not resumed:`
      throw new Error(`${inForce} the ledger cannot be reached (${error.message}). Repeat the command when it is back`, { cause: error })
    },
  )
  if (kind === 'resume') haltFile.clear([scope])
  const effectiveInMs = nowMs() - startedMs
  const openTrades = await signalTrades(dependencies, kind, { scope, by: by.name, reason, epoch })
  // Workflows reach IOC orders only, so nothing rests and there is nothing to cancel (E15, E27).
  return { scope, epoch, effectiveInMs, openTrades, cancelledOrders: 0, resting: [] }
}

/** Tells every running saga the scope covers. @returns how many were told. @throws when one that may still run could not be: all others were. */
async function signalTrades({ temporal }: HaltDependencies, kind: 'halt' | 'resume', command: Command): Promise<number> {
  let told = 0
  let failure: Error | null = null
  try {
    const client = await temporal()
    for await (const { workflowId, runId } of client.workflow.list({ query: queryFor(command.scope) })) {
      try {
        await client.workflow.getHandle(workflowId, runId).signal<[Command]>(SIGNALS[kind], command)
        told++
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) failure = error as Error // otherwise it ended meanwhile
      }
    }
  } catch (error) {
    failure = error as Error
  }
  if (failure === null) return told
  const inForce = kind === 'halt' ? 'is halted' : 'is resumed'
  const effect = kind === 'halt' ? 'nothing opens' : 'new trades may open'
  throw new Error(
    `${command.scope} ${inForce} (epoch ${command.epoch}): ${effect}. Running trades could not be told (${failure.message}): repeat the command`,
    { cause: failure },
  )
}

function queryFor(scope: Scope): string {
  const running = `ExecutionStatus = 'Running' AND WorkflowType = '${WORKFLOWS.box}'`
  const [kind, value] = scope.split(':', 2)
  if (kind === 'pair') return `${running} AND CrossbookSubject = '${value}'`
  if (kind === 'trade') return `${running} AND CrossbookTradeId = '${value}'`
  if (kind === 'strategy') return `${running} AND CrossbookStrategy = '${value}'`
  return running
}
