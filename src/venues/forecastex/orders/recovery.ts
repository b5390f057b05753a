import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import { withLimit } from '../../../ports/limit'
import type { Gateway } from '../gateway/owner'
import { reachesVenue, type Arrival } from '../gateway/session'
import type { Look, Looks } from './looks'

/** Before the reads are repeated, doubled each time: a gateway that fails them has trouble, and our questions must not be its last straw. */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 30_000
/** A hedge that comes in the milliseconds of a good recovery waits for it; what is not done by then is refused. */
const PATIENCE_MS = 250
/** While orders end or somebody trades by hand two looks differ; so many in a row are not that. */
const LOOKS_MAX = 5

export interface RecoveryOptions {
  readonly gateway: Gateway
  readonly looks: Looks
  readonly clock: Clock
  readonly log: Log
  /** What a look shows that nobody here waits for. */
  readonly strays: (look: Look, signal: AbortSignal) => Promise<void>
  /** What must be durable before the first order of a session. */
  readonly prepare: () => Promise<void>
}

/** One stretch in which the gateway reached the venue without interruption. */
interface Stretch {
  readonly conn: number
  readonly restoredMs: number | null
  readonly over: AbortController
  /** null: recovered. */
  doing: string | null
}

/**
 * §7: after each (re)connect and each 1101 or 1102, open orders, completed orders, executions and positions are read until two complete looks in
 * a row agree; what they tell is heard by the tracked orders. Until then no order leaves. Reads that fail are repeated, for as long as the
 * stretch lasts, less and less often.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  #stretch: Stretch | null = null
  #count = 0
  #lastMs: number | null = null
  readonly #waiting = new Set<() => void>()

  constructor(options: RecoveryOptions) {
    this.#options = options
    options.gateway.listen((arrival) => this.#hear(arrival))
    this.#follow()
  }

  /** Why no order leaves now, in words; null: recovered. */
  get reason(): string | null {
    const { session } = this.#options.gateway
    return reachesVenue(session) ? this.recovering : `gateway down: ${session.reason}`
  }

  /** What is read after a reconnect, or could not be, in words; null: nothing, or there is no way to the venue. */
  get recovering(): string | null {
    if (!reachesVenue(this.#options.gateway.session)) return null
    const { doing = 'nothing is read yet' } = this.#stretch ?? {}
    return doing === null ? null : `recovering after a reconnect: ${doing}`
  }

  /** How often the account was known again, and how long that took the last time; null: never yet. */
  get done(): { readonly count: number; readonly lastMs: number | null } {
    return { count: this.#count, lastMs: this.#lastMs }
  }

  /** Resolves when recovered, or rejects with the signal's reason. */
  async whenDone(signal: AbortSignal): Promise<void> {
    while (this.reason !== null) {
      signal.throwIfAborted()
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#waiting.delete(go)
          signal.removeEventListener('abort', go)
          resolve()
        }
        this.#waiting.add(go)
        signal.addEventListener('abort', go, { once: true })
      })
    }
  }

  /** Waits a moment for a recovery that is under way. @returns why no order leaves then; null: recovered. */
  async settled(signal: AbortSignal): Promise<string | null> {
    if (this.reason === null || !reachesVenue(this.#options.gateway.session)) return this.reason
    await withLimit([signal], PATIENCE_MS, (limit) => this.whenDone(limit)).catch(() => undefined)
    return this.reason
  }

  #hear({ callback }: Arrival): void {
    if (callback?.kind === 'currentTime' || callback?.kind === 'notice' || callback?.kind === 'disconnected') this.#follow()
  }

  /** Begins anew with each stretch. */
  #follow(): void {
    const { conn, restoredMs } = this.#options.gateway.session
    const reaches = reachesVenue(this.#options.gateway.session)
    const known = this.#stretch
    if (reaches && known?.conn === conn && known.restoredMs === restoredMs) return this.#tell(known)
    known?.over.abort(new Error('the session ended'))
    this.#stretch = null
    if (!reaches) return
    const stretch: Stretch = {
      conn,
      restoredMs,
      over: new AbortController(),
      doing: 'open orders, executions and positions are being read',
    }
    this.#stretch = stretch
    void this.#recover(stretch)
  }

  /** A process that stood still finds its session, and what was recovered, as they were. */
  #tell({ doing }: Stretch): void {
    if (doing === null) for (const go of this.#waiting) go()
  }

  async #recover(stretch: Stretch): Promise<void> {
    const { clock, log } = this.#options
    const { signal } = stretch.over
    const startedMs = clock.nowMs()
    for (let pauseMs = FIRST_PAUSE_MS; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const look = await this.#agreed(signal)
        stretch.doing = null
        this.#count += 1
        this.#lastMs = clock.nowMs() - startedMs
        log.info({ venue: 'forecastex', tookMs: this.#lastMs, resting: look.resting.length }, 'Recovered: two reads of the account agree')
        this.#tell(stretch)
        return
      } catch (error) {
        if (signal.aborted) return
        stretch.doing = (error as Error).message
        log.warn(
          { venue: 'forecastex', cause: stretch.doing, pauseMs },
          'The account could not be read after a reconnect: no order leaves until it is',
        )
        await clock.sleep(pauseMs, signal).catch(() => undefined)
      }
    }
  }

  /** Looks until two in a row agree. @throws when one fails, and when too many differ. */
  async #agreed(signal: AbortSignal): Promise<Look> {
    const { looks, strays, prepare } = this.#options
    let last: Look | null = null
    for (let n = 0; n < LOOKS_MAX; n += 1) {
      const look = await looks.take(signal)
      await strays(look, signal)
      if (last?.seen === look.seen) {
        await prepare()
        signal.throwIfAborted()
        return look
      }
      last = look
    }
    throw new Error(`${LOOKS_MAX} reads of the account one after another differ`)
  }
}
