import { assertNever } from '../assert'
import type { BookSide } from '../ids'
import { wholeContracts, type Millis, type Price, type Quantity } from '../units'
import type { BookChange, Level } from './event'
import { evenSlots, greatestCommonDivisor, NO_SLOT, slotsOf, type PriceBand, type PriceSlots } from './grid'

/** Until its listing tells a market's grid: one cent, the grid of nearly every one. */
const UNTOLD_GRID = evenSlots(100)
/** Sizes live in 32-bit slots: 21 million contracts at one price. More is a misread frame, not a market. */
const MAX_QUANTITY = 0x7fff_ffff

/**
 * One side: sizes by slot, and a bit per occupied slot to find the next best without scanning sizes. Both sides of a book lie
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
  best = NO_SLOT
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
      if (this.best === NO_SLOT || (this.#isBid ? slot > this.best : slot < this.best)) this.best = slot
    } else {
      ints[word] = bits & ~mask
      if (slot === this.best) this.best = this.worseThan(slot)
    }
  }

  /** The next occupied slot behind this one, or NO_SLOT. */
  worseThan(slot: number): number {
    return this.#isBid ? this.#below(slot) : this.#above(slot)
  }

  /** Clears only what is set: a reconnect storm is a snapshot storm. */
  clear(): void {
    for (let slot = this.best; slot !== NO_SLOT; slot = this.worseThan(slot)) this.#ints[this.#sizes + slot] = 0
    this.#ints.fill(0, this.#bits, this.#bits + this.#words)
    this.best = NO_SLOT
    this.untold = null
  }

  #below(slot: number): number {
    let word = slot >> 5
    let bits = (this.#ints[this.#bits + word] ?? 0) & ((1 << (slot & 31)) - 1)
    while (bits === 0) {
      if (--word < 0) return NO_SLOT
      bits = this.#ints[this.#bits + word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits)
  }

  #above(slot: number): number {
    let word = slot >> 5
    let bits = (this.#ints[this.#bits + word] ?? 0) & ~((2 << (slot & 31)) - 1)
    while (bits === 0) {
      if (++word >= this.#words) return NO_SLOT
      bits = this.#ints[this.#bits + word] ?? 0
    }
    return (word << 5) + 31 - Math.clz32(bits & -bits)
  }
}

/**
 * One order book: Kalshi's of a market (YES terms, fed by 'replace' and 'add') or ForecastEx's of one outcome (fed by 'top' and 'ladder').
 * Until told its content it is not live and holds nothing; a change that cannot be right empties it, so that a wrong book is never traded.
 * Updates allocate nothing.
 */
export class Book {
  #grid: PriceSlots = UNTOLD_GRID
  /** Its market's own; null: not told. */
  #told: PriceSlots | null = null
  #bids: Side
  #asks: Side
  #fedBy: 'nothing' | 'snapshot' | 'top' = 'nothing'
  #lastN: number | null = null

  constructor() {
    ;[this.#bids, this.#asks] = Side.both(this.#grid.prices.length)
  }

  /** Sizes the book by its market's grid. What it holds stays; a price that is not on the grid keeps it {@link isOffGrid}. */
  fit(bands: readonly PriceBand[]): void {
    this.#told = slotsOf(bands)
    if (this.#told !== null && this.#told !== this.#grid) this.#move(this.#told)
  }
  /** A price came that its market's grid, as it was told, does not have. */
  get isOffGrid(): boolean {
    return this.#told !== null && this.#told !== this.#grid
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
    return of.best === NO_SLOT ? of.untold : this.#price(of.best)
  }
  /** The size at the best price; null: no quote, or its size is not told yet, so that it is not executable. */
  bestQuantity(side: BookSide): Quantity | null {
    const of = this.#side(side)
    return of.best === NO_SLOT ? null : (of.sizeAt(of.best) as Quantity)
  }
  /** 0 where nothing is known to stand. */
  quantityAt(side: BookSide, price: Price): Quantity {
    const slot = this.#grid.slots[price] ?? NO_SLOT
    return (slot === NO_SLOT ? 0 : this.#side(side).sizeAt(slot)) as Quantity
  }
  /** Executable levels, best first: at most `max` of them, and none beyond those whose whole contracts make up `enough`. */
  levels(side: BookSide, max: number, enough: number = Infinity): Level[] {
    const of = this.#side(side)
    const levels: Level[] = []
    let left = enough
    for (let slot = of.best; slot !== NO_SLOT && levels.length < max && left > 0; slot = of.worseThan(slot)) {
      const quantity = of.sizeAt(slot) as Quantity
      levels.push({ price: this.#price(slot), quantity })
      left -= wholeContracts(quantity)
    }
    return levels
  }
  /** When the venue last said something about this side; null while the book or the side is not told. */
  changedAtMs(side: BookSide): Millis | null {
    return this.#side(side).changedAtMs
  }

  #price(slot: number): Price {
    return this.#grid.prices[slot] as Price
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
    if (slot === NO_SLOT) return false
    const of = this.#side(side)
    const size = of.sizeAt(slot) + delta
    if (!isQuantity(size)) return false
    of.put(slot, size)
    of.changedAtMs = recvMs
    return true
  }

  #top(side: BookSide, price: Price | null, quantity: Quantity | null, recvMs: Millis): boolean {
    if (this.#fedBy === 'snapshot' || (quantity !== null && !isQuantity(quantity))) return false
    const slot = price === null ? NO_SLOT : this.#slot(price)
    if (price !== null && slot === NO_SLOT) return false
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
      if (slot === NO_SLOT || !isQuantity(quantity)) return false
      this.#side(side).put(slot, quantity)
    }
    return true
  }

  #clear(): void {
    this.#bids.clear()
    this.#asks.clear()
  }

  /** The slot of a price, or NO_SLOT for what is no price. One between the slots makes them finer: a market may change its grid while open. */
  #slot(price: Price): number {
    const slot = this.#grid.slots[price]
    if (slot === undefined || slot !== NO_SLOT) return slot ?? NO_SLOT
    this.#move(evenSlots(greatestCommonDivisor(this.#grid.step, price)))
    return this.#grid.slots[price] ?? NO_SLOT
  }

  /** To other slots; to finer ones than these where they have no place for what stands. */
  #move(grid: PriceSlots): void {
    if (!this.#fits(this.#bids, grid) || !this.#fits(this.#asks, grid))
      return this.#move(evenSlots(greatestCommonDivisor(grid.step, this.#grid.step)))
    const [bids, asks] = Side.both(grid.prices.length)
    this.#copy(this.#bids, bids, grid)
    this.#copy(this.#asks, asks, grid)
    this.#bids = bids
    this.#asks = asks
    this.#grid = grid
  }

  #fits(side: Side, { slots }: PriceSlots): boolean {
    for (let slot = side.best; slot !== NO_SLOT; slot = side.worseThan(slot)) if (slots[this.#price(slot)] === NO_SLOT) return false
    return true
  }

  #copy(from: Side, to: Side, grid: PriceSlots): void {
    for (let slot = from.best; slot !== NO_SLOT; slot = from.worseThan(slot))
      to.put(grid.slots[this.#price(slot)] ?? NO_SLOT, from.sizeAt(slot))
    to.untold = from.untold
    to.changedAtMs = from.changedAtMs
  }
}

const wordsOf = (slots: number): number => (slots + 31) >> 5
const isQuantity = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_QUANTITY
