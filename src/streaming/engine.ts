import { detectBox, type BoxFinding, type BoxFound, type BoxInput, type BoxPair } from '../core/box/detect'
import { assertNever } from '../core/assert'
import { marketId, type MarketId, type Venue } from '../core/ids'
import { OpeningBars, type BarChange, type OpeningBar } from '../core/market/bars'
import type { FeedEvent, Frame, MarketStatus } from '../core/market/event'
import { MarketStates, type Life } from '../core/market/lifecycle'
import type { BookDirectory } from '../core/market/reference'
import type { Access } from '../core/trade/cure'
import { millis, type BookIndex, type Millis } from '../core/units'
import { Books } from './books'

/** What the engine needs to judge a pair besides its books; refreshed from outside, never awaited. */
export type PairTerms = Pick<BoxInput, 'mode' | 'fees' | 'limits' | 'policy' | 'told' | 'cash'>

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
  readonly #states = new MarketStates()
  /** What forbids openings besides halts: found by this process itself. */
  readonly #bars = new OpeningBars()
  #nowMs = millis(0)

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

  /** Whether every connection to a venue that has been up is up. */
  isConnected(venue: Venue): boolean {
    return this.books.isConnected(venue)
  }

  /** One event in arrival order. Never throws for anything a venue sends. */
  accept(event: FeedEvent): void {
    this.counters.events++
    this.#nowMs = event.recvMs
    if (event.kind === 'unreadable') this.counters.unreadable++
    else if (event.kind === 'forget' && event.cause === 'gap') this.counters.gaps++
    else if (event.kind === 'market') this.#states.tell(event.venue, event.market, event.status, event.recvMs)
    else if (event.kind === 'listing' && event.closeMs !== null)
      this.#states.closesAt(event.venue, event.market, event.closeMs, event.recvMs)
    const touched = this.books.apply(event)
    if (touched === null || touched === 'all') return
    this.#listener.onBook(touched, event.recvMs)
    for (const watched of this.#byBook[touched] ?? []) this.#judge(watched, event.recvMs)
  }

  /** What Kalshi's catalogue says of a market's life; a gateway says when a contract ends by refusing. @param askedMs when it was asked */
  list(life: Life, askedMs: Millis): void {
    if (life.venue === 'kalshi') this.#states.list(life, askedMs)
  }

  /** @returns whether this changes anything. */
  bar(change: BarChange): boolean {
    return this.#bars.apply(change)
  }

  /** Those of another process end with it. */
  liftBars(): void {
    this.#bars.clear()
  }

  bars(): readonly OpeningBar[] {
    return this.#bars.all()
  }

  /** What somebody else than the feed's session does not believe is unknown until it is told anew. */
  forget(venue: Venue, markets: readonly MarketId[], { n, recvMs }: Pick<Frame, 'n' | 'recvMs'>): void {
    const books = markets.flatMap((market) => this.#directory.find(venue, market, 'yes') ?? [])
    this.accept({ venue, conn: 0, n, recvMs, kind: 'forget', books, cause: 'audit' })
  }

  /** Looks at one pair again without a new frame: its last trade has just ended. */
  judgeAgain(pairId: string, nowMs: Millis): void {
    const watched = this.#watched.get(pairId)
    if (watched) this.#judge(watched, nowMs)
  }

  #judge(watched: Watched, nowMs: Millis): void {
    const { pair } = watched
    if (!this.#trades('kalshi', pair.kalshi, nowMs) || !this.#trades('forecastex', pair.forecastex, nowMs)) return
    const terms = watched.terms()
    if (!terms) return
    const { mode, fees, limits, policy, told, cash } = terms
    const finding = detectBox({
      mode,
      fees,
      limits,
      policy,
      told,
      cash,
      pair,
      nowMs,
      books: { kalshi: this.books.at(watched.kalshi), forecastexYes: this.books.at(watched.yes), forecastexNo: this.books.at(watched.no) },
      confirmedAtMs: { kalshi: this.books.bookConfirmedAtMs(watched.kalshi), forecastex: this.books.confirmedAtMs('forecastex') },
    })
    if (finding.kind === 'found') {
      this.counters.found++
      this.#listener.onFound(pair, finding, nowMs)
    } else if (finding.kind === 'refused') {
      this.counters.refused++
      this.#listener.onRefused(pair, finding, nowMs)
    }
  }

  /** Whether an order may be sent to a market now, for cures: asked of the connection that tells its book, or else of all. */
  access(venue: Venue, market: string): Access {
    const book = this.#directory.find(venue, marketId(market), 'yes')
    const isConnected = book === null ? null : this.books.isBookConnected(book)
    if (!(isConnected ?? this.isConnected(venue))) return 'closed'
    const status = this.statusOf(venue, market, this.#nowMs)
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

  /** A market of which nothing was told counts as open. */
  statusOf(venue: Venue, market: string, nowMs: Millis): MarketStatus {
    return this.#states.at(venue, market, nowMs) ?? 'open'
  }

  /** A market that is known not to be open, or that is not to be trusted, is not traded; one of which nothing is known is. */
  #trades(venue: Venue, market: string, nowMs: Millis): boolean {
    return this.statusOf(venue, market, nowMs) === 'open' && !this.#bars.forbids(venue, market)
  }
}
