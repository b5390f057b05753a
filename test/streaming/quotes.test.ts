import { marketId, type Outcome, type Venue } from '../../src/core/ids'
import { LIVENESS_LIMIT_MS } from '../../src/core/market/liveness'
import { millis, NO_QUANTITY, price } from '../../src/core/units'
import { bookQuotes } from '../../src/streaming/quotes'
import { level, PAIR } from '../core/box/fixture'
import { BIDS, Desk } from './feed'

const { signal } = new AbortController()

function quoted(venue: Venue, laterMs = 0) {
  const desk = new Desk()
  desk.tell(...desk.box())
  const quotes = bookQuotes(venue, desk.directory, desk.engine.books, () => millis(desk.nowMs + laterMs))
  const market = venue === 'kalshi' ? PAIR.kalshi : PAIR.forecastex
  const levels = async (outcome: Outcome, action: 'buy' | 'sell', of = market) => (await quotes.ladder(of, outcome, action, signal)).levels
  return { desk, quotes, market, levels }
}

describe('depth for a cure', () => {
  it('at Kalshi comes from the one book of the market, in the outcome’s own prices', async () => {
    const { levels } = quoted('kalshi')
    expect(await levels('yes', 'sell')).toEqual(BIDS)
    expect(await levels('yes', 'buy')).toEqual([level('0.42', '100')])
    expect(await levels('no', 'sell')).toEqual([level('0.58', '100')])
    expect(await levels('no', 'buy')).toEqual([level('0.59', '200')])
  })

  it('at ForecastEx is what the outcome itself quotes; there is no sale', async () => {
    const { levels } = quoted('forecastex')
    expect(await levels('no', 'buy')).toEqual([level('0.49', '80')])
    expect(await levels('yes', 'buy')).toEqual([level('0.62', '80')])
    expect(await levels('no', 'sell')).toEqual([])
  })

  it.each(['kalshi', 'forecastex'] as const)('is not said when %s has not vouched for its books in time', async (venue) => {
    // ForecastEx's heartbeat came three events before the last
    const [inTime, late] = [LIVENESS_LIMIT_MS[venue] - 3, LIVENESS_LIMIT_MS[venue] + 1]
    expect(await quoted(venue, inTime).levels('no', 'buy')).not.toEqual([])
    await expect(quoted(venue, late).levels('no', 'buy')).rejects.toThrow(`${venue} does not vouch for its book of`)
  })

  it('is not said of a book that was forgotten, disconnected, or never asked for', async () => {
    const { desk, levels } = quoted('kalshi')
    const unknown = 'kalshi does not vouch for its book of'
    await expect(levels('yes', 'buy', marketId('KXCPI'))).rejects.toThrow(unknown)
    desk.tell({ kind: 'forget', venue: 'kalshi', books: [desk.book('kalshi', 'yes')], cause: 'gap' })
    await expect(levels('yes', 'buy')).rejects.toThrow(unknown)
    desk.tell({ kind: 'disconnected', venue: 'kalshi' })
    await expect(levels('yes', 'buy')).rejects.toThrow(unknown)
  })

  it('leaves out a quote whose size is not told', async () => {
    const { desk, levels } = quoted('forecastex')
    const change = { book: desk.book('forecastex', 'no'), op: 'top', side: 'ask', price: price('0.48'), quantity: null } as const
    desk.tell({ kind: 'book', venue: 'forecastex', change, venueMs: null })
    expect(await levels('no', 'buy')).toEqual([])
    desk.tell({ kind: 'book', venue: 'forecastex', change: { ...change, quantity: NO_QUANTITY }, venueMs: null })
    expect(await levels('no', 'buy')).toEqual([])
  })

  it('says as of when', async () => {
    const { desk, quotes, market } = quoted('kalshi')
    const confirmedMs = desk.nowMs
    expect((await quotes.ladder(market, 'yes', 'buy', signal)).asOfMs).toBe(confirmedMs)
    desk.tell({ kind: 'alive', venue: 'kalshi' })
    expect((await quotes.ladder(market, 'yes', 'buy', signal)).asOfMs).toBe(confirmedMs + 1)
  })
})
