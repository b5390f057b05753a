import type { Clock } from '../ports/clock'
import type { LeaseView } from '../ports/guard'
import type { LeaseStore } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'

/** The right to send lasts this long after it was last renewed; a successor waits at most this after a `kill -9`. */
export const LEASE_TTL_MS = 3_000
/** Renewed three times within its life, so that one slow round trip does not lose it. */
const RENEW_EVERY_MS = 800
/** Our own clock stops sending this much before the database's would let a successor in. */
const SAFETY_MS = 500
/** A renewal that takes longer would come too late to count. */
const ANSWER_LIMIT_MS = 2_000
const NS_PER_MS = 1_000_000n

export interface HeldLease extends LeaseView {
  readonly epoch: number | null
  /** Resolves once the lease is held. */
  acquired(signal: AbortSignal): Promise<void>
  /** Renews until aborted, then gives the lease up. */
  keep(signal: AbortSignal): Promise<void>
}

/** E19: holds the lease of a shard. Validity is judged by our monotonic clock from before the request was sent: never longer than the database thinks. */
export function createLease(store: LeaseStore, clock: Clock, log: Log): HeldLease {
  let epoch: number | null = null
  let validUntilNs = 0n
  const renew = async (signal: AbortSignal): Promise<boolean> => {
    const askedNs = clock.monoNs()
    const lease = await withLimit([signal], ANSWER_LIMIT_MS, (limit) => store.acquire(LEASE_TTL_MS, limit)).catch((error: Error) => {
      log.warn({ error: error.message }, 'the lease could not be renewed')
      return undefined
    })
    if (lease === undefined) return false
    if (lease === null) {
      epoch = null
      return false
    }
    if (epoch !== null && lease.epoch !== epoch) log.warn({ before: epoch, now: lease.epoch }, 'the lease was lost for a while')
    epoch = lease.epoch
    validUntilNs = askedNs + BigInt(LEASE_TTL_MS - SAFETY_MS) * NS_PER_MS
    return true
  }
  return {
    get epoch() {
      return epoch
    },
    valid: () => epoch !== null && clock.monoNs() < validUntilNs,
    async acquired(signal) {
      for (let waited = false; !(await renew(signal)); waited = true) {
        if (!waited) log.info({}, 'standing by: another process holds the lease')
        await clock.sleep(RENEW_EVERY_MS / 4, signal)
      }
      log.info({ epoch }, 'the lease is ours')
    },
    async keep(signal) {
      try {
        for (;;) {
          await clock.sleep(RENEW_EVERY_MS, signal)
          await renew(signal)
        }
      } catch (error) {
        if (!signal.aborted) throw error
      }
      validUntilNs = 0n
      await withLimit([], ANSWER_LIMIT_MS, (limit) => store.release(limit)).catch((error: Error) =>
        log.warn({ error: error.message }, 'the lease could not be given up'),
      )
    },
  }
}
