import { ONE_DOLLAR, type Price } from '../../../core/units'
import type { Book } from '../book'

/** Best prices of the past, a minute at a time: what candlesticks are made of. Not kept across restarts. */

export interface Range {
  readonly open: Price
  readonly low: Price
  readonly high: Price
  readonly close: Price
}

interface Minute {
  /** Minutes since 1970. */
  readonly minute: number
  bid: Range
  ask: Range
}

const MINUTE_MS = 60_000
/** A week of minutes that changed: more than any session looks back. */
const MINUTES_MAX = 10_080
const NO_BID = 0 as Price

export class QuoteHistory {
  readonly #minutes = new Map<string, Minute[]>()

  /** The top of a book after a change. */
  record(ticker: string, book: Book, atMs: number): void {
    const bid = book.best('bid')?.price ?? NO_BID
    const ask = book.best('ask')?.price ?? ONE_DOLLAR
    const minutes = this.#minutes.get(ticker) ?? []
    if (minutes.length === 0) this.#minutes.set(ticker, minutes)
    const last = minutes.at(-1)
    const minute = Math.floor(atMs / MINUTE_MS)
    if (last?.minute === minute) {
      last.bid = widened(last.bid, bid)
      last.ask = widened(last.ask, ask)
      return
    }
    minutes.push({ minute, bid: widened(flat(last?.bid.close ?? bid), bid), ask: widened(flat(last?.ask.close ?? ask), ask) })
    if (minutes.length > MINUTES_MAX) minutes.shift()
  }

  /** Best bid and ask over a period `(fromMs, toMs]`; flat at the last quote before it when nothing changed. */
  over(ticker: string, fromMs: number, toMs: number): { readonly bid: Range; readonly ask: Range } {
    let before: Minute | null = null
    let bid: Range | null = null
    let ask: Range | null = null
    for (const each of this.#minutes.get(ticker) ?? []) {
      const startMs = each.minute * MINUTE_MS
      if (startMs < fromMs) before = each
      if (startMs < fromMs || startMs >= toMs) continue
      bid = bid ? joined(bid, each.bid) : each.bid
      ask = ask ? joined(ask, each.ask) : each.ask
    }
    return { bid: bid ?? flat(before?.bid.close ?? NO_BID), ask: ask ?? flat(before?.ask.close ?? ONE_DOLLAR) }
  }
}

const flat = (price: Price): Range => ({ open: price, low: price, high: price, close: price })

const widened = (range: Range, price: Price): Range => joined(range, flat(price))

const joined = (first: Range, next: Range): Range => ({
  open: first.open,
  low: Math.min(first.low, next.low) as Price,
  high: Math.max(first.high, next.high) as Price,
  close: next.close,
})
