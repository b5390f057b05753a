import type { BoxFound, BoxPair, BoxRefused } from '../../src/core/box/detect'
import type { Venue } from '../../src/core/ids'
import type { BookChange, FeedEvent, Level } from '../../src/core/market/event'
import { BookDirectory } from '../../src/core/market/reference'
import { bookIndex, millis, price, quantity, type BookIndex } from '../../src/core/units'
import { Engine, type PairTerms } from '../../src/streaming/engine'
import { boxInput, level, NOW, PAIR } from '../core/box/fixture'

type Unstamped<E> = E extends FeedEvent ? Omit<E, 'conn' | 'n' | 'recvMs'> : never
type Told = Unstamped<FeedEvent>

/** Six cents under a dollar: what the engine is to find. */
export const ASKS: readonly Level[] = [level('0.42', '100')]
export const BIDS: readonly Level[] = [level('0.41', '200')]

/** An engine that watches one pair, and a feed of numbered events, a millisecond apart. */
export class Desk {
  readonly directory = new BookDirectory()
  readonly found: { readonly pair: BoxPair; readonly found: BoxFound; readonly nowMs: number }[] = []
  readonly refused: BoxRefused[] = []
  readonly gone: { readonly id: string; readonly nowMs: number }[] = []
  readonly touched: BookIndex[] = []
  readonly engine: Engine
  terms: PairTerms | null
  #n = 0

  constructor(pairs: readonly BoxPair[] = [PAIR]) {
    const { mode, fees, limits, policy, told, cash } = boxInput()
    this.terms = { mode, fees, limits, policy, told, cash }
    this.engine = new Engine(this.directory, {
      onFound: (pair, found, nowMs) => this.found.push({ pair, found, nowMs }),
      onRefused: (_pair, finding) => this.refused.push(finding),
      onGone: ({ id }, nowMs) => this.gone.push({ id, nowMs }),
      onBook: (index) => this.touched.push(index),
    })
    this.engine.watch(pairs.map((pair) => ({ pair, terms: () => this.terms })))
  }

  get nowMs(): number {
    return NOW + this.#n
  }
  book(venue: Venue, outcome: 'yes' | 'no'): BookIndex {
    return this.directory.indexOf(venue, venue === 'kalshi' ? PAIR.kalshi : PAIR.forecastex, outcome)
  }

  tell(...events: readonly Told[]): void {
    for (const event of events) this.engine.accept(this.stamped(event))
  }
  stamped(event: Told): FeedEvent {
    const n = ++this.#n
    return { ...event, conn: 1, n, recvMs: millis(NOW + n) } as FeedEvent
  }

  kalshi(asks: readonly Level[] = ASKS): Told {
    return this.#book('kalshi', { book: this.book('kalshi', 'yes'), op: 'replace', bids: BIDS, asks })
  }
  forecastex(outcome: 'yes' | 'no', at: string): Told {
    return this.#book('forecastex', {
      book: this.book('forecastex', outcome),
      op: 'top',
      side: 'ask',
      price: price(at),
      quantity: quantity('80'),
    })
  }
  #book(venue: Venue, change: BookChange): Told {
    return { kind: 'book', venue, change, venueMs: null }
  }

  /** Both venues connected, and the box in the books: the last event is the one that shows it. */
  box(): readonly Told[] {
    return [
      { kind: 'connected', venue: 'kalshi' },
      { kind: 'connected', venue: 'forecastex' },
      { kind: 'alive', venue: 'forecastex' },
      this.forecastex('yes', '0.62'),
      this.forecastex('no', '0.49'),
      this.kalshi(),
    ]
  }
}

export const NO_SUCH_BOOK = bookIndex(99)
