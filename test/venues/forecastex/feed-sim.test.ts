import { BookDirectory } from '../../../src/core/market/reference'
import { createForecastexFeed } from '../../../src/venues/forecastex/feed'
import { Books } from '../../../src/streaming/books'
import { FeedClock } from './feed-fixture'
import { atEnd, MARKET, NO, stopAll, until, YES } from './rig'
import { trading } from './sim-rig'

afterEach(stopAll)

/** The simulated gateway, and the books that the feed makes of it. */
async function fed(settings: object = {}) {
  const { venue, faults, adapter, catalog } = await trading(settings)
  const { gateway, log, frameLog } = adapter
  const [directory, books, clock] = [new BookDirectory(), new Books(), new FeedClock()]
  const feed = createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log, depthRows: 5 })
  feed.watch([MARKET])
  const ended = new AbortController()
  const running = feed.run((event) => void books.apply(event), ended.signal)
  atEnd(async () => {
    ended.abort()
    await running
  })
  const asks = (outcome: 'yes' | 'no') =>
    books
      .at(directory.indexOf('forecastex', MARKET, outcome))
      .levels('ask', 9)
      .map(({ price, quantity }) => [price, quantity])
  const bid = (con_id: number, price: string, size: number) => venue.apply({ venue: 'ibkr', type: 'external_order', con_id, price, size })
  return { faults, gateway, feed, books, asks, bid, clock, log }
}

describe('against the simulated gateway', () => {
  it.each([{ depth: 'l1' }, { depth: 'l2' }, { depth: 'l1', writes: 'bytes' }])('follows the ladder (%j)', async (settings) => {
    const { asks, bid, books } = await fed(settings)
    await until('the top', () => asks('yes').length === 1)
    bid(NO, '0.40', 70)
    await until('a level behind it', () => asks('yes').length === 2)
    expect(asks('yes')).toEqual([
      [5800, 3000],
      [6000, 7000],
    ])
    bid(NO, '0.41', 5)
    await until('one between', () => asks('yes').length === 3)
    bid(YES, '0.58', 10)
    await until('a smaller top', () => asks('yes')[0]?.[1] === 2000)
    bid(YES, '0.58', 20)
    await until('the next one', () => asks('yes')[0]?.[0] === 5900)
    expect(asks('yes')).toEqual([
      [5900, 500],
      [6000, 7000],
    ])
    expect(books.inconsistent).toBe(0)
  })

  it('goes on with tops where there is no depth', async () => {
    const { asks, feed } = await fed()
    await until('the refusal', () => feed.state().depth?.refusal?.includes('10092') === true)
    expect(asks('yes')).toEqual([[5800, 3000]])
  })

  it('finds quotes that have stopped, by a new subscription of one contract', async () => {
    const { faults, gateway, feed, asks, bid, clock } = await fed()
    await until('quotes', () => asks('yes').length === 1 && asks('no').length === 1)
    faults.arm('quotes_stop')
    faults.arm('quotes_stop')
    bid(NO, '0.43', 10)
    clock.offsetMs += 61_000
    await until('a comparison', () => feed.state().lines.used === 3)
    expect(asks('yes')).toEqual([[5800, 3000]])
    for (let beat = 0; beat < 6; beat += 1) gateway.send(['reqCurrentTime'], (ib) => ib.reqCurrentTime())
    await until('the quote as it is', () => asks('yes')[0]?.[0] === 5700)
    expect(feed.state().probes).toMatchObject({ differed: 1 })
  })
})
