import { millis, money, quantity, type Millis } from '../../../src/core/units'
import { LIMITS } from '../../core/risk/fixture'
import { Desk, NOW, WIDE, type Ask } from './risk-desk'

const DAY_MS = 86_400_000
/** The next trading day begins at 06:00 US Eastern. */
const NEXT_DAY_MS = millis(Date.UTC(2026, 10, 21, 11))
const at = (afterMs: number): { readonly atMs: Millis } => ({ atMs: millis(NOW + afterMs) })
const LOCKED = quantity('10')

describe('the reserve of a backtest refuses by one check alone, one step beyond its limit', () => {
  it.each<[string, Partial<typeof LIMITS>, Ask, Ask]>([
    ['contracts per trade', { maxContractsPerTrade: LOCKED }, {}, { contracts: '11' }],
    ['premium per trade', { maxPremiumPerTrade: money('9.37') }, {}, { firstBound: '4.370001' }],
    ['modelled unwind loss', {}, { opportunity: { unwindLoss: money('5') } }, { opportunity: { unwindLoss: money('5.000001') } }],
    ['maximum loss', { maxUnpairedPremium: money('4.37') }, {}, { opportunity: { maximumLoss: money('4.370001') } }],
    ['expected value', { minExpectedValue: money('0.30') }, {}, { opportunity: { expectedValue: money('0.299999') } }],
    ['still in time', {}, { lifeMs: 0 }, { lifeMs: -1 }],
    ['certificate in force', {}, { pairs: ['u3@1'] }, { pairs: ['u3@2'] }],
    ['session at forecastex', {}, { provenMs: NOW - 2_000 }, { provenMs: NOW - 2_001 }],
  ])('%s', (check, limits, allowed, beyond) => {
    expect(new Desk(limits).ask(allowed)).toEqual([])
    expect(new Desk(limits).ask(beyond)).toEqual([check])
  })

  it('cash at kalshi, what every reserve has taken off it and what must stay there', () => {
    const limits = { minCashPerVenue: money('100') }
    expect(new Desk(limits, '104.37').ask()).toEqual([])
    expect(new Desk(limits, '104.369999').ask()).toEqual(['cash at kalshi'])
    const desk = new Desk(limits, '108.739999').granted('t1')
    expect(desk.ask()).toEqual(['cash at kalshi'])
    desk.end('t1') // nothing was bought: all of it comes back
    expect(desk.ask()).toEqual([])
  })

  it('limits that nobody has told', () => expect(new Desk(null).ask()).toEqual(['limits']))

  it('a certificate that is over', () => {
    const expiring = (expiresMs: number): Ask => ({ pairs: ['u3@1'], expiresMs: millis(expiresMs) })
    expect([new Desk().ask(expiring(NOW + 1)), new Desk().ask(expiring(NOW))]).toEqual([[], ['certificate in force']])
  })
})

