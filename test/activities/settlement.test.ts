import { marketId } from '../../src/core/ids'
import type { MarketStatus } from '../../src/core/market/event'
import { money, type Money } from '../../src/core/units'
import type { Listing } from '../../src/ports/catalog'
import { KALSHI_MARKET } from '../saga/plan'
import { BackOffice, DOLLAR, listing, NOTHING, PAIR } from './back-office'

describe('§8 settlement at Kalshi', () => {
  it.each<[string, Listing]>([
    ['determined, for it may be disputed', listing('determined', DOLLAR)],
    ['closed', listing('closed', null)],
    ['settled without a payout told', listing('settled', null)],
  ])('posts nothing while the market is %s', async (_what, told) => {
    const office = new BackOffice()
    office.listings.set(KALSHI_MARKET, told)
    expect((await office.run()).settled).toEqual([])
    expect(office.posted).toEqual([])
  })

  it('asks once for a market that several pairs share', async () => {
    const office = new BackOffice()
    office.pairs = [PAIR, { ...PAIR, id: 'u3-again', forecastexMarket: marketId('761') }]
    expect((await office.run()).settled.filter(({ venue }) => venue === 'kalshi')).toHaveLength(1)
  })

  it('posts each lot once: a second run finds nothing', async () => {
    const office = new BackOffice()
    await office.run()
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
  })

  it('has nothing to do without lots', async () => {
    const office = new BackOffice()
    office.pairs = []
    office.lots = []
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
  })

  it('does not wait for ForecastEx, which may be away', async () => {
    const office = new BackOffice()
    office.unreadable = Object.assign(new Error('reqPositions: no session'), { name: 'RequestFailed' })
    expect(await office.run()).toMatchObject({
      settled: [{ venue: 'kalshi' }],
      waiting: ['ForecastEx cannot be read now: reqPositions: no session'],
    })
  })

  it('tells of a bug as one', async () => {
    const office = new BackOffice()
    office.unreadable = new Error('a bug')
    await expect(office.run()).rejects.toThrow('a bug')
  })
})

describe('§8 disputed and amended results reopen', () => {
  const office = (status: MarketStatus, yesPays: Money | null): BackOffice => {
    const made = new BackOffice()
    made.pairs = []
    made.lots = []
    made.settledBefore = [KALSHI_MARKET]
    made.listings.set(KALSHI_MARKET, listing(status, yesPays))
    return made
  }

  it('a result that stands is left alone', async () => {
    const standing = office('settled', DOLLAR)
    expect(await standing.run()).toEqual({ settled: [], waiting: [] })
    expect(standing.posted).toEqual([])
  })

  it('a changed one is posted anew, also when no pair has lots any more', async () => {
    const changed = office('settled', NOTHING)
    expect(await changed.run()).toEqual({
      settled: [{ venue: 'kalshi', market: KALSHI_MARKET, paid: -1_000_000, lots: 1 }],
      waiting: [],
    })
    expect(changed.log.messages('error')).toEqual(['Kalshi has changed a result: reversed and posted anew'])
  })

  it.each(['closed', 'determined'] as const)('one that is %s again pays nothing yet, and is told', async (status) => {
    const reopened = office(status, status === 'determined' ? money(0) : null)
    const { settled, waiting } = await reopened.run()
    expect([settled, reopened.posted]).toEqual([[], []])
    expect(waiting).toEqual([`Kalshi has reopened ${KALSHI_MARKET}: its result stands here until it is settled again`])
  })
})
