import { detectBox, type BoxFinding, type BoxFound, type BoxInput, type BoxPair } from '../core/box/detect'
import { assertNever } from '../core/assert'
import type { Venue } from '../core/ids'
import type { FeedEvent, MarketStatus } from '../core/market/event'
import type { BookDirectory } from '../core/market/reference'
import type { Access } from '../core/trade/cure'
import type { BookIndex, Millis } from '../core/units'
import { Books } from './books'

/** What the engine needs to judge a pair besides its books; refreshed from outside, never awaited. */
export type PairTerms = Pick<BoxInput, 'mode' | 'fees' | 'limits' | 'cash'>

export interface EngineListener {
  /** Called in the turn of the frame that made the find. */
  onFound(pair: BoxPair, found: BoxFound, nowMs: Millis): void
  /** A positive margin that some check refused. */
  onRefused(pair: BoxPair, finding: Extract<BoxFinding, { kind: 'refused' }>, nowMs: Millis): void
  /** A book's content changed, for the taps. */
  onBook(index: BookIndex, nowMs: Millis): void
}

interface Watched {
  readonly pair: BoxPair
  readonly terms: () => PairTerms | null
  readonly kalshi: BookIndex
  readonly yes: BookIndex
  readonly no: BookIndex
}

export interface EngineCounters {
  events: number
  unreadable: number
  gaps: number
  found: number
  refused: number
}

/**
 * Feeds in, opportunities out: synchronous, without clocks or stores. Time is the event's own, so that a replay of the same frames decides the same.
 */
export class Engine {
  readonly books = new Books()
  readonly counters: EngineCounters = { events: 0, unreadable: 0, gaps: 0, found: 0, refused: 0 }
  readonly #directory: BookDirectory
  readonly #listener: EngineListener
  /** Pairs by the number of each of their books. */
  readonly #byBook: Watched[][] = []
  readonly #watched = new Map<string, Watched>()
  readonly #status = new Map<string, MarketStatus>()
  readonly #connected: Record<Venue, boolean> = { kalshi: false, forecastex: false }

  constructor(directory: BookDirectory, listener: EngineListener) {
    this.#directory = directory
    this.#listener = listener
  }

  /** Replaces what is watched. `terms` is asked at each decision; null: the pair's terms are not known yet and it is not judged. */
  watch(pairs: readonly { readonly pair: BoxPair; readonly terms: () => PairTerms | null }[]): void {
    this.#byBook.length = 0
    this.#watched.clear()
    for (const { pair, terms } of pairs) {
      const watched: Watched = {
        pair,
        terms,
        kalshi: this.#directory.indexOf('kalshi', pair.kalshi, 'yes'),
        yes: this.#directory.indexOf('forecastex', pair.forecastex, 'yes'),
        no: this.#directory.indexOf('forecastex', pair.forecastex, 'no'),
      }
      this.#watched.set(pair.id, watched)
      for (const index of [watched.kalshi, watched.yes, watched.no]) (this.#byBook[index] ??= []).push(watched)
    }
  }

  isConnected(venue: Venue): boolean {
    return this.#connected[venue]
  }

  /** One event in arrival order. Never throws for anything a venue sends. */
  accept(event: FeedEvent): void {
    this.counters.events++
    if (event.kind === 'connected' || event.kind === 'disconnected') this.#connected[event.venue] = event.kind === 'connected'
    else if (event.kind === 'unreadable') this.counters.unreadable++
    else if (event.kind === 'forget' && event.cause === 'gap') this.counters.gaps++
    else if (event.kind === 'market') this.#status.set(`${event.venue}|${event.market}`, event.status)
    const touched = this.books.apply(event)
    if (touched === null || touched === 'all') return
    this.#listener.onBook(touched, event.recvMs)
    for (const watched of this.#byBook[touched] ?? []) this.#judge(watched, event.recvMs)
  }

  /** Looks at one pair again without a new frame: its last trade has just ended. */
  judgeAgain(pairId: string, nowMs: Millis): void {
    const watched = this.#watched.get(pairId)
    if (watched) this.#judge(watched, nowMs)
  }

  #judge(watched: Watched, nowMs: Millis): void {
    const { pair } = watched
    if (!this.#trades('kalshi', pair.kalshi) || !this.#trades('forecastex', pair.forecastex)) return
    const terms = watched.terms()
    if (!terms) return
    const finding = detectBox({
      ...terms,
      pair,
      nowMs,
      books: { kalshi: this.books.at(watched.kalshi), forecastexYes: this.books.at(watched.yes), forecastexNo: this.books.at(watched.no) },
      confirmedAtMs: { kalshi: this.books.confirmedAtMs('kalshi'), forecastex: this.books.confirmedAtMs('forecastex') },
    })
    if (finding.kind === 'found') {
      this.counters.found++
      this.#listener.onFound(pair, finding, nowMs)
    } else if (finding.kind === 'refused') {
      this.counters.refused++
      this.#listener.onRefused(pair, finding, nowMs)
    }
  }

  /** Whether an order may be sent to a market now, for cures. */
  access(venue: Venue, market: string): Access {
    if (!this.#connected[venue]) return 'closed'
    const status = this.#status.get(`${venue}|${market}`) ?? 'open'
    switch (status) {
      case 'open':
        return 'open'
      case 'paused':
        return 'halted'
      case 'closed':
      case 'determined':
      case 'settled':
        return 'ended'
      default:
        return assertNever(status, 'market status')
    }
  }

  /** A market the venue has told is not open is not traded; one it has told nothing about is. */
  #trades(venue: Venue, market: string): boolean {
    const status = this.#status.get(`${venue}|${market}`)
    return status === undefined || status === 'open'
  }
}
