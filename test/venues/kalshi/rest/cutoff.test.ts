import { marketId } from '../../../../src/core/ids'
import { millis } from '../../../../src/core/units'
import { getTradesAcross } from '../../../../src/venues/kalshi/rest/markets'
import { listOrdersAcross } from '../../../../src/venues/kalshi/rest/orders'
import { getFillsAcross } from '../../../../src/venues/kalshi/rest/portfolio'
import { json, type Reply } from '../fakes'
import { never, Venue } from './venue'

const DAY_MS = 86_400_000
const START_MS = Date.parse('2026-11-01T00:00:00Z')
const day = (n: number): string => new Date(START_MS + n * DAY_MS).toISOString()
/** One fill a day. */
const fill = (n: number) => ({
  trade_id: `t${n}`,
  order_id: `o${n}`,
  ticker: 'A',
  book_side: 'bid',
  count_fp: '1.00',
  yes_price_dollars: '0.5000',
  fee_cost: '0.017500',
  created_time: day(n),
})
const trade = (n: number) => ({
  trade_id: `t${n}`,
  ticker: 'A',
  count_fp: '1.00',
  yes_price_dollars: '0.5000',
  taker_book_side: 'ask',
  created_time: day(n),
})
const order = (n: number) => ({
  order_id: `o${n}`,
  ticker: 'A',
  book_side: 'bid',
  status: 'executed',
  yes_price_dollars: '0.5000',
  initial_count_fp: '1.00',
  fill_count_fp: '1.00',
  created_time: day(n),
})
const newestFirst = (from: number, until: number): number[] => Array.from({ length: until - from }, (_, n) => until - 1 - n)

/** Twenty days of rows of which the oldest are archived; `cutDay` may move between any two reads. */
class Archive {
  cutDay = 10
  /** Days the cutoff moves on after each answer. */
  step = 0
  readonly reply = (key: string, of: (n: number) => object, side: 'live' | 'archived') => (): Reply => {
    const days = side === 'live' ? newestFirst(this.cutDay, 20) : newestFirst(0, this.cutDay)
    return this.#then({ [key]: days.map(of), cursor: '' })
  }
  readonly cutoff = (): Reply =>
    this.#then({ market_settled_ts: day(this.cutDay), trades_created_ts: day(this.cutDay), orders_updated_ts: day(this.cutDay) })
  #then(body: object): Reply {
    this.cutDay += this.step
    return json(200, body)
  }
}

describe('reads across the historical cutoff', () => {
  let venue: Venue
  let archive: Archive
  const A = marketId('A')
  const since = (n: number) => millis(START_MS + n * DAY_MS)
  beforeEach(async () => {
    venue = await Venue.open()
    archive = new Archive()
    venue.replies = {
      'GET /historical/cutoff': archive.cutoff,
      'GET /portfolio/fills': archive.reply('fills', fill, 'live'),
      'GET /historical/fills': archive.reply('fills', fill, 'archived'),
      'GET /markets/trades': archive.reply('trades', trade, 'live'),
      'GET /historical/trades': archive.reply('trades', trade, 'archived'),
      'GET /portfolio/orders': archive.reply('orders', order, 'live'),
      'GET /historical/orders': archive.reply('orders', order, 'archived'),
    }
  })
  afterEach(() => venue.close())

  const ids = (until: number, from: number): string[] => newestFirst(from, until).map((n) => `t${n}`)
  const fills = async (from: number): Promise<string[]> =>
    (await getFillsAcross(venue.rest, { markets: [], sinceMs: since(from) }, never)).map(({ executionId }) => executionId)

  it.each([0, 1, 3])('join fills without a gap and without doubles while the cutoff moves by %i days at a time', async (step) => {
    archive.step = step
    expect(await fills(5)).toEqual(ids(20, 5))
  })
  it('leave the archive out when all of it was live', async () => {
    expect(await fills(10)).toEqual(ids(20, 10))
    expect(venue.asked().some(({ call }) => call.includes('/historical/fills'))).toBe(false)
  })
  it('join trades and orders as well', async () => {
    archive.step = 2
    const trades = await getTradesAcross(venue.rest, { market: A, sinceMs: since(4) }, never)
    expect(trades.map(({ tradeId }) => tradeId)).toEqual(ids(20, 4))
    const orders = await listOrdersAcross(venue.rest, { market: A, sinceMs: since(4) }, never)
    expect(orders.map(({ venueOrderId }) => venueOrderId)).toEqual(newestFirst(4, 20).map((n) => `o${n}`))
  })
  it('ask the archive for each market by itself, since it takes one', async () => {
    await getFillsAcross(venue.rest, { markets: [A, marketId('B')], sinceMs: since(0), untilMs: since(2) }, never)
    const [live, , first, second] = venue.asked().map(({ call }) => call)
    expect(live).toContain('/portfolio/fills?max_ts=1793664001&limit=1000&ticker=A%2CB&min_ts=1793491199')
    expect([first, second].toSorted()).toEqual(
      ['A', 'B'].map((each) => `GET /historical/fills?max_ts=1793664001&limit=1000&ticker=${each}`),
    )
    const many = Array.from({ length: 101 }, (_, n) => marketId(`M${n}`))
    expect(() => getFillsAcross(venue.rest, { markets: many, sinceMs: since(0) }, never)).toThrow('100 markets at once, not 101')
  })
})
