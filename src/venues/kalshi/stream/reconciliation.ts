import { millis, type Millis } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import { withLimit } from '../../../ports/limit'
import type { Log } from '../../../ports/log'

/** Private channels have no sequence: what they lose in silence is found this late. */
const EVERY_MS = 60_000
/** The venue's lists lag behind its stream; what one reading was too early for, the next one has. */
const OVERLAP_MS = 15_000
/** Two lists of a minute are read in well under a second. */
const READ_LIMIT_MS = 10_000
const RETRY_MS = 5_000

/** Reads by REST what happened at our account since then, and hands it on as the channels would have. */
export type ReadMissed = (sinceMs: Millis, signal: AbortSignal) => Promise<void>

export interface ReconciliationOptions {
  readonly read: ReadMissed
  /** By the venue's clock. */
  readonly venueMs: () => number
  readonly clock: Clock
  readonly log: Log
}

/** Reads again, after each gap of the private channels and on a slow timer, all that happened since the last reading that came to its end. */
export class Reconciliation {
  readonly #options: ReconciliationOptions
  #wake: () => void = () => undefined
  #isDue = false

  constructor(options: ReconciliationOptions) {
    this.#options = options
  }

  /** The private channels were away, and are back. */
  gap(): void {
    this.#isDue = true
    this.#wake()
  }

  async run(signal: AbortSignal): Promise<void> {
    const { read, venueMs, log } = this.#options
    let sinceMs = venueMs()
    let waitMs = EVERY_MS
    while (!signal.aborted) {
      await this.#sleep(waitMs, signal)
      if (signal.aborted) return
      this.#isDue = false
      const startedMs = venueMs()
      try {
        await withLimit([signal], READ_LIMIT_MS, (limit) => read(millis(Math.round(sinceMs - OVERLAP_MS)), limit))
        sinceMs = startedMs
        waitMs = EVERY_MS
      } catch (error) {
        if (signal.aborted) return
        log.warn({ error: (error as Error).message }, "Kalshi's lists of our fills and orders could not be read; trying again")
        waitMs = RETRY_MS
      }
    }
  }

  /** Until the time is over, or a gap is told. */
  async #sleep(durationMs: number, signal: AbortSignal): Promise<void> {
    if (this.#isDue) return
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    await withLimit([signal, woken.signal], null, (limit) => this.#options.clock.sleep(durationMs, limit)).catch(() => undefined)
  }
}
