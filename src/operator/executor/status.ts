import { armedNow, type Arming } from '../../core/risk/arming'
import { commandRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import { type Mode, type Verdict } from '../../core/trade/plan'
import type { Clock } from '../../ports/clock'
import { disarm, readArming } from '../../stores/postgres/arming/arming'
import { readRunningEdges, type RunningEdge } from '../../stores/postgres/arming/edge-trades'
import type { Database } from '../../stores/postgres/pool'
import type { EdgeCounters } from './counters'

const LEDGER_LIMIT_MS = 3_000

export interface ExecutorStatus {
  /** The newest arming; null: there never was one. */
  readonly arming: Arming | null
  /** null: armed; else why not. */
  readonly refused: Verdict | null
  /** Since the newest arming; null: there never was one. */
  readonly counters: EdgeCounters | null
  readonly running: readonly RunningEdge[]
}
export interface StatusSources {
  readonly database: Database
  readonly clock: Clock
  readonly mode: Mode
  readonly counters: (sinceMs: Arming['armedMs']) => Promise<EdgeCounters>
}

/** How the edge is armed and what it does. @throws LedgerUnreachable */
export async function executorStatus({ database, clock, mode, counters }: StatusSources): Promise<ExecutorStatus> {
  const arming = await readArming(database, AbortSignal.timeout(LEDGER_LIMIT_MS))
  const [running, counted] = await Promise.all([readRunningEdges(database), arming === null ? null : counters(arming.armedMs)])
  // by the profile that judges, which only the streaming process knows
  const profile = counted?.desk?.profile ?? arming?.profile ?? ''
  const refusal = armedNow(arming, { mode, profile, nowMs: clock.nowMs(), trades: arming?.trades ?? 0 })
  return { arming, refused: refusal?.verdict() ?? null, counters: counted, running }
}

/**
 * Disarms the edge, whoever armed it; running trades go on to their end.
 * @returns what was disarmed; null: nothing was armed. @throws Error for who may not; LedgerUnreachable
 */
export async function disarmExecutor(database: Database, clock: Clock, by: Operator): Promise<Arming | null> {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Error(refusal)
  return disarm(database, null, by, clock.nowMs(), AbortSignal.timeout(LEDGER_LIMIT_MS))
}
