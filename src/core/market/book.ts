import { assertNever } from '../assert'
import type { BookSide } from '../ids'
import { ONE_DOLLAR, type Millis, type Price, type Quantity } from '../units'
import type { BookChange, Level } from './event'

/** One cent: the grid of nearly every market. A book refines itself when a finer price comes, so memory follows the market's own grid. */
const CENT = 100
/** Sizes live in 32-bit slots: 21 million contracts at one price. More is a misread frame, not a market. */
const MAX_QUANTITY = 0x7fff_ffff
const NONE = -1

/** By step: the slot of each price, or {@link NONE} where it lies between two. Shared by all books of that step. */
const slotTables = new Map<number, Int16Array>()
function slotTable(step: number): Int16Array {
  const known = slotTables.get(step)
  if (known) return known
  const table = Int16Array.from({ length: ONE_DOLLAR + 1 }, (_, price) => (price % step === 0 ? price / step : NONE))
  slotTables.set(step, table)
  return table
}

/**
 * One side: sizes by slot (price ÷ step), and a bit per occupied slot to find the next best without scanning sizes. Both sides of a book lie
 * in one array, the bits of both in front: among ten thousand books an update costs what it has to fetch.
 */
class Side {
  readonly #isBid: boolean
  readonly #ints: Int32Array
  /** Where its bits begin, and how many integers they take. */
  readonly #bits: number
  readonly #words: number
  /** Where its sizes begin. */
  readonly #sizes: number
  /** Slot of the best level with a known size. */
  best = NONE
  /** A quoted price whose size the venue has not told yet. */
  untold: Price | null = null
  changedAtMs: Millis | null = null

  private constructor(isBid: boolean, slots: number, ints: Int32Array) {
    this.#isBid = isBid
    this.#ints = ints
    this.#words = wordsOf(slots)
    this.#bits = isBid ? 0 : this.#words
    this.#sizes = 2 * this.#words + (isBid ? 0 : slots)
  }

  /** @returns both sides of a book */
  static both(slots: number): readonly [bids: Side, asks: Side] {
    const ints = new Int32Array(2 * (wordsOf(slots) + slots))
    return [new Side(true, slots, ints), new Side(false, slots, ints)]
  }

  sizeAt(slot: number): number {
    return this.#ints[this.#sizes + slot] ?? 0
  }

