import { assertNever } from '../core/assert'
import { figuresOf, type BoxDecided, type BoxFound, type BoxPair, type BoxRefused } from '../core/box/finding'
import type { BookSide, MarketId, Outcome } from '../core/ids'
import type { Book } from '../core/market/book'
import type { Frame } from '../core/market/event'
import { BookDirectory } from '../core/market/reference'
import { bookIndex, formatPrice, formatQuantity, ONE_DOLLAR, type BookIndex, type Millis } from '../core/units'
import type { Decided } from '../ports/frame-log'
import type { Judging } from '../streaming/edges/decided'
import { Engine } from '../streaming/engine'
import { Terms, type TermsOptions } from '../streaming/terms'
import type { SessionOptions } from '../venues/kalshi/wire/session'
import { FrameDesk } from './desk'
import { EdgeReplay } from './edges'
import { Seen, type SeenReport } from './seen'

export interface ReplayOptions extends Omit<TermsOptions, 'nowMs'> {
  /** 'ignore' is for recordings that were split per market after the fact: their sequence numbers jump without a loss. */
  readonly sequence: SessionOptions['sequence']
  /** Lines after which the replay stops; null: none. */
  readonly until: number | null
  /** Whether the report lists every opportunity. */
  readonly opportunities: boolean
  /** How edges are judged. Absent, null: boxes alone, and what was decided of an edge is not decided again. */
  readonly edges?: Judging | null
  /** Told for each trade that was decided in the frames, with what comes of it here at the same place. */
  readonly onDecided?: (decided: Decided, again: DecidedAgain) => void
  /** Told for each margin that a check refused. */
  readonly onRefused?: (pair: BoxPair, refused: BoxRefused, nowMs: Millis) => void
}
/**
 * Whether all that a decision needs is known where it was made: market or pair with its terms, its books, and of an edge the odds, what is remembered of it
 * (when its prices moved, what bore it) and the rules that it was judged by. What was told in frames before the first is not, nor is anything after missing
 * ones until it is told again, and other rules judge otherwise.
 */
export type Known =
  'known' | 'terms not known' | 'books not known' | 'odds not known' | 'memory not known' | 'frames not known' | 'profile not known'
/** By the figures that a decision is recorded with; null: nothing is found, or it is not known. */
export interface DecidedAgain {
  readonly figures: readonly number[] | null
  readonly known: Known
}

/** Decimal dollars and contracts, best first. */
export type Ladder = readonly (readonly [price: string, quantity: string])[]
interface ReplayedBook {
  readonly market: MarketId
  /** false: its content is not known at the end (never told, or forgotten by a gap or a disconnect); it then holds nothing. */
  readonly live: boolean
}
/** In YES prices: an ask is somebody's bid for NO. */
export interface KalshiBook extends ReplayedBook {
  readonly venue: 'kalshi'
  readonly yesBids: Ladder
  readonly yesAsks: Ladder
}
/** Of one outcome, in its own prices. */
export interface ForecastexBook extends ReplayedBook {
  readonly venue: 'forecastex'
  readonly outcome: Outcome
  readonly bids: Ladder
  readonly asks: Ladder
}
export interface Replayed extends SeenReport {
  /** Lines, of every kind. */
  readonly messages: number
  /** Times at which messages were missing and books had to be forgotten. */
  readonly gaps: number
  /** Snapshots after a book's first: after a gap, a reconnect, or of the venue's own accord. */
  readonly resyncs: number
  /** Frames that could not be read, and book changes that could not follow what was known. */
  readonly unreadable: number
  readonly inconsistent: number
  /** Every book that was told or watched, in the order of its first mention. */
  readonly books: readonly (KalshiBook | ForecastexBook)[]
}

/**
 * Runs captured frames through the sessions and the engine of the streaming process. Time is that of the frames alone, so the same frames
 * decide the same, always and everywhere. Trades are not replayed: nothing is launched, and a find does not use up what it found.
 * @throws RangeError for a frame of ours that cannot be used.
 */
export async function replay(frames: AsyncIterable<Frame>, options: ReplayOptions): Promise<Replayed> {
  const desk = new ReplayDesk(options)
  for await (const frame of frames) {
    desk.receive(frame)
    if (desk.messages === options.until) break
  }
  return desk.result()
}

/** What the streaming process is, without its sockets, clock, stores and trades. */
class ReplayDesk {
  readonly #directory = new BookDirectory()
  readonly #seen: Seen
  readonly #engine: Engine
  readonly #desk: FrameDesk
  readonly #onDecided: ReplayOptions['onDecided']
  readonly #terms: Terms
  /** null: boxes alone. */
  readonly #edges: EdgeReplay | null
  #pairs: readonly BoxPair[] = []
  /** A pair is judged once more for what was decided of it: what comes of it is not seen. */
  #isAsking = false
  readonly #answers: BoxFound[] = []

