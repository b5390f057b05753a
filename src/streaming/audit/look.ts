import type { BookSide } from '../../core/ids'
import type { Book } from '../../core/market/book'
import type { BookChange, Level } from '../../core/market/event'
import { ONE_DOLLAR, type Price, type Quantity } from '../../core/units'

/** A whole book as REST tells it, in the terms of ours. */
export interface Depth {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** A level that no state of ours in the window explains. */
export interface Difference {
  readonly side: BookSide
  readonly price: Price
  /** As we had it last. */
  readonly ours: Quantity
  readonly theirs: Quantity
}

/** More levels than any book has. */
const EVERY_LEVEL = ONE_DOLLAR

/**
 * One look at one book: what stood at each level from shortly before a request until the feed was heard well after its answer. The answer is
 * the venue's book of some instant in between, so each of its levels must be one of the quantities ours had there: a level that nothing touched
 * must be equal, one that changed may be any of its values. Levels are judged one by one, because the venue may render a book while it changes.
 */
export class Look {
  readonly #quantities = new Map<number, number[]>()
  #spoiled = false

  constructor(book: Book) {
    for (const side of ['bid', 'ask'] as const)
      for (const { price, quantity } of book.levels(side, EVERY_LEVEL)) this.#quantities.set(keyOf(side, price), [quantity])
  }

  /** Each change of the book during the window, in order. */
  hear(change: BookChange): void {
    if (change.op !== 'add') return this.spoil() // a new snapshot: what was seen before it says nothing of what is now
    const key = keyOf(change.side, change.price)
    const seen = this.#quantities.get(key) ?? [0]
    seen.push((seen.at(-1) ?? 0) + change.delta)
    this.#quantities.set(key, seen)
  }

  /** The book was forgotten or told anew meanwhile: this look says nothing. */
  spoil(): void {
    this.#spoiled = true
  }

  /** null: nothing can be said. */
  compare(told: Depth): readonly Difference[] | null {
    if (this.#spoiled) return null
    const theirs = new Map<number, number>()
    for (const { price, quantity } of told.bids) theirs.set(keyOf('bid', price), quantity)
    for (const { price, quantity } of told.asks) theirs.set(keyOf('ask', price), quantity)
    return [...new Set([...this.#quantities.keys(), ...theirs.keys()])].flatMap((key) => {
      const seen = this.#quantities.get(key) ?? [0]
      const quantity = theirs.get(key) ?? 0
      return seen.includes(quantity) ? [] : [{ ...levelOf(key), ours: (seen.at(-1) ?? 0) as Quantity, theirs: quantity as Quantity }]
    })
  }
}

/** Asks lie above all bids: one number per level. */
const ASKS_FROM = ONE_DOLLAR + 1
const keyOf = (side: BookSide, price: Price): number => (side === 'bid' ? price : ASKS_FROM + price)
const levelOf = (key: number): { side: BookSide; price: Price } =>
  key < ASKS_FROM ? { side: 'bid', price: key as Price } : { side: 'ask', price: (key - ASKS_FROM) as Price }
