import { temporaryDirectory } from '../../../stores/doubles'
import { recordings } from '../../../venues/kalshi/fakes'
import { counted, loadLines } from './loading'

const dir = temporaryDirectory()
const book = (yes: unknown, no: unknown, venue = 'kalshi'): object => ({
  ...{ captured_at: '2026-07-07T00:57:50.299698+00:00', ticker: 'KXBTC-26JUL0621-T53200', venue, yes_bids: yes, no_bids: no },
})
const AT_MS = Date.UTC(2026, 6, 7, 0, 57, 50, 299)
const tick = { kind: 'tick', venue: 'kalshi', market: 'KXBTC-26JUL0621-T53200', outcome: 'yes', series: 'KXBTC', atMs: AT_MS }
const change = {
  kind: 'change',
  ticker: 'KXBTC-26JUL0621-T53200',
  snapshot: true,
  subscription: 0,
  venueSid: null,
  venueSeq: null,
  atMs: AT_MS,
}
const GOOD = book([[0.4, 10.0]], [[0.55, 1.25]])

describe('whole books of Kalshi', () => {
  it('are a snapshot and the top it makes, in YES terms, by the number of their line', async () => {
    const second = book(
      [
        [0.0001, 1.0],
        [0.41, 2.0],
      ],
      [
        [0.01, 33333.0],
        [0.58, 0.02],
      ],
    )
    const { rows, bad, told } = await loadLines(dir, [GOOD, second])
    expect([bad, told.form]).toEqual([[], 'books'])
    expect(rows.slice(3)).toEqual([
      { ...tick, bid: 4_100, bidSize: 200, ask: 4_200, askSize: 2 },
      { ...change, seq: 2, side: 'bid', price: 4_100, delta: 200 },
      { ...change, seq: 2, side: 'bid', price: 1, delta: 100 },
      { ...change, seq: 2, side: 'ask', price: 4_200, delta: 2 },
      { ...change, seq: 2, side: 'ask', price: 9_900, delta: 3_333_300 },
    ])
  })

  it('that are empty leave a top without quotes', async () => {
    expect((await loadLines(dir, [book([], [])])).rows).toEqual([{ ...tick, bid: null, bidSize: null, ask: null, askSize: null }])
  })

  it.each([
    [book([[0.400001, 1]], []), 'has a price of "yes_bids" that cannot be: more than 4 decimals'],
    [book([], [[0.4, 1.005]]), 'has a size of "no_bids" that cannot be: more than 2 decimals'],
    [book([['0.4', 1]], []), 'has a price of "yes_bids" that is no number'],
    [book([[0.4, 0]], []), 'has a level of "yes_bids" that nobody can quote: [0.4,0]'],
    [book([[1, 5]], []), 'nobody can quote: [1,5]'],
    [book([[0.4]], []), 'has a level of "yes_bids" with 1 numbers, not two'],
    [
      book(
        [
          [0.4, 1],
          [0.4, 2],
        ],
        [],
      ),
      'has two levels of one price in "yes_bids"',
    ],
    [book(null, []), 'has "yes_bids" that is no list: null'],
    [book([], [], 'polymarket'), 'has a book of "polymarket", not of "kalshi"'],
  ])('%j is told, and nothing of it is a row', async (line, reason) => {
    const { rows, bad } = await loadLines(dir, [GOOD, line, GOOD])
    expect(bad).toEqual([expect.objectContaining({ number: 2, reason: expect.stringContaining(reason) as string })])
    expect(rows).toHaveLength(6)
  })
})

recordings('recorded books are read whole', () => {
  it.each([
    ['orderbooks/2026-07-12.jsonl.gz', { kalshi_ticks: 4_272, kalshi_orderbook: 187_427 }],
    ['weather_books/2026-07-16.jsonl.gz', { kalshi_ticks: 2_120, kalshi_orderbook: 87_744 }],
  ])('%s', async (name, rows) => {
    expect(await counted(`kalshi_series/${name}`)).toEqual({ rows, bad: [] })
  })
})
