import { FAILURES } from '../../core/failures'
import type { Venue } from '../../core/ids'
import { VENUES } from '../../core/ids'
import { identityOf, isJudged, Suspicions, type Difference, type Noted, type Seen } from '../../core/ledger/breaks'
import type { BarChange, OpeningBar } from '../../core/market/bars'
import type { Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'

/** Between two questions whether a look is due. */
const POLL_MS = 250
/** A venue that could not be read is asked again: at the start nothing opens until it has answered. */
const RETRY_MS = 1_000
/** While trades run, their own reads of orders and fills come first, and cash is not at rest anyway. A busy shard is looked at this often all the same. */
const POSTPONED_MAX_MS = 30_000
/** Six reads of Kalshi, nine messages of the gateway, each with its repeats; beyond it the venue is asked again. */
const LOOK_LIMIT_MS = 10_000
/** Breaks are resolved by an operator's hand: openings may begin again within seconds. One small question to the ledger. */
const BARS_EVERY_MS = 2_000

/** An open break, as far as it forbids openings. */
export interface OpenBreak {
  readonly id: number
  readonly venue: Venue
  readonly kind: Difference['kind']
  readonly market: Difference['market']
  readonly openedMs: Millis
}
export interface ReconcilerOptions<S extends Seen> {
  /** `isFirst`: of this process; it looks further back. null: the account is not on record yet. @throws when the venue does not answer */
  readonly look: (venue: Venue, isFirst: boolean, signal: AbortSignal) => Promise<S | null>
  /** Books what is ours of a look's unbooked fills. @returns how many */
  readonly adopt: (venue: Venue, look: S, signal: AbortSignal) => Promise<number>
  /** Puts on record what a look has come to. `lasting`: differences that have become breaks. */
  readonly note: (look: S, lasting: readonly Difference[], signal: AbortSignal) => Promise<Noted>
  readonly openBreaks: () => Promise<readonly OpenBreak[]>
  readonly bars: () => readonly OpeningBar[]
  /** No opening at a venue or in a market; reason null: again. Reducing orders never ask (E4). */
  readonly bar: (change: BarChange) => void
  readonly isConnected: (venue: Venue) => boolean
  /** Trades in flight in this process. */
  readonly inFlight: () => number
  readonly everyMs: number
  readonly graceMs: number
  readonly clock: Clock
  readonly log: Log
}

interface Watched {
  lookedMs: Millis | null
  looks: number
  /** Why the last look said nothing; null: it did. */
  failure: string | null
  isConnected: boolean
  /** Fills of ours that were missing and are being booked. */
  adopting: number
  /** Seen before anything may open, and not explained yet. */
  early: readonly Difference[]
}
export interface ReconcilerState {
  readonly unresolved: readonly string[]
  readonly openBreaks: readonly OpenBreak[]
  readonly suspicions: number
  readonly venues: readonly {
    readonly venue: Venue
    readonly looks: number
    readonly lookedMs: Millis | null
    readonly failure: string | null
  }[]
}

/**
 * Looks at both accounts at the start, after each reconnect and every few seconds: what is missing is booked, what nothing explains becomes a break,
 * and a break forbids openings where it is. It never trades.
 */
export class Reconciler<S extends Seen = Seen> {
  readonly #options: ReconcilerOptions<S>
  readonly #suspicions: Suspicions
  readonly #watched: Readonly<Record<Venue, Watched>> = { kalshi: unseen(), forecastex: unseen() }
  #open: readonly OpenBreak[] | null = null
  #isResolved = false

  constructor(options: ReconcilerOptions<S>) {
    this.#options = options
    this.#suspicions = new Suspicions(options.graceMs)
  }

  /**
   * Why nothing may open yet, one sentence each. Empty once the breaks on record are known, one look at each venue was compared, and the fills that
   * it showed to be missing are booked. Orders of earlier processes that are not known keep their trades running: the reserve refuses beside them (E9).
   */
  unresolved(): readonly string[] {
    if (this.#isResolved) return []
    const reasons = VENUES.flatMap((venue) => {
      const { looks, failure, adopting } = this.#watched[venue]
      if (looks === 0) return [`${venue} has not been compared with the ledger yet${failure === null ? '' : `: ${failure}`}`]
      return adopting > 0 ? [`${adopting} fills at ${venue} are being booked`] : []
    })
    if (this.#open === null) reasons.push('the breaks on record are not known yet')
    this.#isResolved = reasons.length === 0
    return reasons
  }

  state(): ReconcilerState {
    const venues = VENUES.map((venue) => {
      const { looks, lookedMs, failure } = this.#watched[venue]
      return { venue, looks, lookedMs, failure }
    })
    return { unresolved: this.unresolved(), openBreaks: this.#open ?? [], suspicions: this.#suspicions.size, venues }
  }

  /** Until aborted. A look that fails is told once and repeated. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#keepBars(signal), ...VENUES.map((venue) => this.#keep(venue, signal))])
  }

  async #keep(venue: Venue, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      const watched = this.#watched[venue]
      if (this.#isDue(venue, clock.nowMs())) {
        try {
          await withLimit([signal], LOOK_LIMIT_MS, (limit) => this.lookAt(venue, limit))
        } catch (error) {
          if (signal.aborted) return
          const { message } = error as Error
          if (watched.failure !== message)
            log.warn({ venue, error: message }, 'an account could not be compared with the ledger; trying again')
          watched.failure = message
          await clock.sleep(RETRY_MS, signal)
        }
      }
      await clock.sleep(POLL_MS, signal)
    }
  }

  #isDue(venue: Venue, nowMs: Millis): boolean {
    const { everyMs, isConnected, inFlight } = this.#options
    const watched = this.#watched[venue]
    const wasConnected = watched.isConnected
    watched.isConnected = isConnected(venue)
    if (watched.lookedMs === null || watched.adopting > 0 || (watched.isConnected && !wasConnected)) return true
    const sinceMs = nowMs - watched.lookedMs
    return sinceMs >= (inFlight() > 0 ? Math.max(everyMs, POSTPONED_MAX_MS) : everyMs)
  }

  /** One look at one venue, and what follows from it. @throws when the venue or the ledger does not answer */
  async lookAt(venue: Venue, signal: AbortSignal): Promise<void> {
    const { look, adopt, note, log } = this.#options
    const watched = this.#watched[venue]
    const seen = await look(venue, watched.looks === 0, signal)
    if (seen === null) {
      watched.failure = 'its opening balance is not recorded yet'
      return
    }
    watched.adopting = seen.unbooked.length === 0 ? 0 : await adopt(venue, seen, signal)
    const lasting = this.#suspicions.look(venue, seen.differences, seen.motion, seen.atMs)
    const { opened, closed } = await note(seen, lasting, signal)
    for (const { kind, subject, market, detail } of opened) log.error({ venue, kind, subject, market, detail }, FAILURES.accountBreak)
    for (const identity of closed) log.info({ venue, identity }, 'a break has ended: the venue and the ledger agree again')
    watched.early = this.#early(watched, seen, lasting)
    watched.failure = null
    watched.lookedMs = seen.atMs
    watched.looks++
    if (opened.length + closed.length > 0) await this.#readBreaks()
    this.#setBars()
  }

  /** What the first look shows is no passing difference of two reads: nothing opens there until it is explained, or is a break. */
  #early({ early }: Watched, { differences, motion }: Seen, lasting: readonly Difference[]): readonly Difference[] {
    const before = new Set(early.map(identityOf))
    const isStart = this.unresolved().length > 0
    const shown = differences.filter(
      (each) => isJudged(each, motion) && !lasting.includes(each) && (isStart || before.has(identityOf(each))),
    )
    return [...early.filter((each) => !isJudged(each, motion)), ...shown] // of what was not judged nothing is concluded
  }

  async #keepBars(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      try {
        await this.#readBreaks()
        this.#setBars()
      } catch (error) {
        log.warn({ error: (error as Error).message }, 'breaks could not be read; what is barred stays barred')
      }
      await clock.sleep(BARS_EVERY_MS, signal)
    }
  }

  async #readBreaks(): Promise<void> {
    this.#open = await this.#options.openBreaks()
  }

  /** What is open on record, and what was seen first of all. */
  #setBars(): void {
    const { bars, bar } = this.#options
    const wanted = new Map<string, Omit<OpeningBar, 'by'>>()
    const forbid = ({ venue, market }: Pick<OpenBreak, 'venue' | 'market'>, reason: string): void => {
      const key = `${venue}|${market ?? ''}`
      const before = wanted.get(key)
      wanted.set(key, { venue, market, reason: before ? `${before.reason}; ${reason}` : reason })
    }
    for (const open of this.#open ?? []) forbid(open, `break ${open.id} (${open.kind}) is not explained: crossbook breaks show ${open.id}`)
    for (const venue of VENUES)
      for (const difference of this.#watched[venue].early)
        if (!this.#open?.some((open) => open.venue === venue && open.kind === difference.kind && open.market === difference.market))
          forbid(difference, `a difference (${difference.kind}) was there at the start and is not explained yet`)
    for (const { by, venue, market } of bars())
      if (by === BY && !wanted.has(`${venue}|${market ?? ''}`)) bar({ venue, market, by: BY, reason: null })
    for (const each of wanted.values()) bar({ ...each, by: BY })
  }
}

const BY = 'reconciliation'
const unseen = (): Watched => ({ lookedMs: null, looks: 0, failure: null, isConnected: false, adopting: 0, early: [] })
