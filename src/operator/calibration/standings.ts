import { commandRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import type { Clock } from '../../ports/clock'
import { liftThrottle, readStandings, type StandingRead } from '../../stores/postgres/calibration/standings'
import type { Database } from '../../stores/postgres/pool'

export type { StandingRead } from '../../stores/postgres/calibration/standings'

const LEDGER_LIMIT_MS = 3_000

/** How every profile stands that was ever judged in this mode. @throws LedgerUnreachable */
export const calibrationStandings = (database: Database, mode: Mode): Promise<readonly StandingRead[]> => readStandings(database, mode)

/**
 * Lifts the throttle of a profile, audited: its sizes are whole again within some seconds, and claims made before count no more.
 * @returns how it stood; null: it was not throttled. @throws Error for who may not, or without a reason; LedgerUnreachable
 */
export async function lift(
  { database, clock, mode }: { readonly database: Database; readonly clock: Clock; readonly mode: Mode },
  { profile, reason, by }: { readonly profile: string; readonly reason: string; readonly by: Operator },
): Promise<StandingRead | null> {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Error(refusal)
  if (reason.trim() === '') throw new RangeError('--reason says why the claims of the profile are to be trusted again: it is empty')
  return liftThrottle(database, { mode, profile, reason, by, atMs: clock.nowMs() }, AbortSignal.timeout(LEDGER_LIMIT_MS))
}
