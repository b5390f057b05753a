import type { MarketId, Outcome, Venue } from '../ids'
import { bookIndex, type BookIndex } from '../units'

/** What a book is the book of. Kalshi has one per market, in YES terms: its outcome is always 'yes'. ForecastEx has one per outcome. */
export interface BookKey {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
}

/** Gives every book of this process a dense number, so that the hot path indexes arrays and never hashes strings. */
export class BookDirectory {
  readonly #keys: BookKey[] = []
  readonly #indexes = new Map<string, BookIndex>()

  /** The number of a book; assigned on first use, stable for the life of the process. */
  indexOf(venue: Venue, market: MarketId, outcome: Outcome): BookIndex {
    const known = this.find(venue, market, outcome)
    if (known !== null) return known
    const index = bookIndex(this.#keys.length)
    this.#keys.push({ venue, market, outcome })
    this.#indexes.set(`${venue}|${market}|${outcome}`, index)
    return index
  }

  /** null when nobody has asked for this book yet. */
  find(venue: Venue, market: MarketId, outcome: Outcome): BookIndex | null {
    return this.#indexes.get(`${venue}|${market}|${outcome}`) ?? null
  }

  /** @throws RangeError on a number that was never assigned. */
  keyOf(index: BookIndex): BookKey {
    const key = this.#keys[index]
    if (!key) throw new RangeError(`no book has the number ${index}`)
    return key
  }

  get size(): number {
    return this.#keys.length
  }
}
