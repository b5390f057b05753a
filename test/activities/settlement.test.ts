import { createSettlementActivities, type OpenPair, type SettlementDependencies } from '../../src/activities/settlement'
import type { MarketId, Venue } from '../../src/core/ids'
import type { MarketStatus } from '../../src/core/market/event'
import { money, quantity, type Money } from '../../src/core/units'
import type { Position, Statement } from '../../src/ports/account'
import type { Catalog, Listing } from '../../src/ports/catalog'
import { DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, LeapingClock } from './doubles'

const PAIR: OpenPair = { id: 'u3', polarity: 'same', kalshiMarket: KALSHI_MARKET, forecastexMarket: FORECASTEX_MARKET }
const HELD: Position = { market: FORECASTEX_MARKET, outcome: 'no', quantity: quantity('10') }
const DOLLAR = money('1')

function listing(status: MarketStatus, yesPays: Money | null): Listing {
  return {
    venue: 'kalshi',
    market: KALSHI_MARKET,
    event: 'KXU3-25MAR',
    series: 'KXU3',
    title: '',
    status,
    bands: [],
    closeMs: DECIDED_MS,
    fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: DECIDED_MS },
    shard: 0,
    contracts: null,
    yesPays,
  }
}

interface Lot {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: 'yes' | 'no'
  readonly quantity: number
}

/** Ten YES at Kalshi and ten NO at ForecastEx; the market has resolved to NO, and ForecastEx has paid ten dollars. */
class BackOffice {
  pairs: OpenPair[] = [PAIR]
  lots: Lot[] = [
    { venue: 'kalshi', market: KALSHI_MARKET, outcome: 'yes', quantity: 1_000 },
    { venue: 'forecastex', market: FORECASTEX_MARKET, outcome: 'no', quantity: 1_000 },
  ]
  listing = listing('settled', money(0))
  ledger = { forecastexCash: 990_000_000, openTrades: 0 }
  positions: readonly Position[] = []
  cash = money('1000')
  readonly posted: string[] = []
  /** Posted earlier, at a dollar for each YES. */
  settledBefore: MarketId[] = []
  readonly log = new LogBook()

  run() {
    const statement = (): Statement => ({
      asOfMs: DECIDED_MS,
      cash: this.cash,
      purses: [{ purse: 'forecastex', cash: this.cash }],
      fills: [],
      openOrders: [],
      positions: this.positions,
      payouts: [],
    })
    const catalog: Catalog = {
      venue: 'kalshi',
      listings: () => Promise.resolve([]),
      listing: () => Promise.resolve(this.listing),
    }
    const dependencies: SettlementDependencies = {
      kalshi: { catalog },
      forecastex: { account: { venue: 'forecastex', account: 'DU1', statement: () => Promise.resolve(statement()) } },
      openPairs: () => Promise.resolve(this.pairs),
      lots: () => Promise.resolve(this.lots),
      ledger: () => Promise.resolve(this.ledger),
      settle: (venue, market, yesPays) => Promise.resolve(this.#settle(venue, market, yesPays)),
      settledSince: () => Promise.resolve(this.settledBefore),
      amend: (venue, market, yesPays) => Promise.resolve(this.#amend(venue, market, yesPays)),
      clock: new LeapingClock(),
      log: this.log,
    }
    const activities = createSettlementActivities(dependencies)
    return asActivity(() => activities.settleMarkets())
  }

  #amend(venue: Venue, market: MarketId, yesPays: Money): { lots: number; paid: Money } {
    if (yesPays === DOLLAR) return { lots: 0, paid: money(0) }
    this.posted.push(`amended ${venue} ${market} ${yesPays}`)
    return { lots: 1, paid: money(yesPays - DOLLAR) }
  }

  #settle(venue: Venue, market: MarketId, yesPays: Money): { lots: number; paid: Money } {
    const settling = this.lots.filter((lot) => lot.venue === venue && lot.market === market)
    this.lots = this.lots.filter((lot) => !settling.includes(lot))
    this.posted.push(`${venue} ${market} ${yesPays}`)
    return { lots: settling.length, paid: money(0) }
  }
}

