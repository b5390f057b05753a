import { detectBox, leavesMargin, type BoxFound, type BoxInput, type BoxPair, type BoxRefused } from '../core/box/detect'
import { byAnnualReturn } from '../core/box/rank'
import { assertNever } from '../core/assert'
import { marketId, type MarketId, type Outcome, type Venue } from '../core/ids'
import { OpeningBars, type BarChange, type OpeningBar } from '../core/market/bars'
import type { FeedEvent, Frame, MarketStatus } from '../core/market/event'
import type { PriceBand } from '../core/market/grid'
import { MarketStates, type KnownLife, type Life } from '../core/market/lifecycle'
import type { BookDirectory } from '../core/market/reference'
import type { Access } from '../core/trade/cure'
import { millis, type BookIndex, type Millis } from '../core/units'
import { Books } from './books'

/** What the engine needs to judge a pair besides its books; refreshed from outside, never awaited. */
export type PairTerms = Pick<BoxInput, 'mode' | 'fees' | 'limits' | 'policy' | 'told' | 'cash'>

export type Print = Extract<FeedEvent, { readonly kind: 'print' }>

export interface EngineListener {
  /** Called in the turn of the frame that made the find; of several that one frame makes the best is told first. */
  onFound(pair: BoxPair, found: BoxFound, nowMs: Millis): void
  /** A positive margin that some check refused. */
  onRefused(pair: BoxPair, refused: BoxRefused, nowMs: Millis): void
  /** A pair that was found or refused when it was last judged has no margin any more, or is not judged any more. */
  onGone?(pair: BoxPair, nowMs: Millis): void
  /** A book's content changed, for the taps. */
  onBook(index: BookIndex, nowMs: Millis, event: FeedEvent): void
  /** A connection to a venue came or went, for the taps. */
  onFeed?(venue: Venue, conn: number, nowMs: Millis): void
  /** A public trade, for the taps. */
  onPrint?(event: Print): void
}

interface Watched {
  readonly pair: BoxPair
  readonly terms: () => PairTerms | null
  readonly kalshi: BookIndex
  readonly books: BoxInput['books']
}
interface Find {
  readonly pair: BoxPair
  readonly found: BoxFound
}
/** A market as its catalogue has it. */
type Listed = Life & { readonly bands: readonly PriceBand[] }