describe('what has gone before counts', () => {
  it('openings in a minute, until the minute is over', () => {
    const desk = new Desk({ maxOpeningsPerMinute: 2 }).granted('t1', {}).granted('t2', at(10_000))
    expect([desk.ask(at(59_999)), desk.ask(at(60_000))]).toEqual([['openings in a minute'], []])
  })

  it('the gap to the last opening, whenever that was', () => {
    const desk = new Desk({ minOpeningGapMs: 100 }).granted('t1')
    expect([desk.ask(at(99)), desk.ask(at(100))]).toEqual([['gap between openings'], []])
    // what was asked between does not make it forgotten
    const longest = new Desk({ minOpeningGapMs: 3 * DAY_MS }).granted('t1').refused('t2', at(2 * DAY_MS))
    expect([longest.ask(at(3 * DAY_MS - 1)), longest.ask(at(3 * DAY_MS))]).toEqual([['gap between openings'], []])
  })

  it.each<[string, Partial<typeof LIMITS>]>([
    ['openings today', { maxOpeningsPerDay: 2 }],
    ['contracts today', { maxContractsPerDay: quantity('29.99') }],
  ])('%s, until the next trading day begins; trades that have ended too', (check, limits) => {
    const desk = new Desk(limits).granted('t1').granted('t2', at(1)).end('t1').end('t2')
    expect([desk.ask({ atMs: millis(NEXT_DAY_MS - 1) }), desk.ask({ atMs: NEXT_DAY_MS })]).toEqual([[check], []])
    expect(
      new Desk({ ...limits, maxContractsPerDay: quantity('30'), maxOpeningsPerDay: 3 }).granted('t1').granted('t2', at(1)).ask(at(2)),
    ).toEqual([])
  })

  it('openings of the minute before the day began are none of the day', () => {
    const desk = new Desk({ maxOpeningsPerDay: 1, maxContractsPerDay: LOCKED }).granted('t1', { atMs: millis(NEXT_DAY_MS - 1) })
    expect(desk.ask({ atMs: NEXT_DAY_MS })).toEqual([])
  })

  it('open trades, until one of them ends', () => {
    const desk = new Desk({ maxOpenTrades: 2 }).granted('t1')
    expect(desk.ask()).toEqual([])
    desk.granted('t2')
    expect(desk.ask()).toEqual(['open trades'])
    desk.end('t1')
    expect(desk.ask()).toEqual([])
  })

  it('the cool-down of a subject, from the end of its own last trade', () => {
    const desk = new Desk({ coolDownMs: 5_000 }).granted('t1', { subject: 'u3' }).end('t1', {}, 1_000)
    expect(desk.ask({ subject: 'u3', ...at(5_999) })).toEqual(['cool-down'])
    expect([desk.ask({ subject: 'u3', ...at(6_000) }), desk.ask({ subject: 'other', ...at(5_999) })]).toEqual([[], []])
  })

  it('a fill in one of its markets at the moment that it was seen, or later', () => {
    const desk = new Desk().filled('kalshi', 'K', NOW)
    expect(desk.ask({ market: 'K' })).toEqual(['seen after the last fill'])
    expect([desk.ask({ market: 'K', ...at(1) }), desk.ask({ market: 'L' })]).toEqual([[], []])
  })

  it('losses of today and of the week, with what is open; the next day forgives one, the eighth the other', () => {
    const limits = { maxDailyLoss: money('10'), maxWeeklyLoss: money('10'), maxConsecutiveLosses: 100 }
    const desk = new Desk(limits).granted('t1').end('t1', { realisedPnl: money('-10') })
    expect(desk.ask()).toEqual([])
    desk.granted('t2').end('t2', { realisedPnl: money('-0.000001') })
    expect(desk.ask(at(1))).toEqual(expect.arrayContaining(['loss today', 'loss this week', 'breaker']))
    // the breaker's half hour is over; a day later only the week's sum refuses, a week later nothing
    const small: Ask = { contracts: '1' }
    expect(desk.ask({ ...small, atMs: NEXT_DAY_MS })).toEqual(['loss this week'])
    expect(desk.ask({ ...small, atMs: millis(NEXT_DAY_MS + 6 * DAY_MS - 1) })).toEqual(['loss this week'])
    expect(desk.ask({ ...small, atMs: millis(NEXT_DAY_MS + 6 * DAY_MS) })).toEqual([])
  })

  it('a profit of today does not widen what may be lost, and what runs may lose counts', () => {
    const desk = new Desk({ maxDailyLoss: money('4.37') })
      .granted('t1')
      .end('t1', { realisedPnl: money('100') })
      .granted('t2')
    expect(desk.ask()).toEqual([])
    desk.granted('t3')
    expect(desk.ask()).toEqual(['loss today'])
  })

  it('losses in a row: the breaker opens, tries one contract, and closes after a clean trial', () => {
    const limits = { maxConsecutiveLosses: 2, breakerCoolDownMs: 1_000 }
    const desk = new Desk(limits).granted('t1').granted('t2')
    desk.end('t1', { realisedPnl: money('-0.01') })
    expect(desk.ask()).toEqual([])
    desk.end('t2', { realisedPnl: money('-0.01') })
    expect([desk.ask(at(999)), desk.ask(at(1_000)), desk.ask({ contracts: '1', ...at(1_000) })]).toEqual([
      ['breaker'],
      ['contracts per trade'],
      [],
    ])
    desk.granted('trial', { contracts: '1', ...at(1_000) })
    expect(desk.ask({ contracts: '1', ...at(1_000) })).toEqual(['breaker'])
    desk.end('trial', { label: 'locked', realisedPnl: money('0.01') }, 2_000)
    expect([desk.risk.standing('box'), desk.ask(at(2_000))]).toEqual([{ breaker: { state: 'closed', streak: 0 }, cleanTrades: 1 }, []])
  })

  it('a payout that turns an ended trade into a loss counts as one of the day of the payout', () => {
    const desk = new Desk({ maxDailyLoss: money('10'), maxConsecutiveLosses: 100 }).granted('t1').end('t1', { realisedPnl: money('1') })
    desk.revalue('t1', { realisedPnl: money('-9.000001') }, NEXT_DAY_MS)
    expect(desk.ask({ atMs: NEXT_DAY_MS })).toEqual(expect.arrayContaining(['loss today']))
  })
})

