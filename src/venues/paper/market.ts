import type { BookSide } from '../../core/ids'
import type { Book } from '../../core/market/book'
import type { Level } from '../../core/market/event'
import { asksOf, bidsOf, depthOf, hitSide, liftedSide, quotedAsks, taken } from '../../core/market/ladder'
import type { BookDirectory } from '../../core/market/reference'
import { availableOf, withinLimit, type FillAssumptions } from '../../core/trade/fill-model'
import type { OrderIntent } from '../../core/trade/order'
import { complement, NO_QUANTITY, quantity, type BookIndex, type Price, type Quantity } from '../../core/units'

/** This process's own books; one that nobody vouches for is not live. */
export interface BooksSeen {
  at(index: BookIndex): Book
}
type Depth = Pick<FillAssumptions, 'depthFactor' | 'phantom'>
export type Way = Pick<OrderIntent, 'venue' | 'market' | 'outcome' | 'action'>
/** What of a level was taken here, and when its side had changed when it was last looked at. */
interface Trace {
  taken: number
  changedMs: number | null
}
export interface Found {
  readonly index: BookIndex
  readonly book: Book
  readonly side: BookSide
}
export interface Met {
  readonly displayed: Quantity
  readonly levels: readonly Level[]
}

/**
 * Books, recorded or live, as a taker meets them. What was taken here stays taken until the book shows another quote: one that nobody told of our
 * orders would sell the same contracts again and again.
 */
export class PaperMarket {
  readonly #books: BooksSeen
  readonly #directory: BookDirectory
  readonly #assumptions: Depth
  readonly #traces = new Map<string, Map<Price, Trace>>()

  constructor(books: BooksSeen, directory: BookDirectory, assumptions: Depth) {
    this.#books = books
    this.#directory = directory
    this.#assumptions = assumptions
  }

  /** What is displayed and not taken yet, best first, in the outcome's own prices; null: the book is not told. ForecastEx has no sales. */
  levels(way: Way): readonly Level[] | null {
    const found = this.#find(way)
    if (!found) return null
    const displayed = displayedIn(found.book, way)
    const traces = this.#tracesOf(found)
    const prices = new Set(displayed.map(({ price }) => yesPrice(way, price)))
    for (const price of traces.keys()) if (!prices.has(price)) traces.delete(price) // it is gone: what comes there next is another quote
    return displayed.flatMap(({ price, quantity: size }) => {
      const left = size - this.#takenAt(found, yesPrice(way, price), size)
      return left > 0 ? [{ price, quantity: quantity(left) }] : []
    })
  }

  /** An order meets the book: what it takes is gone for the next one. A fill-or-kill order takes all or nothing. */
  meet(order: OrderIntent): Met {
    const found = this.#find(order)
    const met = metBy(order, this.levels(order) ?? [], this.#assumptions)
    if (found)
      for (const { price, quantity: size } of met.levels) {
        const trace = this.#tracesOf(found).get(yesPrice(order, price))
        if (trace) trace.taken += size
      }
    return met
  }

  /** Whether anything is displayed within an order's limit. */
  meets(order: OrderIntent): boolean {
    return withinLimit(this.levels(order) ?? [], order.action, order.limit).length > 0
  }

  /** Whether enough for an order is displayed that was not taken here before: what a book that had heard of our orders would show. */
  covers(order: OrderIntent): boolean {
    return depthOf(withinLimit(this.levels(order) ?? [], order.action, order.limit)) >= order.quantity
  }

  #find(way: Way): Found | null {
    return findBook(this.#books, this.#directory, way)
  }

  #tracesOf({ index, side }: Found): Map<Price, Trace> {
    const key = `${index}|${side}`
    const known = this.#traces.get(key) ?? new Map<Price, Trace>()
    this.#traces.set(key, known)
    return known
  }

  /** A quote that a book of tops tells anew is another one. A level that shrinks may have lost what was not ours: of no more than it shows all may be taken. */
  #takenAt(found: Found, price: Price, displayed: number): number {
    const traces = this.#tracesOf(found)
    const changedMs = found.book.changedAtMs(found.side)
    const trace = traces.get(price) ?? { taken: 0, changedMs }
    const isToldAnew = this.#directory.keyOf(found.index).venue === 'forecastex' && trace.changedMs !== changedMs
    trace.taken = isToldAnew ? 0 : Math.min(trace.taken, displayed)
    trace.changedMs = changedMs
    traces.set(price, trace)
    return trace.taken
  }
}

/** The book that an order meets, and its side; null: it is not told, or not live. */
export function findBook(books: BooksSeen, directory: BookDirectory, { venue, market, outcome, action }: Way): Found | null {
  const index = directory.find(venue, market, venue === 'kalshi' ? 'yes' : outcome)
  if (index === null) return null
  const book = books.at(index)
  const side = venue === 'forecastex' ? 'ask' : action === 'buy' ? liftedSide(outcome) : hitSide(outcome)
  return book.isLive ? { index, book, side } : null
}

/** What an order takes of what is there for it, best first: up to its limit, and of a fill-or-kill order all or nothing. */
export function metBy(order: OrderIntent, there: readonly Level[], assumptions: Depth): Met {
  const within = withinLimit(there, order.action, order.limit)
  const offered = taken(availableOf(within, assumptions), order.quantity)
  const levels = order.timeInForce === 'fok' && depthOf(offered) < order.quantity ? [] : offered
  return { displayed: depthOf(within), levels }
}

/** Kalshi's book has one price for both outcomes of a level. */
const yesPrice = ({ venue, outcome }: Way, price: Price): Price => (venue === 'kalshi' && outcome === 'no' ? complement(price) : price)

/** What a book shows to an order, best first, in the outcome's own prices. ForecastEx has no sales. */
export function displayedIn(book: Book, { venue, outcome, action }: Way): readonly Level[] {
  if (venue === 'forecastex') return action === 'buy' ? quotedAsks(book) : []
  return (action === 'buy' ? asksOf(book, outcome) : bidsOf(book, outcome)).filter((level) => level.quantity > NO_QUANTITY)
}