const marketKey = (venue: Venue, market: MarketId): string => `${venue}|${market}`
const OUTCOMES: readonly Outcome[] = ['yes', 'no']

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
  /** Those that had a margin when they were last judged. */
  #showing = new Set<Watched>()
  /** What one event made of several pairs. */
  readonly #finds: Find[] = []
  readonly #states = new MarketStates()
  /** Grids of markets that were listed before anybody watched them. */
  readonly #unwatched = new Map<string, readonly PriceBand[]>()
  /** What forbids openings besides halts: found by this process itself. */
  readonly #bars = new OpeningBars()
  #nowMs = millis(0)

  constructor(directory: BookDirectory, listener: EngineListener) {
    this.#directory = directory
    this.#listener = listener
  }

  /** Replaces what is watched. `terms` is asked at each decision; null: the pair's terms are not known yet and it is not judged. */
  watch(pairs: readonly { readonly pair: BoxPair; readonly terms: () => PairTerms | null }[]): void {
    const showing = new Map([...this.#showing].map(({ pair }) => [pair.id, pair]))
    this.#byBook.length = 0
    this.#watched.clear()
    this.#showing = new Set()
    for (const { pair, terms } of pairs) {
      const kalshi = this.#directory.indexOf('kalshi', pair.kalshi, 'yes')
      const yes = this.#directory.indexOf('forecastex', pair.forecastex, 'yes')
      const no = this.#directory.indexOf('forecastex', pair.forecastex, 'no')
      const books = { kalshi: this.books.at(kalshi), forecastexYes: this.books.at(yes), forecastexNo: this.books.at(no) }
      const watched: Watched = { pair, terms, kalshi, books }
      this.#watched.set(pair.id, watched)
      if (showing.delete(pair.id)) this.#showing.add(watched)
      for (const index of [kalshi, yes, no]) (this.#byBook[index] ??= []).push(watched)
      this.#fitListed('kalshi', pair.kalshi)
      this.#fitListed('forecastex', pair.forecastex)
    }
    for (const pair of showing.values()) this.#listener.onGone?.(pair, this.#nowMs)
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
    else if (event.kind === 'listing') this.#relist(event)
    else if (event.kind === 'print') this.#listener.onPrint?.(event)
    const touched = this.books.apply(event)
    if (touched === 'all') this.#emptied(event)
    if (touched === null || touched === 'all') return
    const watched = this.#byBook[touched]
    if (watched) this.#judgeAll(watched, event.recvMs)
    this.#listener.onBook(touched, event.recvMs, event) // what is recorded waits for what is decided
  }

  /** What the catalogue says of a market. Of its life only Kalshi's does: a gateway says when a contract ends by refusing. @param askedMs when it was asked */
  list(listed: Listed, askedMs: Millis): void {
    const { venue, market, bands } = listed
    if (venue === 'kalshi') this.#states.list(listed, askedMs)
    this.#tellGrid(venue, market, bands)
  }
  #tellGrid(venue: Venue, market: MarketId, bands: readonly PriceBand[]): void {
    this.#fit(venue, market, bands)
    if (this.#directory.find(venue, market, 'yes') === null) this.#unwatched.set(marketKey(venue, market), bands)
  }

  /** What is known of a market's life; null: nothing. */
  lifeOf(venue: Venue, market: MarketId): KnownLife | null {
    return this.#states.known(venue, market)
  }
  /** A market is what it was to another process: its life, and the grid that was told of it. null: nothing was. */
  adopt(venue: Venue, market: MarketId, life: KnownLife | null, bands: readonly PriceBand[] | null): void {
    if (life !== null) this.#states.adopt(venue, market, life)
    if (bands !== null) this.#tellGrid(venue, market, bands)
  }

  #relist({ venue, market, closeMs, bands, recvMs }: Extract<FeedEvent, { kind: 'listing' }>): void {
    if (closeMs !== null) this.#states.closesAt(venue, market, closeMs, recvMs)
    if (bands !== null) this.#fit(venue, market, bands)
  }

  #fit(venue: Venue, market: MarketId, bands: readonly PriceBand[]): void {
    this.#unwatched.delete(marketKey(venue, market))
    for (const outcome of OUTCOMES) {
      const index = this.#directory.find(venue, market, outcome)
      if (index !== null) this.books.at(index).fit(bands)
    }
  }

  #fitListed(venue: Venue, market: MarketId): void {
    const bands = this.#unwatched.get(marketKey(venue, market))
    if (bands !== undefined) this.#fit(venue, market, bands)
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
    if (watched) this.#judgeAll([watched], nowMs)
  }

  /** The pairs of one book: what the best of them takes is not there for the others. */
  #judgeAll(watched: readonly Watched[], nowMs: Millis): void {
    for (const each of watched) this.#judge(each, nowMs)
    if (this.#finds.length === 0) return
    const finds = this.#finds.splice(0)
    if (finds.length > 1) finds.sort((a, b) => byAnnualReturn(a.found, b.found))
    for (const { pair, found } of finds) this.#listener.onFound(pair, found, nowMs)
  }

  /** Nearly always there is no margin, and nothing is asked or made. */
  #judge(watched: Watched, nowMs: Millis): void {
    const { pair, books } = watched
    const terms = watched.terms()
    if (terms === null || !leavesMargin(pair.certificate, books, terms)) return this.#gone(watched, nowMs)
    const finding = detectBox(this.#input(watched, terms, nowMs))
    if (finding.kind === 'none') return this.#gone(watched, nowMs)
    this.#showing.add(watched)
    if (finding.kind === 'found') {
      this.counters.found++
      this.#finds.push({ pair, found: finding })
    } else {
      this.counters.refused++
      this.#listener.onRefused(pair, finding, nowMs)
    }
  }

  #input({ pair, kalshi, books }: Watched, terms: PairTerms, nowMs: Millis): BoxInput {
    const { mode, fees, limits, policy, told, cash } = terms
    return {
      pair,
      mode,
      books,
      fees,
      confirmedAtMs: { kalshi: this.books.bookConfirmedAtMs(kalshi), forecastex: this.books.confirmedAtMs('forecastex') },
      nowMs,
      limits,
      policy,
      told,
      cash,
      statuses: {
        kalshi: this.statusOf('kalshi', pair.kalshi, nowMs),
        forecastex: this.statusOf('forecastex', pair.forecastex, nowMs),
      },
      bars: { kalshi: this.#bars.at('kalshi', pair.kalshi), forecastex: this.#bars.at('forecastex', pair.forecastex) },
    }
  }

  #gone(watched: Watched, nowMs: Millis): void {
    if (this.#showing.size > 0 && this.#showing.delete(watched)) this.#listener.onGone?.(watched.pair, nowMs)
  }

  /** Books were emptied, of a connection that came or went or of some markets. */
  #emptied({ kind, venue, conn, recvMs }: FeedEvent): void {
    this.#lookForGone(recvMs)
    if (kind === 'connected' || kind === 'disconnected') this.#listener.onFeed?.(venue, conn, recvMs)
  }

  /** Nothing is judged by emptied books, but a margin may have gone with them. */
  #lookForGone(nowMs: Millis): void {
    for (const watched of this.#showing) {
      const terms = watched.terms()
      if (terms === null || !leavesMargin(watched.pair.certificate, watched.books, terms)) this.#gone(watched, nowMs)
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
  readonly statusOf = (venue: Venue, market: string, nowMs: Millis): MarketStatus => this.#states.at(venue, market, nowMs) ?? 'open'

  /** What this process itself forbids there; null: nothing. */
  readonly barAt = (venue: Venue, market: MarketId): OpeningBar | null => this.#bars.at(venue, market)
}
