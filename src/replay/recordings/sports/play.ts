import type { Frame } from '../../../core/market/event'
import { LIVENESS_LIMIT_MS } from '../../../core/market/liveness'
import { marketId, type MarketId } from '../../../core/ids'
import { millis, type Millis } from '../../../core/units'
import { Tape } from '../tape'
import { BookStream, type ToldBook } from './book-stream'
import type { Capture, CapturedBook } from './captured'
import { damaged } from './json-lines'
import type { OddsFetch } from './odds-fetches'
import { ToldEdges, type ToldEdgesOptions } from './told-edges'

/** Half of the liveness limit of execution.md §7: a book that is believed is vouched for. */
const BEAT_MS = LIVENESS_LIMIT_MS.kalshi / 2
const NOBODY: ToldBook = { bids: [], asks: [] }

export type Moment = Capture | OddsFetch
export interface PlayOptions extends ToldEdgesOptions {
  readonly moments: AsyncIterable<Moment>
  readonly quoteLifeMs: number
}

/**
 * Captures of books and fetches of odds, as a process would have heard them. A book is believed for a while after it was captured, and Kalshi's heartbeats
 * vouch for it meanwhile; then it is told empty. Where no book is believed nothing is told but odds.
 */
export async function* playSports(options: PlayOptions): AsyncGenerator<Frame, void, undefined> {
  let play: Play | null = null
  for await (const moment of options.moments) {
    play ??= new Play(moment.atMs, options)
    for (const frame of play.passTo(moment.atMs)) yield frame // not yield*: it would ask for one frame in three turns
    for (const frame of play.hear(moment)) yield frame
  }
  for (const frame of play?.passTo(Infinity) ?? []) yield frame
}

class Play {
  readonly #options: PlayOptions
  readonly #tape: Tape
  readonly #house: ToldEdges
  readonly #stream: BookStream
  /** Until when a book is believed. */
  readonly #ends = new Map<MarketId, Millis>()
  #nextEndMs = Infinity
  #heardMs = -Infinity

  constructor(startMs: Millis, options: PlayOptions) {
    this.#options = options
    this.#tape = new Tape(startMs)
    this.#house = new ToldEdges(this.#tape, options)
    this.#stream = new BookStream(this.#tape)
    this.#house.begin()
  }

  /** Books end and heartbeats come, those of this very millisecond too. */
  *passTo(untilMs: number): Generator<Frame, void, undefined> {
    for (;;) {
      const nextMs = Math.min(this.#nextEndMs, this.#ends.size > 0 ? this.#heardMs + BEAT_MS : Infinity)
      if (nextMs === Infinity || nextMs > untilMs) return
      this.#tape.passTo(nextMs)
      if (nextMs === this.#nextEndMs) this.#end()
      else this.#stream.beat()
      this.#heardMs = nextMs
      yield* this.#tape.take()
    }
  }

  hear(moment: Moment): readonly Frame[] {
    this.#tape.passTo(moment.atMs)
    if (moment.kind === 'capture') this.#capture(moment.books)
    else this.#odds(moment)
    return this.#tape.take()
  }

  #odds({ sport, events, games }: OddsFetch): void {
    this.#tape.stamp('odds', 'in', Buffer.from(JSON.stringify({ sport, events })))
    this.#house.hearGames(games)
    this.#house.tell()
  }

  #capture(books: readonly CapturedBook[]): void {
    if (books.length === 0) return
    const fresh = books.filter((book) => this.#house.hearBook(book))
    this.#house.tell()
    this.#stream.watch(fresh.map(({ ticker }) => marketId(ticker)))
    for (const book of books) {
      const market = marketId(book.ticker)
      this.#stream.tell(market, book)
      this.#ends.set(market, this.#endOf(book))
    }
    this.#heardMs = this.#tape.nowMs
    this.#nextEndMs = Math.min(...this.#ends.values())
  }

  /** A market whose game has ended is quoted no more, whenever it was captured. */
  #endOf({ ticker, place }: CapturedBook): Millis {
    const { nowMs } = this.#tape
    const closedMs = this.#options.results.get(ticker)?.closedMs ?? Infinity
    if (nowMs >= closedMs) damaged(place, `${ticker} is quoted, and had closed at ${new Date(closedMs).toISOString()}`)
    return millis(Math.min(nowMs + this.#options.quoteLifeMs, closedMs))
  }

  #end(): void {
    for (const [market, endMs] of this.#ends) {
      if (endMs > this.#nextEndMs) continue
      this.#stream.tell(market, NOBODY)
      this.#ends.delete(market)
    }
    this.#nextEndMs = this.#ends.size === 0 ? Infinity : Math.min(...this.#ends.values())
  }
}
