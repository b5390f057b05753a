import { marketId, type MarketId } from '../../../../core/ids'
import { pattern, type Pattern } from './bytes'
import type { Cursor } from './cursor'

const FIRST_SLOTS = 1_024
/** More than any process watches. A venue that sends nothing but new tickers must not fill the memory: the table then begins anew. */
const TICKERS_MAX = 131_072

interface Known {
  readonly ticker: Pattern
  readonly hash: number
  readonly market: MarketId
}
const empty = (length: number): (Known | null)[] => new Array<Known | null>(length).fill(null)

/** The market of a ticker's bytes, one string for each for the life of the process: a frame makes no string and its hash is known already. */
export class Tickers {
  #slots = empty(FIRST_SLOTS)
  #size = 0

  /** Of the text the cursor has just read; null: an empty one, or one that is not plain ASCII. */
  find(cursor: Cursor): MarketId | null {
    const hash = cursor.hash()
    if (hash === null) return null
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const known = this.#slots[slot]
      if (!known) return this.#add(cursor.copied(), hash, slot)
      if (known.hash === hash && cursor.is(known.ticker)) return known.market
    }
  }

  #add(ticker: string, hash: number, slot: number): MarketId {
    const market = marketId(ticker)
    this.#slots[slot] = { ticker: pattern(ticker), hash, market }
    // half empty, so that a search ends soon
    if (++this.#size * 2 > this.#slots.length) this.#grow()
    return market
  }

  #grow(): void {
    const kept = this.#size < TICKERS_MAX ? this.#slots : []
    this.#slots = empty(kept.length === 0 ? FIRST_SLOTS : kept.length * 2)
    this.#size = 0
    const mask = this.#slots.length - 1
    for (const known of kept) {
      if (!known) continue
      let slot = known.hash & mask
      while (this.#slots[slot]) slot = (slot + 1) & mask
      this.#slots[slot] = known
      this.#size++
    }
  }
}
