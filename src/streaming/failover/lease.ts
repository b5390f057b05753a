import { FAILURES } from '../../core/failures'
import type { Clock } from '../../ports/clock'
import type { LeaseStore, LeaseView } from '../../ports/guard'
import { unlessAborted, withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'

/** The right to send lasts this long after it was last renewed; a successor waits at most this after a `kill -9`. */
export const LEASE_TTL_MS = 3_000
/** Renewed three times within its life, so that one slow round trip does not lose it. */
const RENEW_EVERY_MS = 800
/** After a failed renewal, and while another process holds it: a question costs a millisecond. */
const RETRY_MS = 200
/** Our own clock stops sending this much before the database's would let a successor in. */
const SAFETY_MS = 500
/** A renewal that takes longer is given up; its late answer would not count anyway, and the next try needs the time. */
const ANSWER_LIMIT_MS = 1_000
const NS_PER_MS = 1_000_000n

export interface HeldLease extends LeaseView {
  /** Asks once. @returns whether it is held now. */
  attempt(signal: AbortSignal): Promise<boolean>
  /** Resolves once the lease is held. */
  acquired(signal: AbortSignal): Promise<void>
  /**
   * Renews until aborted, then gives the lease up.
   * @throws Error when another process has held it meanwhile: what this one knows of the orders may be old, so it must end.
   */
  keep(signal: AbortSignal): Promise<void>
}

type Answer = 'held' | 'taken' | 'no answer'

/**
 * E19: holds the lease of a shard. Validity is judged by our monotonic clock from before the request was sent: never longer than the database
 * thinks. Without an answer it runs out, and nothing is sent until there is one again (docs/decisions/lease.md).
 */
export function createLease(store: LeaseStore, clock: Clock, log: Log): HeldLease {
  let epoch: number | null = null
  let validUntilNs = 0n
  const give = (): void => {
    epoch = null
    validUntilNs = 0n
  }
  const ask = async (signal: AbortSignal): Promise<Answer> => {
    const askedNs = clock.monoNs()
    const lease = await withLimit([signal], ANSWER_LIMIT_MS, (limit) => unlessAborted(store.acquire(LEASE_TTL_MS, limit), limit)).catch(
      (error: Error) => {
        if (!signal.aborted) log.warn({ error: error.message }, 'the lease could not be renewed')
        return undefined
      },
    )
    if (lease === undefined) return 'no answer'
    if (lease === null || (epoch !== null && lease.epoch !== epoch)) return 'taken'
    epoch = lease.epoch
    validUntilNs = askedNs + BigInt(LEASE_TTL_MS - SAFETY_MS) * NS_PER_MS
    return 'held'
  }
  const attempt = async (signal: AbortSignal): Promise<boolean> => (await ask(signal)) === 'held'
  return {
    get epoch() {
      return epoch
    },
    valid: () => epoch !== null && clock.monoNs() < validUntilNs,
    attempt,
    async acquired(signal) {
      while (!(await attempt(signal))) await clock.sleep(RETRY_MS, signal)
    },
    async keep(signal) {
      try {
        let isToldLost = false
        for (let answer: Answer = 'held'; ;) {
          await clock.sleep(answer === 'held' ? RENEW_EVERY_MS : RETRY_MS, signal)
          answer = await ask(signal)
          if (answer === 'taken') {
            log.error({ epoch }, `${FAILURES.leaseLost}: another process has taken it`)
            throw new Error('another process has taken the lease: this one is fenced off')
          }
          if (answer === 'held' && isToldLost) log.info({ epoch, ended: FAILURES.leaseLost }, 'the lease is held again')
          if (answer === 'held') isToldLost = false
          else if (!isToldLost && clock.monoNs() >= validUntilNs) {
            isToldLost = true
            log.error({ epoch }, `${FAILURES.leaseLost}: it could not be renewed in time, and nothing is sent until it is`)
          }
        }
      } catch (error) {
        const aborted = signal.aborted
        give()
        if (!aborted) throw error
      }
      await withLimit([], ANSWER_LIMIT_MS, (limit) => unlessAborted(store.release(limit), limit)).catch((error: Error) =>
        log.warn({ error: error.message }, 'the lease could not be given up'),
      )
    },
  }
}