describe('clean trades widen what may be taken', () => {
  it('the ramp counts what was locked without a cure and left nothing', () => {
    const limits = { firstCleanTrades: 1, firstContracts: quantity('5'), nextCleanTrades: 2, nextContracts: quantity('6') }
    const desk = new Desk(limits).granted('t1', { contracts: '5' })
    expect(desk.ask({ contracts: '6' })).toEqual(['contracts per trade'])
    desk
      .end('t1', { label: 'missed' })
      .granted('t2', { contracts: '5' })
      .end('t2', { label: 'locked', dust: quantity('0.01') })
    expect(desk.ask({ contracts: '6' })).toEqual(['contracts per trade'])
    desk.granted('t3', { contracts: '5' }).end('t3', { label: 'locked' })
    expect([desk.ask({ contracts: '6' }), desk.ask({ contracts: '7' })]).toEqual([[], ['contracts per trade']])
    desk.granted('t4', { contracts: '6' }).end('t4', { label: 'locked' })
    expect(desk.ask({ contracts: '7' })).toEqual([])
  })

  it('first legs that nothing answers, this one included, are bounded until there are enough', () => {
    const desk = new Desk({ maxUnpairedFirstLegs: 1, moreFirstLegsCleanTrades: 1 }).granted('t1')
    expect(desk.ask()).toEqual(['unpaired first legs'])
    desk.end('t1', { label: 'locked' }).granted('t2')
    expect(desk.ask()).toEqual([])
  })
})

describe('what stands unpaired counts', () => {
  it('as all of it until the first leg is final, then as its part that nothing answers', () => {
    const desk = new Desk({ maxUnpairedPremiumTotal: money('8.739999') }).granted('t1')
    expect(desk.ask()).toEqual(['unpaired premium'])
    desk.buy('t1', 0, '10').firstIsFinal('t1')
    // 10 at 0.42 and nothing there: 4.20
    expect(desk.ask()).toEqual([])
    expect(desk.ask({ opportunity: { maximumLoss: money('4.54') } })).toEqual(['unpaired premium'])
    desk.buy('t1', 1, '10')
    expect(desk.ask({ opportunity: { maximumLoss: money('8.739999') } })).toEqual([])
  })

  it('as what an ended trade holds open, until a payout ends that', () => {
    const desk = new Desk({ maxUnpairedPremiumTotal: money('8.37') })
      .granted('t1')
      .buy('t1', 0, '10')
      .end('t1', { maxRemainingLoss: money('4') })
    expect(desk.ask({ opportunity: { maximumLoss: money('4.370001') } })).toEqual(['unpaired premium'])
    expect(desk.ask()).toEqual([])
    desk.revalue('t1', { maxRemainingLoss: money('0') })
    expect(desk.ask({ opportunity: { maximumLoss: money('8.37') } })).toEqual([])
  })

  it('and how long the oldest that runs has stood so', () => {
    const desk = new Desk({ maxUnpairedAgeMs: 30_000 }).granted('t1').granted('t2', at(10_000))
    expect([desk.ask(at(30_000)), desk.ask(at(30_001))]).toEqual([[], ['age of unpaired premium']])
    desk.end('t1')
    expect([desk.ask(at(40_000)), desk.ask(at(40_001))]).toEqual([[], ['age of unpaired premium']])
  })
})

