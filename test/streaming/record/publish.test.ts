import { marketId } from '../../../src/core/ids'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { bookIndex, millis, price, quantity } from '../../../src/core/units'
import type { RecordRow } from '../../../src/ports/record'
import { Books } from '../../../src/streaming/books'
import { Publisher } from '../../../src/streaming/publish'

const MARKET = marketId('KX')
const STAMP = { venue: 'kalshi', conn: 3, n: 77, recvMs: millis(1_000) } as const
const level = (at: string, size: string): { price: ReturnType<typeof price>; quantity: ReturnType<typeof quantity> } => ({
  price: price(at),
  quantity: quantity(size),
})

function published(recordsChanges: boolean): {
  readonly publisher: Publisher
  readonly rows: RecordRow[]
  readonly book: ReturnType<typeof bookIndex>
} {
  const rows: RecordRow[] = []
  const directory = new BookDirectory()
  const book = directory.indexOf('kalshi', MARKET, 'yes')
  const books = new Books()
  const record = { offer: (row: RecordRow) => void rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() }
  const seriesOf = (): string => 'SERIES'
  const publisher = new Publisher({ mode: 'sim', directory, books: () => books, cache: null, record, recordsChanges, seriesOf })
  return { publisher, rows, book }
}

describe('a public trade', () => {
  it('is recorded in YES terms, by the time and the number of the venue', () => {
    const { publisher, rows, book } = published(false)
    const print = { kind: 'print', book, price: price('0.31'), quantity: quantity('25'), taker: 'ask', tradeId: 'd17a' } as const
    publisher.print({ ...STAMP, ...print, venueMs: millis(990) })
    publisher.print({ ...STAMP, ...print, taker: 'bid', venueMs: null })
    const row = { kind: 'print', ticker: MARKET, series: 'SERIES', tradeId: 'd17a', price: 3_100, quantity: 2_500 }
    expect(rows).toEqual([
      { ...row, takerSide: 'no', atMs: 990 },
      { ...row, takerSide: 'yes', atMs: 1_000 },
    ])
  })
})

describe('a change of a book', () => {
  const delta = (book: FeedEvent & { kind: 'book' }): RecordRow[] => {
    const { publisher, rows } = published(true)
    publisher.book(bookIndex(0), millis(1_000), book)
    return rows
  }
  const change = { kind: 'change', ticker: MARKET, subscription: 3, seq: 77, venueSid: 2, venueSeq: 501, atMs: 1_000 }

  it('is a tick, and a row of its own where that is asked for', () => {
    const event: FeedEvent = {
      ...{ ...STAMP, kind: 'book', venueMs: null, sid: 2, seq: 501 },
      change: { book: bookIndex(0), op: 'add', side: 'ask', price: price('0.52'), delta: quantity(-40) },
    }
    expect(delta(event)).toEqual([
      expect.objectContaining({ kind: 'tick' }),
      { ...change, side: 'ask', price: 5_200, delta: -40, snapshot: false },
    ])
    const { publisher, rows } = published(false)
    publisher.book(bookIndex(0), millis(1_000), event)
    expect(rows).toEqual([expect.objectContaining({ kind: 'tick' })])
  })

  it('of everything is a row for each level', () => {
    const event: FeedEvent = {
      ...{ ...STAMP, kind: 'book', venueMs: null, sid: 2, seq: 501 },
      change: { book: bookIndex(0), op: 'replace', bids: [level('0.4', '7')], asks: [level('0.5', '1'), level('0.6', '2')] },
    }
    expect(delta(event).slice(1)).toEqual([
      { ...change, side: 'bid', price: 4_000, delta: 700, snapshot: true },
      { ...change, side: 'ask', price: 5_000, delta: 100, snapshot: true },
      { ...change, side: 'ask', price: 6_000, delta: 200, snapshot: true },
    ])
  })
})
