import type { Clock } from '../../ports/clock'
import type { LeaseView } from '../../ports/guard'
import type { Log } from '../../ports/log'

const LOOK_EVERY_MS = 250
/**
 * Nothing may be sent from the end of the lease on, and half a second later the database lets a successor in, who needs the client id. A Postgres that
 * restarts is back within a second or two: its holder keeps the session, for a new one costs a recovery of the account.
 */
export const LEAVE_AFTER_MS = 2_000

export interface TradingSession {
  takeClientId(): void
  leaveClientId(): void
}

/**
 * E19: the trading client id goes with the lease. A holder that is cut off from Postgres lives on and may send nothing, so it gives the id to whoever
 * holds the lease now, and takes it back when it turns out that nobody did. Ends when aborted.
 */
export async function followLease(lease: LeaseView, session: TradingSession, clock: Clock, log: Log, signal: AbortSignal): Promise<void> {
  let invalidSinceNs: bigint | null = null
  let isOurs = true
  while (!signal.aborted) {
    const nowNs = clock.monoNs()
    if (lease.valid()) invalidSinceNs = null
    else invalidSinceNs ??= nowNs
    const isGone = invalidSinceNs !== null && nowNs - invalidSinceNs >= LEAVE_AFTER_NS
    if (isGone && isOurs) {
      log.warn({}, 'the lease has run out: the gateway session goes on without the trading client id')
      session.leaveClientId()
      isOurs = false
    } else if (invalidSinceNs === null && !isOurs) {
      session.takeClientId()
      isOurs = true
    }
    await clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
  }
}

const LEAVE_AFTER_NS = BigInt(LEAVE_AFTER_MS) * 1_000_000n