describe('§8 settlement', () => {
  it('posts at ForecastEx what the cash proves: the supposed result, to the cent', async () => {
    const office = new BackOffice()
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted).toEqual(['kalshi KXU3-25MAR-T4.1 0', 'forecastex 751 0'])
  })

  it.each(['999.999999', '1000.000001', '990'])('posts nothing at ForecastEx when its cash of %s proves something else', async (cash) => {
    const office = new BackOffice()
    office.cash = money(cash)
    const { settled, waiting } = await office.run()
    expect(settled.map(({ venue }) => venue)).toEqual(['kalshi'])
    expect(waiting).toEqual([`cash at ForecastEx is ${office.cash} µ$, 1000000000 µ$ if the results are as at Kalshi`])
    expect(office.log.messages('warn')).toEqual(['ForecastEx cash does not prove the supposed settlement'])
  })

  it('supposes the opposite result where the certificate says opposite', async () => {
    const office = new BackOffice()
    office.pairs = [{ ...PAIR, polarity: 'opposite' }]
    office.lots = [{ venue: 'forecastex', market: FORECASTEX_MARKET, outcome: 'yes', quantity: 1_000 }]
    await office.run()
    expect(office.posted).toContain('forecastex 751 1000000')
  })

  it('counts a market that two pairs share once', async () => {
    const office = new BackOffice()
    office.pairs = [PAIR, { ...PAIR, id: 'u3-again' }]
    expect((await office.run()).waiting).toEqual([])
    expect(office.posted.filter((what) => what.startsWith('forecastex'))).toEqual(['forecastex 751 0'])
  })

  it('waits while the position is still there', async () => {
    const office = new BackOffice()
    office.positions = [HELD]
    expect(await office.run()).toMatchObject({ settled: [{ venue: 'kalshi' }], waiting: ['ForecastEx still holds 751'] })
  })

  it('waits while a trade moves the cash', async () => {
    const office = new BackOffice()
    office.ledger = { ...office.ledger, openTrades: 1 }
    expect((await office.run()).waiting).toEqual(['a trade is running: the cash of ForecastEx is not at rest'])
  })

  it.each<[string, Listing]>([
    ['determined, for it may be disputed', listing('determined', DOLLAR)],
    ['closed', listing('closed', null)],
    ['settled without a payout told', listing('settled', null)],
  ])('posts nothing while the market is %s', async (_what, told) => {
    const office = new BackOffice()
    office.listing = told
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
    expect(office.posted).toEqual([])
  })

  it('posts each lot once: a second run finds nothing', async () => {
    const office = new BackOffice()
    await office.run()
    office.ledger = { ...office.ledger, forecastexCash: office.cash }
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
  })

  it('has nothing to do without lots', async () => {
    const office = new BackOffice()
    office.pairs = []
    expect(await office.run()).toEqual({ settled: [], waiting: [] })
  })

  it('never counts the payout of one leg as cash for the other', async () => {
    const office = new BackOffice()
    office.listing = listing('settled', DOLLAR)
    const { settled, waiting } = await office.run()
    expect(settled.map(({ venue }) => venue)).toEqual(['kalshi'])
    expect(waiting).toEqual(['cash at ForecastEx is 1000000000 µ$, 990000000 µ$ if the results are as at Kalshi'])
  })
})

describe('§8 disputed and amended results reopen', () => {
  const office = (status: MarketStatus, yesPays: Money | null): BackOffice => {
    const made = new BackOffice()
    made.pairs = []
    made.lots = []
    made.settledBefore = [KALSHI_MARKET]
    made.listing = listing(status, yesPays)
    return made
  }

  it('a result that stands is left alone', async () => {
    const standing = office('settled', DOLLAR)
    expect(await standing.run()).toEqual({ settled: [], waiting: [] })
    expect(standing.posted).toEqual([])
  })

  it('a changed one is posted anew, also when no pair has lots any more', async () => {
    const changed = office('settled', money(0))
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
