import type { Clock } from '../../../ports/clock'
import type { ExecutionLog } from '../../../ports/journal'

/** Numbers are promised on disk in blocks, so that no order waits for a write: two blocks a day of the busiest shard, of 2^31 that there are. */
const BLOCK = 1_000
/** The next block is promised while this many are left: far more orders than leave during one write. */
const LEFT_MIN = BLOCK / 2

/** Order numbers: always above every number that this host may have used and every one that the gateway has shown (103, §6). */
export class OrderNumbers {
  readonly #log: ExecutionLog | null
  readonly #clock: Clock
  #highest = 0
  #promised = 0

  /** @param log null: earlier processes are not remembered. */
  constructor(log: ExecutionLog | null, clock: Clock) {
    this.#log = log
    this.#clock = clock
    for (const mark of log?.told ?? []) if (mark.mark === 'numbers') this.#highest = Math.max(this.#highest, mark.upTo)
  }

  /** A number that was used, by this process or another one of the same client id. */
  saw(orderId: number): void {
    this.#highest = Math.max(this.#highest, orderId)
  }

  /** Resolves when the numbers of the next orders are promised: before the first order of a session. Rejects when they cannot be written. */
  async promise(): Promise<void> {
    if (this.#log === null || this.#promised - this.#highest > LEFT_MIN) return
    const upTo = this.#highest + BLOCK
    await this.#log.append({ mark: 'numbers', atMs: this.#clock.nowMs(), upTo })
    this.#promised = Math.max(this.#promised, upTo)
  }

  next(): number {
    this.#highest += 1
    // a block that cannot be written is promised by the next order again; the log has told why
    this.promise().catch(() => undefined)
    return this.#highest
  }
}
