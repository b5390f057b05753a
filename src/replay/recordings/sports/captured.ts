import type { Level } from '../../../core/market/event'
import { complement, ONE_DOLLAR, price, quantity, type Millis, type Price, type Quantity } from '../../../core/units'
import { damaged } from './json-lines'

/** Nobody recorded it: what a quote without sizes is taken to display on either side. About three in four best levels whose size is known hold more. */
export const INVENTED_SIZE = quantity('100')

/** How a book came to us: `depth` with all its levels, `best` with the sizes of its best ones, `priced` without any size. */
export type Depth = 'depth' | 'best' | 'priced'

/** One market's book in one capture. */
export interface CapturedBook {
  /** `file:line`. */
  readonly place: string
  readonly ticker: string
  /** "": this capture tells none. */
  readonly title: string
  /** The side of YES as Kalshi shows it; "": this capture tells none. */
  readonly subtitle: string
  readonly depth: Depth
  /** In YES terms, best first. */
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
  /** Traded so far; null: this capture tells none. */
  readonly volume: Quantity | null
}
/** What the recorder read at one go: one time for all its books. */
export interface Capture {
  readonly kind: 'capture'
  readonly atMs: Millis
  readonly books: readonly CapturedBook[]
}

/** Numbers were made of the venue's decimal strings: the shortest decimal of a double is that string again. @throws RangeError naming the place */
export function exactly<T>(parse: (decimal: string) => T, value: number | string, place: string): T {
  try {
    return parse(String(value))
  } catch (error) {
    return damaged(place, (error as Error).message)
  }
}

/** @throws RangeError naming the place */
export function sizeAt(value: number | string, place: string): Quantity {
  const size = exactly(quantity, value, place)
  return size > 0 ? size : damaged(place, `a level of ${value} contracts`)
}

/** A price of YES as the one level there is; nothing and a dollar are what the venue tells where nobody quotes. */
export function bestOf(at: number | string, place: string, sizeOf: () => Quantity): readonly Level[] {
  const told = exactly(price, at, place)
  return told <= 0 || told >= ONE_DOLLAR ? [] : [{ price: told, quantity: sizeOf() }]
}

/** Levels as bids of an outcome, in YES terms. */
export const levelsOf = (told: readonly (readonly [number, number])[], outcome: 'yes' | 'no', place: string): readonly Level[] =>
  told.map(([at, size]) => {
    const bid: Price = exactly(price, at, place)
    if (bid <= 0 || bid >= ONE_DOLLAR) damaged(place, `a bid of ${at} dollars`)
    return { price: outcome === 'yes' ? bid : complement(bid), quantity: sizeAt(size, place) }
  })

/** @throws RangeError for a book that is crossed, naming its place */
export function uncrossed(book: CapturedBook): CapturedBook {
  const bid = Math.max(...book.bids.map((level) => level.price))
  const ask = Math.min(...book.asks.map((level) => level.price))
  return bid >= ask ? damaged(book.place, `${book.ticker} is bid at ${bid} and asked at ${ask} (1e-4 dollars)`) : book
}

/** Rows of one source as captures, in the order of their first rows: those of one moment are one. @throws RangeError naming the row that tells a market again */
export function capturesOf(rows: readonly { readonly atMs: Millis; readonly book: CapturedBook }[]): readonly Capture[] {
  const byTime = new Map<Millis, Map<string, CapturedBook>>()
  for (const { atMs, book } of rows) {
    const books = byTime.get(atMs) ?? new Map<string, CapturedBook>()
    const twice = books.get(book.ticker)
    if (twice) damaged(book.place, `${book.ticker} is told in ${twice.place} already, at the same time`)
    byTime.set(atMs, books.set(book.ticker, book))
  }
  return [...byTime].map(([atMs, books]): Capture => ({ kind: 'capture', atMs, books: [...books.values()] }))
}