describe('markets', () => {
  const SAME: Ask = { subject: 'u3', market: 'K' }

  it('contracts held in one, until it has paid', () => {
    const desk = new Desk({ maxContractsPerMarket: quantity('20') }).granted('t1', SAME).buy('t1', 0, '10').buy('t1', 1, '10').end('t1')
    expect(desk.ask({ ...SAME, ...at(1) })).toEqual([])
    expect(desk.ask({ ...SAME, contracts: '11', ...at(1) })).toEqual(['contracts in kalshi K', 'contracts in forecastex 1'])
    desk.pay('t1')
    expect(desk.ask({ ...SAME, contracts: '20', ...at(1) })).toEqual([])
  })

  it('contracts of one event: held, and intended by what runs', () => {
    const desk = new Desk({ maxContractsPerEvent: quantity('20') }, '10000', (_venue, market) => market.slice(0, 1))
    desk.granted('t1', { market: 'K1' })
    expect(desk.ask({ market: 'K2' })).toEqual([])
    expect(desk.ask({ market: 'K2', contracts: '10.01' })).toEqual(['contracts in kalshi event K', 'contracts in forecastex event 1'])
    desk.end('t1')
    expect(desk.ask({ market: 'K2', contracts: '20' })).toEqual([])
  })

  it('parts of contracts in one', () => {
    const desk = new Desk({ maxDustPerMarket: quantity('0.50') }).granted('t1', SAME).buy('t1', 0, '9.50').end('t1')
    expect(desk.ask({ ...SAME, ...at(1) })).toEqual([])
    const more = new Desk({ maxDustPerMarket: quantity('0.50') }).granted('t1', SAME).buy('t1', 0, '9.51').end('t1')
    expect(more.ask({ ...SAME, ...at(1) })).toEqual(['dust in kalshi K'])
  })

  it('are claimed by what runs, shared by its subject when it waits for the result, and free when it has paid', () => {
    const desk = new Desk().granted('t1', SAME).buy('t1', 0, '10').buy('t1', 1, '10')
    const both = ['claim on kalshi K', 'claim on forecastex 1']
    expect(desk.ask({ ...SAME, ...at(1) })).toEqual(both)
    desk.end('t1')
    expect([desk.ask({ ...SAME, ...at(1) }), desk.ask({ ...SAME, subject: 'other', ...at(1) })]).toEqual([[], both])
    expect(desk.risk.claims.map(({ state }) => state)).toEqual(['settling', 'settling'])
    desk.pay('t1')
    expect([desk.risk.claims, desk.ask({ ...SAME, subject: 'other', ...at(1) })]).toEqual([[], []])
  })

  it('are free at once of a trade that bought nothing', () => {
    const desk = new Desk().granted('t1', SAME).end('t1')
    expect([desk.risk.claims, desk.ask({ ...SAME, subject: 'other' })]).toEqual([[], []])
  })
})

it('a refusal sets nothing aside and opens nothing', () => {
  const desk = new Desk({ maxContractsPerTrade: quantity('9') })
  expect(desk.reserve(desk.plan('t1', {})).kind).toBe('refused')
  expect([desk.ledger.cashOf('kalshi'), desk.risk.claims]).toEqual([money('10000'), []])
  expect(new Desk(WIDE).ask()).toEqual([])
})
