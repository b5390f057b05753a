import { Refused } from '../core/refused'
import { commandRefusal } from '../core/risk/limit-change'
import type { Operator, Scope } from '../core/risk/scope'
import { millis } from '../core/units'
import type { HaltFile } from '../stores/files/halt-file'
import { changeHalt } from '../stores/postgres/halts'
import { LedgerUnreachable, type Database } from '../stores/postgres/pool'
import { askControls, type ControlsLine } from './controls'

/** One small transaction; a ledger that needs longer is down as far as a halt is concerned. */
const LEDGER_LIMIT_MS = 5_000

export interface HaltReport {
  readonly scope: Scope
  /** null: the ledger could not be reached. */
  readonly epoch: number | null
  /** From the command to the moment nothing more could open: the local file written and, with a ledger, its epoch raised. */
  readonly effectiveInMs: number
  /** Running trades that were told. */
  readonly openTrades: number
  readonly cancelledOrders: number
  readonly resting: readonly string[]
  /** One sentence for each who could not be told or asked; empty: the command did all it should. */
  readonly unreached: readonly string[]
}

export interface HaltDependencies {
  readonly database: Database
  readonly controls: ControlsLine
  readonly haltFile: HaltFile
  readonly nowMs: () => number
}

/**
 * Sets or lifts a halt (E26): first the local file, which works with everything else down, then the ledger's epoch, which every opening reads,
 * then the risk controller, which tells running trades. A resume goes the other way round and lifts its own scope alone.
 * @throws RangeError for a blank reason; Refused when this person may not; LedgerUnreachable when a resume does not reach the ledger: nothing was lifted then.
 */
export async function changeScope(
  dependencies: HaltDependencies,
  kind: 'halt' | 'resume',
  scope: Scope,
  by: Operator,
  reason: string,
): Promise<HaltReport> {
  const ordered = await order(dependencies, kind, scope, by, reason)
  const { told, unreached } = await tell(dependencies.controls, scope, ordered.epoch)
  // Workflows reach IOC orders only, so nothing rests and there is nothing to cancel (E15, E27).
  return { scope, ...ordered, openTrades: told, cancelledOrders: 0, resting: [], unreached: [...ordered.unreached, ...unreached] }
}

/** The part of {@link changeScope} that stops openings: the file and the ledger. */
export async function order(
  { database, haltFile, nowMs }: HaltDependencies,
  kind: 'halt' | 'resume',
  scope: Scope,
  by: Operator,
  reason: string,
): Promise<Pick<HaltReport, 'epoch' | 'effectiveInMs' | 'unreached'>> {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Refused(refusal)
  if (reason.trim() === '') throw new RangeError(`a ${kind} needs a reason: say in --reason what you know`)
  const startedMs = nowMs()
  const unreached: string[] = []
  if (kind === 'halt') haltFile.write([scope], by.name, reason)
  const epoch = await changeHalt(database, scope, kind === 'halt', by, reason, millis(nowMs()), AbortSignal.timeout(LEDGER_LIMIT_MS)).catch(
    (error: Error) => {
      const why = `the ledger cannot be reached (${error.message}). Repeat the command when it is back`
      if (kind === 'resume') throw new LedgerUnreachable(`${scope} is not resumed: ${why}`, { cause: error })
      unreached.push(`the halt of ${scope} stands in ${haltFile.path} alone, for ${why}`)
      return null
    },
  )
  if (kind === 'resume') haltFile.clear([scope])
  return { epoch, effectiveInMs: nowMs() - startedMs, unreached }
}

async function tell(
  controls: ControlsLine,
  scope: Scope,
  epoch: number | null,
): Promise<{ readonly told: number; readonly unreached: readonly string[] }> {
  if (epoch === null) return { told: 0, unreached: [] } // the controller passes on the ledger's word, and there is none
  try {
    const told = await askControls(controls, 'tellHalts', [epoch])
    return { told: told.find((each) => each.scope === scope)?.trades ?? 0, unreached: [] }
  } catch (error) {
    return { told: 0, unreached: [untold((error as Error).message)] }
  }
}

/** The worker looks at the ledger as soon as it runs: nothing has to be repeated. */
export const untold = (why: string): string =>
  `running trades could not be told (${why}): they are told as soon as Temporal and the worker answer`