  constructor({ sequence, until: _until, opportunities, edges, onDecided, onRefused, ...rest }: ReplayOptions) {
    const nowMs = (): Millis => this.#desk.nowMs
    const isComplete = (): boolean => this.#desk.isComplete
    const terms = new Terms({ ...rest, nowMs })
    this.#edges = edges
      ? new EdgeReplay(edges, { ...rest, directory: this.#directory, engine: () => this.#engine, terms, nowMs, isComplete })
      : null
    this.#seen = new Seen({ ...rest, list: opportunities })
    this.#onDecided = onDecided
    this.#terms = terms
    this.#engine = new Engine(this.#directory, {
      onFound: (pair, found, nowMs) => (this.#isAsking ? void this.#answers.push(found) : this.#seen.found(pair, found, nowMs)),
      onRefused: (pair, refused, nowMs) => {
        if (this.#isAsking) return
        this.#seen.refused(pair, refused, nowMs)
        onRefused?.(pair, refused, nowMs)
      },
      onGone: (pair, nowMs) => this.#seen.gone(pair, nowMs),
      onBook: (index, nowMs) => this.#edges?.book(index, nowMs),
    })
    this.#desk = new FrameDesk({
      ...{ directory: this.#directory, engine: this.#engine, terms, sequence, edges: this.#edges },
      onPairs: (pairs) => {
        this.#pairs = pairs
        this.#seen.tellPairs(pairs)
      },
      onDecided: (decided) => this.#decideAgain(decided),
      onNextProcess: (endedMs) => {
        this.#seen.endAll(endedMs)
        this.#edges?.restart()
      },
      onMissed: () => this.#edges?.missed(),
    })
  }

  get messages(): number {
    return this.#desk.messages
  }
  receive(frame: Frame): void {
    this.#desk.receive(frame)
  }

  result(): Replayed {
    const { gaps, unreadable } = this.#engine.counters
    this.#seen.endAll(this.#desk.nowMs)
    return {
      messages: this.messages,
      gaps,
      resyncs: this.#desk.resyncs,
      unreadable,
      inconsistent: this.#engine.books.inconsistent,
      ...this.#seen.report(),
      books: Array.from({ length: this.#directory.size }, (_, index) => this.#book(bookIndex(index))),
    }
  }

  #decideAgain(decided: Decided): void {
    if (decided.strategy === 'edge') {
      const again = this.#edges?.decideAgain(decided) ?? { figures: null, known: 'profile not known' as const }
      this.#seen.decidedAgain(decided, again)
      return this.#onDecided?.(decided, again)
    }
    this.#onDecided?.(decided, this.#boxAgain(decided))
  }

  /** By the time of the event that showed it then. */
  #boxAgain(decided: BoxDecided): DecidedAgain {
    this.#isAsking = true
    this.#engine.judgeAgain(decided.pair, decided.seenMs)
    this.#isAsking = false
    const [found] = this.#answers.splice(0)
    return { figures: found ? figuresOf(found) : null, known: this.#known(decided) }
  }

  #known(decided: BoxDecided): Known {
    const pair = this.#pairs.find(({ id }) => id === decided.pair)
    if (pair === undefined || this.#terms.of(pair) === null) return 'terms not known'
    const areTold = decided.books.every(({ venue, market, outcome }) => {
      const index = this.#directory.find(venue, market, outcome)
      return index !== null && this.#engine.books.at(index).isLive
    })
    if (!areTold) return 'books not known'
    return this.#desk.isComplete ? 'known' : 'frames not known'
  }

  #book(index: BookIndex): KalshiBook | ForecastexBook {
    const { venue, market, outcome } = this.#directory.keyOf(index)
    const book = this.#engine.books.at(index)
    const [bids, asks] = [ladder(book, 'bid'), ladder(book, 'ask')]
    switch (venue) {
      case 'kalshi':
        return { market, venue, live: book.isLive, yesBids: bids, yesAsks: asks }
      case 'forecastex':
        return { market, venue, outcome, live: book.isLive, bids, asks }
      default:
        return assertNever(venue, 'venue')
    }
  }
}

/** All levels: there cannot be more than there are prices. */
const ladder = (book: Book, side: BookSide): Ladder =>
  book.levels(side, ONE_DOLLAR + 1).map(({ price, quantity }) => [formatPrice(price), formatQuantity(quantity)] as const)
