import type { OddsGame } from '../../core/edge/odds'
import type { Gated } from '../../core/risk/gates'
import type { Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import type { EdgeDesk } from './edge-desk'
import type { EdgeMarkets } from './markets'
import type { Tellings } from './tellings'

/** How soon a game that is told for the first time is matched, and what showed an edge is looked at again without a change. */
const LOOK_EVERY_MS = 1_000
/** Between two series that wait to be matched: books and orders come first. */
const NEXT_SERIES_MS = 20
/** Reasons on the health page: those that refused most looks. */
const REASONS_SHOWN = 5

/** What the process says of its desk of edges. */
export interface EdgeState {
  /** The one that edges are judged by. */
  readonly profile: string
  /** null: armed; else why not, in words. */
  readonly armed: string | null
  /** What calibration leaves of its sizes and why, in words; null: all of it. */
  readonly throttle: string | null
  readonly watched: number
  /** Open markets of all series, and events by how sure the resolver is of their game. */
  readonly listed: number
  readonly confirmed: number
  readonly review: number
  /** Games that the source of odds has told of. */
  readonly games: number
  readonly looks: number
  readonly found: number
  /** Markets whose last look showed an edge. */
  readonly showing: number
  /** Tellings of odds. */
  readonly odds: number
  /** Of the newest odds, since they were fetched; null: none came yet. */
  readonly oddsAgeMs: number | null
  /** Kalshi's worth by the ledger, in µ$: without it nothing is sized; null: not known. */
  readonly equityMicros: number | null
  readonly opportunities: Readonly<Record<string, number>>
  /** Looks by the check or gate that refused, the five most frequent: those that showed an edge, and those that could not judge. */
  readonly refusals: Readonly<Record<string, number>>
  readonly unjudged: Readonly<Record<string, number>>
}

export interface LiveEdgesOptions {
  readonly profile: string
  readonly desk: EdgeDesk
  readonly markets: EdgeMarkets
  readonly tellings: Tellings
  readonly gate: (nowMs: Millis) => Gated
  readonly throttle: () => string | null
  readonly equity: (nowMs: Millis) => number | null
  readonly frameLog: FrameLog
  readonly clock: Clock
}

/** The desk of edges in the running process: what it is told, in the capture first, and what is looked at without a change. */
export class LiveEdges {
  readonly #options: LiveEdgesOptions
  /** The newest fetch of each game: what comes again, by the stream and by the hashes, is told once. The one that was told longest ago first. */
  readonly #fetchedMs = new Map<string, Millis>()
  #newestMs: Millis | null = null

  constructor(options: LiveEdgesOptions) {
    this.#options = options
  }

  /** What the source has told of a game; an older telling, and one that was heard before, changes nothing. */
  hear(game: OddsGame): void {
    const { desk, markets, tellings, frameLog } = this.#options
    const { eventId, fetchedMs } = game
    if (fetchedMs <= (this.#fetchedMs.get(eventId) ?? -Infinity)) return
    this.#remember(eventId, fetchedMs)
    desk.odds(game, frameLog.stamp({ venue: 'odds', conn: 0, dir: 'in', payload: ['game', game] }))
    if (tellings.hear(game)) markets.hear(game.sport)
  }

  /** Until aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    for (let lookedMs = -Infinity; !signal.aborted;) {
      const nowMs = clock.nowMs()
      const isBehind = this.#options.markets.refresh(nowMs)
      if (nowMs - lookedMs >= LOOK_EVERY_MS || nowMs < lookedMs) {
        lookedMs = nowMs
        this.#options.desk.sweep(nowMs)
      }
      await clock.sleep(isBehind ? NEXT_SERIES_MS : LOOK_EVERY_MS, signal).catch(() => undefined) // the loop ends by the signal
    }
  }

  state(): EdgeState {
    const { profile, desk, markets, tellings, gate, throttle, equity, clock } = this.#options
    const nowMs = clock.nowMs()
    const { open, ended, refusals } = desk.opportunities
    return {
      ...{ profile, armed: gate(nowMs)?.verdict().actual ?? null, throttle: throttle() },
      ...{ watched: desk.watched, ...markets.counts, games: tellings.size },
      ...{ ...desk.counters, showing: desk.showing },
      oddsAgeMs: this.#newestMs === null ? null : nowMs - this.#newestMs,
      equityMicros: equity(nowMs),
      opportunities: { open, ...ended },
      refusals: most(refusals),
      unjudged: most(desk.unjudged),
    }
  }

  #remember(eventId: string, fetchedMs: Millis): void {
    this.#fetchedMs.delete(eventId)
    this.#fetchedMs.set(eventId, fetchedMs)
    const [oldest] = this.#fetchedMs.size > GAMES_MAX ? this.#fetchedMs.keys() : []
    if (oldest !== undefined) this.#fetchedMs.delete(oldest)
    if (this.#newestMs === null || fetchedMs > this.#newestMs) this.#newestMs = fetchedMs
  }
}

/** Games whose newest fetch is remembered: those of some days. */
const GAMES_MAX = 10_000

const most = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a).slice(0, REASONS_SHOWN))
