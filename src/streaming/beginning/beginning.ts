import type { MarketId, Outcome, Venue } from '../../core/ids'
import type { BoxPair } from '../../core/box/detect'
import type { BookDirectory, BookKey } from '../../core/market/reference'
import { standingOf } from './standing'
import type { Scope } from '../../core/risk/scope'
import { bookIndex } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import type { Log } from '../../ports/log'
import type { ToldEdgeMarket } from '../edges/edge-desk'
import type { Engine } from '../engine'
import type { Terms } from '../terms'
import type { Again, ToldBook } from './told'

/** A file is begun once an hour: its beginning is told within a second of it. */
const LOOK_EVERY_MS = 250
/** Markets of one turn: 25 to 40 µs (docs/capture.md), so that no frame waits for the telling. */
const TOLD_IN_A_TURN = 4
/** Between two turns. Two hundred markets a second are fifty frames of a drain of the capture, a millisecond to serialise; ten thousand take a minute, once an hour. */
const TURN_EVERY_MS = 20
/** Files that follow each other faster are full of something else than a market: what stands is told for the last of them. */
const TOLD_EVERY_MS = 60_000
const OUTCOMES: readonly Outcome[] = ['yes', 'no']

export interface BeginningOptions {
  readonly frameLog: FrameLog & { readonly files: number }
  readonly shard: { readonly engine: Engine; readonly terms: Terms }
  readonly directory: BookDirectory
  readonly feeds: readonly MarketFeed[]
  readonly pairs: () => readonly BoxPair[]
  readonly edges: () => readonly ToldEdgeMarket[]
  readonly halts: { readonly epoch: number; active(): readonly Scope[] }
  /** null: the lease is not ours. */
  readonly lease: { readonly epoch: number | null }
  readonly clock: Clock
  readonly log: Log
}

/**
 * Tells again what stands whenever the capture begins another file, so that a replay can begin at any of them. A few markets a turn, each as it is in the turn
 * in which it is told: what comes between two turns is in the frames between them.
 */
export class Beginning {
  readonly #options: BeginningOptions
  /** The first file begins with the process: everything is told in it. */
  #toldFiles = 1
  #toldMs = -Infinity

  constructor(options: BeginningOptions) {
    this.#options = options
  }

  /** Until aborted. What cannot be told is an alarm and no end of the process: without it only a replay begins earlier. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    while (!signal.aborted) {
      await this.look(signal).catch((error: Error) => {
        if (!signal.aborted) log.error({ error: error.message }, 'what stands could not be told: no replay can begin at this file')
      })
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }

  /** Tells what stands if a file has begun since it was told. */
  async look(signal: AbortSignal): Promise<void> {
    const { frameLog, clock } = this.#options
    const sinceMs = clock.nowMs() - this.#toldMs
    // a clock that was set back makes it due too
    if (frameLog.files <= this.#toldFiles || (sinceMs >= 0 && sinceMs < TOLD_EVERY_MS)) return
    this.#toldFiles = frameLog.files
    this.#toldMs = clock.nowMs()
    let turn = 0
    for (const part of this.parts()) {
      if (part) this.#stamp('again', part)
      turn++
      if (turn % TOLD_IN_A_TURN === 0) await clock.sleep(TURN_EVERY_MS, signal)
    }
  }

  /** Each is made when it is asked for; null: nothing, and some work. What is listed or asked for meanwhile tells itself. */
  *parts(): Generator<Again | null> {
    const { shard, feeds, pairs, edges, halts, lease } = this.#options
    const { engine, terms } = shard
    const session = (venue: Venue): MarketFeed | undefined => feeds.find((feed) => feed.venue === venue)
    yield {
      part: 'begin',
      limits: terms.limits(),
      bars: engine.bars(),
      links: { kalshi: engine.books.links('kalshi'), forecastex: engine.books.links('forecastex') },
      sessions: { kalshi: session('kalshi')?.standing?.() ?? null, forecastex: session('forecastex')?.standing?.() ?? null },
    }
    this.#stamp('halts', { epoch: halts.epoch, scopes: halts.active() })
    if (lease.epoch !== null) this.#stamp('lease', { epoch: lease.epoch })
    for (const of of this.#markets()) {
      if (of === null) {
        yield null
        continue
      }
      const { venue, market } = of
      const listing = terms.standingOf(venue, market)
      yield { part: 'market', venue, market, listing, life: engine.lifeOf(venue, market), books: this.#booksOf(venue, market) }
    }
    yield { part: 'end', pairs: pairs(), edges: edges() }
  }

  /** Of which a book was asked for, or a listing read; each once. null: no other one, and a look at it. */
  *#markets(): Generator<Pick<BookKey, 'venue' | 'market'> | null> {
    const { directory, shard } = this.#options
    const isAsked = (venue: Venue, market: MarketId): boolean => OUTCOMES.some((outcome) => directory.find(venue, market, outcome) !== null)
    for (let index = 0, count = directory.size; index < count; index++) {
      const { venue, market, outcome } = directory.keyOf(bookIndex(index))
      const isTold = outcome === 'no' && directory.find(venue, market, 'yes') !== null
      yield isTold ? null : { venue, market }
    }
    for (const { venue, market } of shard.terms.listed()) yield isAsked(venue, market) ? null : { venue, market }
  }

  #booksOf(venue: Venue, market: MarketId): readonly ToldBook[] {
    const { directory, feeds, shard } = this.#options
    const { books } = shard.engine
    const feed = feeds.find((each) => each.venue === venue)
    return OUTCOMES.flatMap((outcome): ToldBook | [] => {
      const index = directory.find(venue, market, outcome)
      if (index === null) return []
      const session = feed?.standingOf?.(market, outcome) ?? null
      return { outcome, conn: books.connOf(index, venue), book: standingOf(books.at(index)), session }
    })
  }

  #stamp(what: string, body: unknown): void {
    this.#options.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: [what, body] })
  }
}
