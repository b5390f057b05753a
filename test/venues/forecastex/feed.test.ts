import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { createForecastexFeed } from '../../../src/venues/forecastex/feed'
import { atEnd, MARKET, stopAll, until, YES } from './rig'
import { trading } from './sim-rig'

afterEach(stopAll)

describe('the feed', () => {
  async function fed() {
    const { venue, adapter, catalog } = await trading()
    const directory = new BookDirectory()
    const { gateway, clock, log, frameLog } = adapter
    const feed = createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log })
    feed.watch([MARKET])
    const events: FeedEvent[] = []
    const ended = new AbortController()
    const running = feed.run((event) => void events.push(event), ended.signal)
    atEnd(async () => {
      ended.abort()
      await running
    })
    const top = (outcome: 'yes' | 'no', side: 'bid' | 'ask') => {
      const book = directory.indexOf('forecastex', MARKET, outcome)
      const told = events.flatMap((event) =>
        event.kind === 'book' && event.change.op === 'top' && event.change.book === book && event.change.side === side
          ? [event.change]
          : [],
      )
      return told.at(-1)
    }
    const count = (kind: FeedEvent['kind']) => events.filter((event) => event.kind === kind).length
    return { venue, events, top, count }
  }

  it('gives each outcome its own tops, with sizes, and is alive', async () => {
    const { top, count } = await fed()
    await until('all four sides', () => top('no', 'ask')?.quantity === 4000 && top('yes', 'bid')?.quantity === 4000)
    expect(top('yes', 'ask')).toMatchObject({ price: 5800, quantity: 3000 })
    expect(top('no', 'bid')).toMatchObject({ price: 4200, quantity: 3000 })
    await until('alive', () => count('alive') > 0 && count('connected') === 1)
  })

  it('follows a quote until it is gone', async () => {
    const { venue, top } = await fed()
    await until('quotes', () => top('yes', 'ask')?.quantity === 3000)
    venue.apply({ venue: 'ibkr', type: 'external_order', con_id: YES, price: '0.58', size: 30 })
    await until('no ask', () => top('yes', 'ask')?.price === null)
  })

  it('is not alive without IBKR, and asks again for what 1101 lost', async () => {
    const { venue, top, count, events } = await fed()
    await until('quotes', () => top('yes', 'ask')?.quantity === 3000 && count('alive') > 0)
    venue.apply({ venue: 'ibkr', type: 'notice', code: 1101, text: 'Connectivity restored, data lost' })
    await until('forgotten', () => count('forget') === 1)
    const since = (): readonly FeedEvent[] => events.slice(events.findIndex(({ kind }) => kind === 'forget'))
    await until('quotes again', () =>
      since().some((event) => event.kind === 'book' && event.change.op === 'top' && event.change.quantity === 3000),
    )
  })

  it('says disconnected, and subscribes again after the reconnect', async () => {
    const { venue, top, count, events } = await fed()
    await until('quotes', () => top('yes', 'ask')?.quantity === 3000 && count('connected') === 1)
    venue.dropAll()
    await until('disconnected', () => count('disconnected') === 1)
    await until('quotes again', () => events.some((event) => event.kind === 'book' && event.conn === 2))
    expect(count('connected')).toBe(2)
  })
})