  put(slot: number, size: number): void {
    const ints = this.#ints
    const word = this.#bits + (slot >> 5)
    const mask = 1 << (slot & 31)
    const bits = ints[word] ?? 0
    ints[this.#sizes + slot] = size
    if (size > 0) {
      ints[word] = bits | mask
      if (this.best === NONE || (this.#isBid ? slot > this.best : slot < this.best)) this.best = slot
    } else {
      ints[word] = bits & ~mask
      if (slot === this.best) this.best = this.worseThan(slot)
    }
  }

  /** The next occupied slot behind this one, or NONE. */
  worseThan(slot: number): number {
    return this.#isBid ? this.#below(slot) : this.#above(slot)
  }

  /** Clears only what is set: a reconnect storm is a snapshot storm. */
  clear(): void {
    for (let slot = this.best; slot !== NONE; slot = this.worseThan(slot)) this.#ints[this.#sizes + slot] = 0
    this.#ints.fill(0, this.#bits, this.#bits + this.#words)
    this.best = NONE
    this.untold = null
  }

  #below(slot: number): number {
    let word = slot >> 5
    let bits = (this.#ints[this.#bits + word] ?? 0) & ((1 << (slot & 31)) - 1)
    while (bits === 0) {
      if (--word < 0) return NONE
      bits = this.#ints[this.#bits + word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits)
  }

  #above(slot: number): number {
    let word = slot >> 5
    let bits = (this.#ints[this.#bits + word] ?? 0) & ~((2 << (slot & 31)) - 1)
    while (bits === 0) {
      if (++word >= this.#words) return NONE
      bits = this.#ints[this.#bits + word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits)
  }
}

/**
 * One order book: Kalshi's of a market (YES terms, fed by 'replace' and 'add') or ForecastEx's of one outcome (fed by 'top' and
 * 'ladder').
 * Until told its content it is not live and holds nothing; a change that cannot be right empties it, so that a wrong book is never traded.
 * Updates allocate nothing.
 */
export class Book {
  #step: number
  #slots: Int16Array
  #bids: Side
  #asks: Side
  #fedBy: 'nothing' | 'snapshot' | 'top' = 'nothing'
  #lastN: number | null = null

  /** @param step spacing of the slots on the 1e-4 price grid (must divide one dollar). */
  constructor(step: number = CENT) {
    if (!Number.isInteger(step) || step <= 0 || ONE_DOLLAR % step !== 0)
      throw new RangeError(`a book's step must divide ${ONE_DOLLAR}: ${step}`)
    this.#step = step
    this.#slots = slotTable(step)
    ;[this.#bids, this.#asks] = Side.both(ONE_DOLLAR / step + 1)
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
    const slot = this.#slots[price] ?? NONE
    return (slot === NONE ? 0 : this.#side(side).sizeAt(slot)) as Quantity
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
        return this.#add(change.side, change.price, change.delta, recvMs)
      case 'top':
        return this.#top(change.side, change.price, change.quantity, recvMs)
      case 'ladder':
        return this.#ladder(change.side, change.levels, recvMs)
      case 'replace':
        return this.#replace(change.bids, change.asks, recvMs)
      default:
        return assertNever(change, 'book change')
    }
  }

  #add(side: BookSide, price: Price, delta: Quantity, recvMs: Millis): boolean {
    if (this.#fedBy !== 'snapshot') return false
    const slot = this.#slot(price)
    if (slot === NONE) return false
    const of = this.#side(side)
    const size = of.sizeAt(slot) + delta
    if (!isQuantity(size)) return false
    of.put(slot, size)
    of.changedAtMs = recvMs
    return true
  }

  #top(side: BookSide, price: Price | null, quantity: Quantity | null, recvMs: Millis): boolean {
    if (this.#fedBy === 'snapshot' || (quantity !== null && !isQuantity(quantity))) return false
    const slot = price === null ? NONE : this.#slot(price)
    if (price !== null && slot === NONE) return false
    this.#fedBy = 'top'
    const of = this.#side(side)
    of.clear()
    of.changedAtMs = recvMs
    if (quantity === null) of.untold = price
    else if (price !== null) of.put(slot, quantity)
    return true
  }

  #ladder(side: BookSide, levels: readonly Level[], recvMs: Millis): boolean {
    if (this.#fedBy === 'snapshot') return false
    this.#fedBy = 'top'
    this.#side(side).clear()
    if (!this.#fill(side, levels)) return false
    this.#side(side).changedAtMs = recvMs
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
      const slot = this.#slot(price)
      if (slot === NONE || !isQuantity(quantity)) return false
      this.#side(side).put(slot, quantity)
    }
    return true
  }

  #clear(): void {
    this.#bids.clear()
    this.#asks.clear()
  }

  /** The slot of a price, or NONE for what is no price. A price finer than the slots refines them: a market may change its grid while open. */
  #slot(price: Price): number {
    const slot = this.#slots[price]
    if (slot === undefined) return NONE
    if (slot !== NONE) return slot
    this.#refine(greatestCommonDivisor(this.#step, price))
    return price / this.#step
  }

  #refine(step: number): void {
    const [bids, asks] = Side.both(ONE_DOLLAR / step + 1)
    const factor = this.#step / step
    for (const [from, to] of [
      [this.#bids, bids],
      [this.#asks, asks],
    ] as const) {
      for (let slot = from.best; slot !== NONE; slot = from.worseThan(slot)) to.put(slot * factor, from.sizeAt(slot))
      to.untold = from.untold
      to.changedAtMs = from.changedAtMs
    }
    this.#bids = bids
    this.#asks = asks
    this.#slots = slotTable(step)
    this.#step = step
  }
}

const wordsOf = (slots: number): number => (slots + 31) >> 5
const isQuantity = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_QUANTITY
const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b))
