import type { Clock } from '../../../ports/clock'

/** 'order': places and cancels. 'request': everything else. */
export type MessageKind = 'order' | 'request'

const WINDOW_NS = 1_000_000_000n
const NS_PER_MS = 1_000_000n
/** The gateway takes half as many messages a second as the account has market data lines: 50 with the usual 100 (§6, pacing). */
const USUAL_MESSAGES_PER_SECOND = 50
/** A tenth stays free because the network can press our second into a shorter one of its own. */
const USED_TENTHS = 9
/** Of these, requests may use all but the ones kept for orders and cancels: five legs with their cancels, and a margin. */
const KEPT_FOR_ORDERS = 15

/**
 * Our own pacing over one gateway: the client library's limiter is out of reach because it queues orders beyond our sight (E11).
 * Counts what was sent within the last second.
 */
export class MessageBudget {
  readonly #clock: Clock
  readonly #limit: number
  #sentNs: bigint[] = []

  /** @param perSecond what the gateway takes of this client */
  constructor(clock: Clock, perSecond: number = USUAL_MESSAGES_PER_SECOND) {
    this.#clock = clock
    this.#limit = Math.floor((perSecond * USED_TENTHS) / 10)
  }

  /** Takes one message, waiting for it if need be. Rejects with the signal's reason when it aborts. */
  async take(kind: MessageKind, signal: AbortSignal): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const waitMs = this.#waitMs(kind)
      if (waitMs === 0) break
      await this.#clock.sleep(waitMs, signal)
    }
    this.#sentNs.push(this.#clock.monoNs())
  }

  #waitMs(kind: MessageKind): number {
    const nowNs = this.#clock.monoNs()
    this.#sentNs = this.#sentNs.filter((atNs) => nowNs - atNs < WINDOW_NS)
    const limit = kind === 'order' ? this.#limit : this.#limit - KEPT_FOR_ORDERS
    const blocking = this.#sentNs[this.#sentNs.length - limit]
    return blocking === undefined ? 0 : Number((WINDOW_NS - (nowNs - blocking)) / NS_PER_MS) + 1
  }
}
