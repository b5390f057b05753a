import type { Client } from '@temporalio/client'
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
 * then a signal to each running saga. @throws when the ledger cannot be reached: the file then holds the halt alone, and says so.
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
  const epoch = await changeHalt(database, scope, kind === 'halt', by, reason, millis(nowMs()), AbortSignal.timeout(LIMIT_MS))
  if (kind === 'resume') haltFile.clear([scope])
  const effectiveInMs = nowMs() - startedMs
  const openTrades = await signalTrades(dependencies, kind, { scope, by: by.name, reason, epoch })
  // Workflows reach IOC orders only, so nothing rests and there is nothing to cancel (E15, E27).
  return { scope, epoch, effectiveInMs, openTrades, cancelledOrders: 0, resting: [] }
}

/** Tells every running saga the scope covers. @returns how many were told. */
async function signalTrades({ temporal }: HaltDependencies, kind: 'halt' | 'resume', command: Command): Promise<number> {
  const client = await temporal()
  let told = 0
  for await (const { workflowId, runId } of client.workflow.list({ query: queryFor(command.scope) })) {
    const signalled = await client.workflow
      .getHandle(workflowId, runId)
      .signal<[Command]>(SIGNALS[kind], command)
      .then(
        () => true,
        () => false, // it ended meanwhile
      )
    if (signalled) told++
  }
  return told
}

function queryFor(scope: Scope): string {
  const running = `ExecutionStatus = 'Running' AND WorkflowType = '${WORKFLOWS.box}'`
  const [kind, value] = scope.split(':', 2)
  if (kind === 'pair') return `${running} AND CrossbookSubject = '${value}'`
  if (kind === 'trade') return `${running} AND CrossbookTradeId = '${value}'`
  if (kind === 'strategy') return `${running} AND CrossbookStrategy = '${value}'`
  return running
}
