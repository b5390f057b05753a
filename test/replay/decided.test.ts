import { BookDirectory } from '../../src/core/market/reference'
import type { BoxFound, BoxPair } from '../../src/core/box/finding'
import type { BookChange } from '../../src/core/market/event'
import { marketId, subjectId, tradeId, type Venue } from '../../src/core/ids'
import { millis, price, quantity } from '../../src/core/units'
import { readHouse } from '../../src/replay/house'
import { Books } from '../../src/streaming/books'
import { decidedOf } from '../../src/streaming/opportunities/decided'

const AT_MS = Date.UTC(2026, 10, 22, 12)
const PAIR = { id: subjectId('u3'), kalshi: marketId('K'), forecastex: marketId('7') } as BoxPair
const leg = { limit: 4_000, costBound: 4_169_000 }
const FOUND = {
  ...{ direction: 'A', quantity: 1_000, kalshi: { ...leg, outcome: 'yes' }, forecastex: { ...leg, outcome: 'no' }, first: 'kalshi' },
  ...{
    netEdge: 1,
    expectedValue: 2,
    worst: { modelledLoss: 3, maximumLoss: 4 },
    worstCaseProfit: 5,
    capital: 6,
    lockedDays: null,
    annualReturn: 7,
  },
} as unknown as BoxFound

/** Kalshi asks 0.40, told in frame 5; ForecastEx asks 0.50 for NO without a size, in frame 4. */
function bookkeeping(): { books: Books; directory: BookDirectory } {
  const [books, directory] = [new Books(), new BookDirectory()]
  const tell = (venue: Venue, n: number, change: BookChange): void =>
    void books.apply({ venue, conn: 1, n, recvMs: millis(AT_MS + n), kind: 'book', change, venueMs: null })
  const no = directory.indexOf('forecastex', marketId('7'), 'no')
  const yes = directory.indexOf('kalshi', marketId('K'), 'yes')
  tell('forecastex', 4, { book: no, op: 'top', side: 'ask', price: price('0.50'), quantity: null })
  tell('kalshi', 5, { book: yes, op: 'replace', bids: [], asks: [{ price: price('0.40'), quantity: quantity('3') }] })
  return { books, directory }
}

describe('the frame of a decision', () => {
  const decided = decidedOf(PAIR, FOUND, tradeId('T1'), millis(AT_MS + 9), bookkeeping())

  it('has both books as they stand, with the frames that last touched them', () => {
    expect(decided.books).toEqual([
      {
        ...{ venue: 'kalshi', market: 'K', outcome: 'yes', n: 5, confirmedMs: AT_MS + 5, bid: null },
        ask: { price: 4_000, quantity: 300, changedMs: AT_MS + 5 },
      },
      {
        ...{ venue: 'forecastex', market: '7', outcome: 'no', n: 4, confirmedMs: null, bid: null },
        ask: { price: 5_000, quantity: null, changedMs: AT_MS + 4 },
      },
    ])
    expect(decided.figures).toEqual([0, 1_000, 1, 4_000, 4_169_000, 0, 4_000, 4_169_000, 1, 2, 3, 4, 5, 0, 6, -1, 7])
  })

  it('is read back as it was written, and refused when a figure is no whole number', () => {
    const frame = (body: object): Parameters<typeof readHouse>[0] => {
      const payload = ['decided', JSON.parse(JSON.stringify(body)) as unknown]
      return { n: 1, recvMs: millis(AT_MS), monoNs: 0n, venue: 'house', conn: 0, dir: 'in', payload }
    }
    expect(readHouse(frame({ ...decided, epoch: 3 }))).toEqual({ kind: 'decided', decided, epoch: 3 })
    const { strategy: _untold, ...before } = decided
    expect(readHouse(frame({ ...before, epoch: 3 }))).toEqual({ kind: 'decided', decided, epoch: 3 }) // of before edges were told
    expect(() => readHouse(frame({ ...decided, epoch: 3, figures: [0.5] }))).toThrow('decided.figures.0')
  })
})
