import type { LeaseView } from '../../ports/guard'
import type { Tap } from '../../ports/cache'

/**
 * `standby`: sees everything, does nothing. `taking over`: the lease is ours, journal and queue follow it. `resolving`: trades in flight go on here, and
 * nothing opens until everything of the predecessor is known. `trading`: openings as well.
 */
export type RoleName = 'standby' | 'taking over' | 'resolving' | 'trading'

/** What this process does for its shard (E19). The launcher asks this, the gate asks the lease itself. */
export class Role implements LeaseView {
  readonly #lease: LeaseView
  #name: RoleName = 'standby'
  #reason: string | null = null

  constructor(lease: LeaseView) {
    this.#lease = lease
  }

  get name(): RoleName {
    return this.#name
  }
  /** Why it does not trade, in words; null: it trades, or stands by. */
  get reason(): string | null {
    return this.#name === 'trading' && !this.#lease.valid() ? 'the lease has run out: nothing is sent until it is held again' : this.#reason
  }
  become(name: RoleName, reason: string | null = null): void {
    this.#name = name
    this.#reason = reason
  }

  get epoch(): number | null {
    return this.#lease.epoch
  }
  /** Whether trades may be launched: nothing of a predecessor is open, and the lease is ours. */
  valid(): boolean {
    return this.mayOpen && this.#lease.valid()
  }
  /** Whether a first leg may leave, also of a trade that a predecessor or somebody else has launched. */
  get mayOpen(): boolean {
    return this.#name === 'trading'
  }

  /** What is published comes from one process at a time. */
  tap<T>(tap: Tap<T> | null): Tap<T> | null {
    if (tap === null) return null
    return {
      offer: (item) => {
        if (this.#name !== 'standby') tap.offer(item)
      },
      get dropped() {
        return tap.dropped
      },
      get queued() {
        return tap.queued
      },
      close: (limitMs) => tap.close(limitMs),
    }
  }
}
