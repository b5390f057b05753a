import { marketId } from '../../src/core/ids'
import type { FeedEvent } from '../../src/core/market/event'
import { BookDirectory } from '../../src/core/market/reference'
import { millis, type BookIndex } from '../../src/core/units'
import { Books } from '../../src/streaming/books'

const T = 1_700_000_000_000

/** Books A and B of two connections, C of the first, told at T, T + 1 and T + 2. */
class Told {
  readonly books = new Books()
  readonly #directory = new BookDirectory()
  readonly A = this.#index('A')
  readonly B = this.#index('B')
  readonly C = this.#index('C')

  constructor() {
    this.tell(1, 0, { kind: 'connected' })
    this.tell(2, 0, { kind: 'connected' })
    this.snapshot(1, 0, this.A)
    this.snapshot(2, 1, this.B)
    this.snapshot(1, 2, this.C)
  }
  #index(market: string): BookIndex {
    return this.#directory.indexOf('kalshi', marketId(market), 'yes')
  }
  tell(conn: number, ms: number, event: { readonly kind: 'connected' | 'disconnected' | 'alive'; readonly replaces?: number }): void {
    this.books.apply({ venue: 'kalshi', conn, n: ms, recvMs: millis(T + ms), ...event } as FeedEvent)
  }
  snapshot(conn: number, ms: number, book: BookIndex): void {
    const change = { book, op: 'replace', bids: [], asks: [] } as const
    this.books.apply({ venue: 'kalshi', conn, n: ms, recvMs: millis(T + ms), kind: 'book', change, venueMs: null })
  }
  live(): boolean[] {
    return [this.A, this.B, this.C].map((index) => this.books.at(index).isLive)
  }
}

describe('books of several connections (§7)', () => {
  it('are confirmed by their own connection, the venue by its oldest (E9)', () => {
    const told = new Told()
    const { books } = told
    told.tell(1, 500, { kind: 'alive' })
    expect([books.bookConfirmedAtMs(told.A), books.bookConfirmedAtMs(told.B), books.bookConfirmedAtMs(told.C)]).toEqual([
      T + 500,
      T + 1,
      T + 500,
    ])
    expect(books.confirmedAtMs('kalshi')).toBe(T + 1)
    told.tell(2, 700, { kind: 'alive' })
    expect(books.confirmedAtMs('kalshi')).toBe(T + 500)
  })

  it('are forgotten with their connection, and the venue has no proof until it is replaced and heard', () => {
    const told = new Told()
    const { books } = told
    told.tell(2, 10, { kind: 'disconnected' })
    expect(told.live()).toEqual([true, false, true])
    expect([books.confirmedAtMs('kalshi'), books.bookConfirmedAtMs(told.A), books.bookConfirmedAtMs(told.B)]).toEqual([null, T + 2, null])
    expect([books.isConnected('kalshi'), books.isBookConnected(told.A), books.isBookConnected(told.B)]).toEqual([false, true, null])
    expect(books.connections('kalshi')).toEqual({ up: 1, lost: 1 })
    told.tell(3, 20, { kind: 'connected', replaces: 2 })
    expect([books.isConnected('kalshi'), books.confirmedAtMs('kalshi')]).toEqual([true, null])
    told.tell(3, 30, { kind: 'alive' })
    expect(books.confirmedAtMs('kalshi')).toBe(T + 2)
    expect(told.live()).toEqual([true, false, true])
  })

  it('E9: a connection that is added while one is missing does not take its place', () => {
    const told = new Told()
    told.tell(2, 10, { kind: 'disconnected' })
    told.tell(3, 20, { kind: 'connected' })
    told.tell(3, 30, { kind: 'alive' })
    expect([told.books.isConnected('kalshi'), told.books.confirmedAtMs('kalshi')]).toEqual([false, null])
    told.tell(4, 40, { kind: 'connected', replaces: 2 })
    told.tell(4, 50, { kind: 'alive' })
    expect([told.books.isConnected('kalshi'), told.books.confirmedAtMs('kalshi')]).toEqual([true, T + 2])
    // and one that is lost before anything was heard on it is missing again
    told.tell(4, 60, { kind: 'disconnected' })
    expect(told.books.connections('kalshi')).toEqual({ up: 2, lost: 1 })
  })

  it('follow their market to another connection', () => {
    const told = new Told()
    told.snapshot(2, 5, told.A)
    told.tell(1, 10, { kind: 'disconnected' })
    expect(told.live()).toEqual([true, true, false])
    expect(told.books.bookConfirmedAtMs(told.A)).toBe(T + 5)
  })

  it('are all forgotten when another process begins', () => {
    const told = new Told()
    told.tell(1, 10, { kind: 'connected' })
    expect(told.live()).toEqual([false, false, false])
    expect(told.books.connections('kalshi')).toEqual({ up: 1, lost: 0 })
  })

  it('a connection that nobody announced tells books, and is no proof of being connected', () => {
    const told = new Told()
    told.snapshot(9, 5, told.A)
    told.tell(9, 6, { kind: 'disconnected' })
    expect(told.live()).toEqual([false, true, true])
    expect(told.books.connections('kalshi')).toEqual({ up: 2, lost: 0 })
  })
})

describe("ForecastEx's books (§7)", () => {
  it('are confirmed by a heartbeat and by no quote, and by nothing once the gateway says that it does not vouch for them', () => {
    const books = new Books()
    const book = new BookDirectory().indexOf('forecastex', marketId('751'), 'yes')
    const tell = (ms: number, event: object): void =>
      void books.apply({ venue: 'forecastex', conn: 1, n: ms, recvMs: millis(T + ms), ...event } as FeedEvent)
    const quote = { kind: 'book', change: { book, op: 'top', side: 'ask', price: 4900, quantity: 100 }, venueMs: null }
    const after = (ms: number, event: object): (number | null)[] => {
      tell(ms, event)
      return [books.confirmedAtMs('forecastex'), books.bookConfirmedAtMs(book)]
    }
    tell(0, { kind: 'connected' })
    expect(after(1, quote)).toEqual([null, null])
    expect(after(2, { kind: 'alive' })).toEqual([T + 2, T + 2])
    expect(after(3, quote)).toEqual([T + 2, T + 2])
    expect(after(4, { kind: 'unconfirmed' })).toEqual([null, null])
    expect(after(5, quote)).toEqual([null, null])
    expect([books.at(book).isLive, books.isConnected('forecastex')]).toEqual([true, true])
    expect(after(6, { kind: 'alive' })).toEqual([T + 6, T + 6])
  })
})
