import type { Clock } from '../../../ports/clock'

/** 'order': places and cancels. 'request': everything else. */
export type MessageKind = 'order' | 'request'

const WINDOW_NS = 1_000_000_000n
const NS_PER_MS = 1_000_000n
/** The gateway takes half as many messages a second as the account has market data lines: 50 with the usual 100 (§6, pacing). */
const USUAL_MESSAGES_PER_SECOND = 50
/** A tenth stays free because the network can press our second into a shorter one of its own, and for the heartbeats. */
const USED_TENTHS = 9
/** Of these, requests may use all but the ones kept for orders and cancels: five legs with their cancels, and a margin. */
const KEPT_FOR_ORDERS = 15
/** However often we were too fast: what is kept for orders, and a request each second. */
const LEAST = KEPT_FOR_ORDERS + 1
/** After a breach the budget is halved; from then on it grows by one message in this time, 45 again after four minutes. */
const RECOVERY_STEP_NS = 10_000_000_000n

/**
 * Our own pacing over one gateway: the client library's limiter is out of reach because it queues orders beyond our sight (E11).
 * Counts what was sent within the last second. An order never waits behind a request.
 */
export class MessageBudget {
  readonly #clock: Clock
  readonly #full: number
  #sentNs: bigint[] = []
  /** What the last breach has left, and when that was; null: never, or long recovered. */
  #breach: { readonly left: number; readonly atNs: bigint } | null = null

  /** @param perSecond what the gateway takes of this client */
  constructor(clock: Clock, perSecond: number = USUAL_MESSAGES_PER_SECOND) {
    this.#clock = clock
    this.#full = Math.floor((perSecond * USED_TENTHS) / 10)
  }

  /** Messages a second at present. */
  get limit(): number {
    if (this.#breach === null) return this.#full
    const { left, atNs } = this.#breach
    const limit = left + Number((this.#clock.monoNs() - atNs) / RECOVERY_STEP_NS)
    if (limit >= this.#full) this.#breach = null
    return Math.min(limit, this.#full)
  }
  /** How many more could leave now. */
  get left(): number {
    const nowNs = this.#clock.monoNs()
    return Math.max(0, this.limit - this.#sentNs.filter((atNs) => nowNs - atNs < WINDOW_NS).length)
  }
  /** A breach is not made up for yet. */
  get reduced(): boolean {
    return this.limit < this.#full
  }

  /** Takes one message, waiting for it if need be. Rejects with the signal's reason when it aborts. */
  async take(kind: MessageKind, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const waitMs = this.#waitMs(kind)
      if (waitMs === 0) break
      await this.#clock.sleep(waitMs, signal)
    }
    this.spend()
  }

  /** Counts a message that cannot wait: a heartbeat that is late would look like a silent gateway. */
  spend(): void {
    this.#sentNs.push(this.#clock.monoNs())
  }

  /** The gateway said that we were too fast (100): half of what was permitted, and slowly more again. */
  breached(): void {
    this.#breach = { left: Math.max(Math.floor(this.limit / 2), Math.min(LEAST, this.#full)), atNs: this.#clock.monoNs() }
  }

  #waitMs(kind: MessageKind): number {
    const nowNs = this.#clock.monoNs()
    this.#sentNs = this.#sentNs.filter((atNs) => nowNs - atNs < WINDOW_NS)
    const limit = kind === 'order' ? this.limit : this.limit - KEPT_FOR_ORDERS
    const blocking = this.#sentNs[this.#sentNs.length - limit]
    return blocking === undefined ? 0 : Number((WINDOW_NS - (nowNs - blocking)) / NS_PER_MS) + 1
  }
}
