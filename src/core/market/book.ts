import { assertNever } from '../assert'
import type { BookSide } from '../ids'
import { ONE_DOLLAR, type Millis, type Price, type Quantity } from '../units'
import type { BookChange, Level } from './event'

/** One cent: the grid of nearly every market. A book refines itself when a finer price comes, so memory follows the market's own grid. */
const CENT = 100
/** Sizes live in 32-bit slots: 21 million contracts at one price. More is a misread frame, not a market. */
const MAX_QUANTITY = 0x7fff_ffff
const NONE = -1

/** One side: sizes by slot (price ÷ step), and a bit per occupied slot to find the next best without scanning sizes. */
class Side {
  readonly #isBid: boolean
  readonly #sizes: Int32Array
  readonly #bits: Int32Array
  /** Slot of the best level with a known size. */
  best = NONE
  /** A quoted price whose size the venue has not told yet. */
  untold: Price | null = null
  changedAtMs: Millis | null = null

  constructor(isBid: boolean, slots: number) {
    this.#isBid = isBid
    this.#sizes = new Int32Array(slots)
    this.#bits = new Int32Array((slots + 31) >> 5)
  }

  sizeAt(slot: number): number {
    return this.#sizes[slot] ?? 0
  }

  put(slot: number, size: number): void {
    const word = slot >> 5
    const mask = 1 << (slot & 31)
    const bits = this.#bits[word] ?? 0
    this.#sizes[slot] = size
    if (size > 0) {
      this.#bits[word] = bits | mask
      if (this.best === NONE || (this.#isBid ? slot > this.best : slot < this.best)) this.best = slot
    } else {
      this.#bits[word] = bits & ~mask
      if (slot === this.best) this.best = this.worseThan(slot)
    }
  }

  /** The next occupied slot behind this one, or NONE. */
  worseThan(slot: number): number {
    return this.#isBid ? this.#below(slot) : this.#above(slot)
  }

  /** Clears only what is set: a reconnect storm is a snapshot storm. */
  clear(): void {
    for (let slot = this.best; slot !== NONE; slot = this.worseThan(slot)) this.#sizes[slot] = 0
    this.#bits.fill(0)
    this.best = NONE
    this.untold = null
  }

  #below(slot: number): number {
    let word = slot >> 5
    let bits = (this.#bits[word] ?? 0) & ((1 << (slot & 31)) - 1)
    while (bits === 0) {
      if (--word < 0) return NONE
      bits = this.#bits[word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits)
  }

  #above(slot: number): number {
    let word = slot >> 5
    let bits = (this.#bits[word] ?? 0) & ~((2 << (slot & 31)) - 1)
    while (bits === 0) {
      if (++word >= this.#bits.length) return NONE
      bits = this.#bits[word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits)
  }
}

/**
 * One order book: Kalshi's of a market (YES terms, fed by 'replace' and 'add') or ForecastEx's of one outcome (fed by 'top').
 * Until told its content it is not live and holds nothing; a change that cannot be right empties it, so that a wrong book is never traded.
 * Updates allocate nothing.
 */
export class Book {
  #step: number
  #bids: Side
  #asks: Side
  #fedBy: 'nothing' | 'snapshot' | 'top' = 'nothing'
  #lastN: number | null = null

  /** @param step spacing of the slots on the 1e-4 price grid (must divide one dollar). */
  constructor(step: number = CENT) {
    if (!Number.isInteger(step) || step <= 0 || ONE_DOLLAR % step !== 0)
      throw new RangeError(`a book's step must divide ${ONE_DOLLAR}: ${step}`)
    this.#step = step
    this.#bids = new Side(true, ONE_DOLLAR / step + 1)
    this.#asks = new Side(false, ONE_DOLLAR / step + 1)
  }

  /** Usable: its content was told since the connection, the last gap and the last inconsistency. An empty live book is a market without quotes. */
  get isLive(): boolean {
    return this.#fedBy !== 'nothing'
  }
  /** Number of the last event that touched this book (applied or not); null: never. */
  get lastN(): number | null {
    return this.#lastN
  }

  /** @returns 'inconsistent' when the change cannot follow what is known (below zero, no snapshot, out of range): the book is then forgotten. */
  apply(change: BookChange, n: number, recvMs: Millis): 'applied' | 'inconsistent' {
    this.#lastN = n
    if (this.#accept(change, recvMs)) return 'applied'
    this.forget()
    return 'inconsistent'
  }

  /** Disconnected, a gap, an overflow, or an auditor's word: nothing is known any more. */
  forget(): void {
    this.#clear()
    this.#bids.changedAtMs = null
    this.#asks.changedAtMs = null
    this.#fedBy = 'nothing'
  }

  /** The best quoted price, its size told or not; null: no quote. */
  bestPrice(side: BookSide): Price | null {
    const of = this.#side(side)
    return of.best === NONE ? of.untold : ((of.best * this.#step) as Price)
  }
  /** The size at the best price; null: no quote, or its size is not told yet, so that it is not executable. */
  bestQuantity(side: BookSide): Quantity | null {
    const of = this.#side(side)
    return of.best === NONE ? null : (of.sizeAt(of.best) as Quantity)
  }
  /** 0 where nothing is known to stand. */
  quantityAt(side: BookSide, price: Price): Quantity {
    return (price % this.#step === 0 ? this.#side(side).sizeAt(price / this.#step) : 0) as Quantity
  }
  /** Executable levels, best first, at most `max` of them. */
  levels(side: BookSide, max: number): Level[] {
    const of = this.#side(side)
    const levels: Level[] = []
    for (let slot = of.best; slot !== NONE && levels.length < max; slot = of.worseThan(slot))
      levels.push({ price: (slot * this.#step) as Price, quantity: of.sizeAt(slot) as Quantity })
    return levels
  }
  /** When the venue last said something about this side; null while the book or the side is not told. */
  changedAtMs(side: BookSide): Millis | null {
    return this.#side(side).changedAtMs
  }

  #side(side: BookSide): Side {
    return side === 'bid' ? this.#bids : this.#asks
  }

  #accept(change: BookChange, recvMs: Millis): boolean {
    switch (change.op) {
      case 'add':
        return this.#add(this.#side(change.side), change.price, change.delta, recvMs)
      case 'top':
        return this.#top(this.#side(change.side), change.price, change.quantity, recvMs)
      case 'replace':
        return this.#replace(change.bids, change.asks, recvMs)
      default:
        return assertNever(change, 'book change')
    }
  }

  #add(side: Side, price: Price, delta: Quantity, recvMs: Millis): boolean {
    if (this.#fedBy !== 'snapshot' || !isPrice(price)) return false
    const at = this.#aligned(side, price)
    const size = at.sizeAt(price / this.#step) + delta
    if (!isQuantity(size)) return false
    at.put(price / this.#step, size)
    at.changedAtMs = recvMs
    return true
  }

  #top(side: Side, price: Price | null, quantity: Quantity | null, recvMs: Millis): boolean {
    if (this.#fedBy === 'snapshot' || (price !== null && !isPrice(price)) || (quantity !== null && !isQuantity(quantity))) return false
    this.#fedBy = 'top'
    side.clear()
    side.changedAtMs = recvMs
    if (price === null) return true
    const at = this.#aligned(side, price)
    if (quantity === null) at.untold = price
    else at.put(price / this.#step, quantity)
    return true
  }

  #replace(bids: readonly Level[], asks: readonly Level[], recvMs: Millis): boolean {
    if (this.#fedBy === 'top') return false
    this.#clear()
    if (!this.#fill('bid', bids) || !this.#fill('ask', asks)) return false
    this.#bids.changedAtMs = recvMs
    this.#asks.changedAtMs = recvMs
    this.#fedBy = 'snapshot'
    return true
  }

  #fill(side: BookSide, levels: readonly Level[]): boolean {
    for (const { price, quantity } of levels) {
      if (!isPrice(price) || !isQuantity(quantity)) return false
      this.#aligned(this.#side(side), price).put(price / this.#step, quantity)
    }
    return true
  }

  #clear(): void {
    this.#bids.clear()
    this.#asks.clear()
  }

  /** The side, refined first when the price is finer than the slots are: a market may change its grid while it is open. */
  #aligned(side: Side, price: Price): Side {
    if (price % this.#step === 0) return side
    const isBid = side === this.#bids
    const step = greatestCommonDivisor(this.#step, price)
    this.#bids = this.#refined('bid', step)
    this.#asks = this.#refined('ask', step)
    this.#step = step
    return isBid ? this.#bids : this.#asks
  }

  #refined(side: BookSide, step: number): Side {
    const from = this.#side(side)
    const to = new Side(side === 'bid', ONE_DOLLAR / step + 1)
    for (let slot = from.best; slot !== NONE; slot = from.worseThan(slot)) to.put((slot * this.#step) / step, from.sizeAt(slot))
    to.untold = from.untold
    to.changedAtMs = from.changedAtMs
    return to
  }
}

const isPrice = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= ONE_DOLLAR
const isQuantity = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_QUANTITY
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
