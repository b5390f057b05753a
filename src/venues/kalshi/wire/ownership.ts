import type { MarketId } from '../../../core/ids'
import type { BookDirectory } from '../../../core/market/reference'
import type { BookIndex } from '../../../core/units'

/** Who tells a market's book, and whether it is known. */
export interface ToldBook {
  readonly index: BookIndex
  /** The connection that was asked for it last: no other one's word counts. */
  readonly conn: number
  /** The subscription that told it last; null: none yet. */
  sid: number | null
  isKnown: boolean
}

interface Forgotten {
  readonly markets: readonly MarketId[]
  readonly books: readonly BookIndex[]
}

/**
 * The books of a session by their market. A market has one connection at a time: whichever was asked for it last. What another one still says
 * of it is old, and two of them would add every change twice.
 */
export class Ownership {
  readonly #directory: BookDirectory
  readonly #books = new Map<MarketId, ToldBook>()

  constructor(directory: BookDirectory) {
    this.#directory = directory
  }

  /** The book of a market as this connection may tell it; null: it may not. */
  of(conn: number, market: MarketId): ToldBook | null {
    const book = this.#books.get(market)
    return book?.conn === conn ? book : null
  }

  any(market: MarketId): ToldBook | null {
    return this.#books.get(market) ?? null
  }

  /** These markets were asked for on this connection. @returns the books that another connection had told until now */
  ask(conn: number, markets: readonly MarketId[]): readonly BookIndex[] {
    const taken: BookIndex[] = []
    for (const market of markets) {
      const before = this.#books.get(market)
      if (before?.conn === conn) continue
      if (before?.isKnown) taken.push(before.index)
      this.#books.set(market, { index: this.#directory.indexOf('kalshi', market, 'yes'), conn, sid: null, isKnown: false })
    }
    return taken
  }

  /** These books are read again although they seem to be known. @returns those */
  doubt(conn: number, markets: readonly MarketId[]): readonly BookIndex[] {
    const known = markets.flatMap((market) => this.of(conn, market) ?? []).filter(({ isKnown }) => isKnown)
    for (const book of known) book.isKnown = false
    return known.map(({ index }) => index)
  }

  /** These markets are watched no longer. @returns the books that were known */
  drop(conn: number, markets: readonly MarketId[]): readonly BookIndex[] {
    const known: BookIndex[] = []
    for (const market of markets) {
      const book = this.of(conn, market)
      if (book?.isKnown) known.push(book.index)
      if (book) this.#books.delete(market)
    }
    return known
  }

  /**
   * The books of a subscription become unknown.
   * @param untoldToo also those that were asked for and have not been told: what is lost may have been their snapshots
   * @param except markets whose books stay
   */
  forget(conn: number, sid: number, untoldToo: boolean, except?: ReadonlySet<MarketId>): Forgotten {
    const markets: MarketId[] = []
    const books: BookIndex[] = []
    for (const [market, book] of this.#books) {
      const isIts = book.sid === sid || (untoldToo && book.sid === null)
      if (book.conn !== conn || !isIts || except?.has(market)) continue
      book.isKnown = false
      markets.push(market)
      books.push(book.index)
    }
    return { markets, books }
  }

  /** As another session had it. */
  adopt(market: MarketId, book: Omit<ToldBook, 'index'>): void {
    this.#books.set(market, { ...book, index: this.#directory.indexOf('kalshi', market, 'yes') })
  }

  /** A connection has ended. */
  end(conn: number): void {
    for (const [market, book] of this.#books) if (book.conn === conn) this.#books.delete(market)
  }

  clear(): void {
    this.#books.clear()
  }
}
