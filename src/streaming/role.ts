import type { LeaseView } from '../ports/guard'
import type { Tap } from '../ports/cache'

export type RoleName = 'standby' | 'taking over' | 'trading'

/** What this process does for its shard (E19). A standby sees everything and does nothing; the launcher asks this, the gate asks the lease itself. */
export class Role implements LeaseView {
  readonly #lease: LeaseView
  name: RoleName = 'standby'

  constructor(lease: LeaseView) {
    this.#lease = lease
  }

  get epoch(): number | null {
    return this.#lease.epoch
  }
  /** Whether trades may be launched: the worker is running, and the lease is ours. */
  valid(): boolean {
    return this.name === 'trading' && this.#lease.valid()
  }

  /** What is published comes from one process at a time. */
  tap<T>(tap: Tap<T> | null): Tap<T> | null {
    if (tap === null) return null
    return {
      offer: (item) => {
        if (this.name !== 'standby') tap.offer(item)
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
