import type { Limits } from '../../../../src/core/risk/limits'
import type { Reservation } from '../../../../src/core/trade/plan'
import { money, quantity } from '../../../../src/core/units'
import { changeHalt } from '../../../../src/stores/postgres/halts'
import { freshLedger, NEVER, WIDE, type TestLedger } from '../support/ledger'
import { book, boxPlan, close, lockedBox, open, resultOf } from '../support/trades'
import { apart, edgePlan, failed, holding, losing, reserve } from './support'

const ledger = freshLedger()
const limits = (change: Partial<Limits>): void => void (ledger().limits = { ...WIDE, ...change })
const ask = (): Promise<Reservation> => reserve(ledger(), apart(9))
const edge = (id: string, sport?: string): Promise<Reservation> =>
  ledger().ledger.reserve(edgePlan({ ...apart(9), id, seenAtMs: ledger().nowMs }, sport), 'run', NEVER)

type Case = readonly [string, string, (world: TestLedger) => Promise<unknown>, () => Promise<Reservation>]
const DENIALS: readonly Case[] = [
  [
    '1 manual halt',
    'no halt in force',
    (world) => changeHalt(world.database, 'all', true, { name: 'me', role: 'operator' }, 'test', world.nowMs, NEVER),
    ask,
  ],
  [
    '2 open breaker',
    'breaker',
    async (world) => {
      limits({ maxConsecutiveLosses: 1 })
      await losing(world, apart(1))
    },
    ask,
  ],
  ['3 position size', 'contracts per trade', async () => limits({ maxContractsPerTrade: quantity('99.99') }), ask],
  ['3 position size, ramp', 'contracts per trade', async () => limits({ firstContracts: quantity('1'), firstCleanTrades: 1 }), ask],
  ['4 risk per trade', 'premium per trade', async () => limits({ maxPremiumPerTrade: money('98.71') }), ask],
  [
    '5 daily loss',
    'loss today',
    async (world) => {
      await losing(world, apart(1))
      limits({ maxDailyLoss: money('5.385199') })
    },
    ask,
  ],
  ['6 daily trades', 'openings today', async () => limits({ maxOpeningsPerDay: 0 }), ask],
  ['7 daily volume', 'contracts today', async () => limits({ maxContractsPerDay: quantity('99.99') }), ask],
  [
    '8 consecutive losses',
    'consecutive losses',
    async (world) => {
      await losing(world, apart(1))
      await losing(world, apart(2))
      limits({ maxConsecutiveLosses: 2 })
    },
    ask,
  ],
  ['9 rate', 'openings in a minute', async () => limits({ maxOpeningsPerMinute: 0 }), ask],
  [
    '9 minimum gap',
    'gap between openings',
    async (world) => {
      await reserve(world, apart(1))
      limits({ minOpeningGapMs: 1 })
    },
    ask,
  ],
  ['10 event concentration', 'contracts in kalshi event K9', async () => limits({ maxContractsPerEvent: quantity('99.99') }), ask],
  ['11 sport concentration', 'premium in nba', async () => limits({ maxSportShareBps: 218 }), () => edge('t9')],
  ['12 balance', 'cash at forecastex', async () => limits({ minCashPerVenue: money('945.000001') }), ask],
  [
    '13 weekly loss',
    'loss this week',
    async (world) => {
      await losing(world, apart(1))
      world.clock.advance(6 * 24 * 3_600_000)
      limits({ maxWeeklyLoss: money('5.385199') })
    },
    ask,
  ],
  ['14 price bounds', 'price bounds', async () => limits({ edgeMinPrice: money('0.4201') }), () => edge('t9')],
  [
    '15 an unknown order',
    'no unknown order',
    async (world) => {
      await reserve(world, apart(1))
      await world.database.query(`update order_intent set state = 'unknown' where client_order_id = 'cb-t1-b2'`)
    },
    ask,
  ],
  ['15 an unproven session', 'session at forecastex', async (world) => (world.sessions = { kalshi: world.nowMs, forecastex: null }), ask],
  [
    '15 an unpaired first leg',
    'unpaired first legs',
    async (world) => {
      limits({ maxUnpairedFirstLegs: 1, moreFirstLegsCleanTrades: 200 })
      await reserve(world, apart(1))
    },
    ask,
  ],
  [
    '15 unpaired premium',
    'unpaired premium',
    async (world) => {
      await reserve(world, apart(1))
      limits({ maxUnpairedPremiumTotal: money('87.439999') })
    },
    ask,
  ],
  [
    '15 its age',
    'age of unpaired premium',
    async (world) => {
      await reserve(world, apart(1))
      world.clock.advance(1_001)
      limits({ maxUnpairedAgeMs: 1_000 })
    },
    ask,
  ],
]

describe('B11 each check denies through the real reserve', () => {
  it.each(DENIALS)('%s: "%s"', async (_number, check, before, asked) => {
    await before(ledger())
    const refused = await asked()
    expect(failed(refused)).toContain(check)
    const verdict = refused.verdicts.find((each) => each.check === check && !each.passed)
    expect([verdict?.actual, verdict?.limit]).not.toContain('')
  })

  it('and none of them denies what is within its limits', async () => {
    expect(failed(await ask())).toEqual([])
    expect(failed(await edge('t10', 'nfl'))).toEqual(['claim on kalshi K9'])
  })
})

describe('B11 exposure comes back', () => {
  it('sport and event of what is settled or flat are free again', async () => {
    limits({ maxSportShareBps: 300, maxContractsPerEvent: quantity('150') })
    expect((await edge('t1')).kind).toBe('granted')
    const second = (id: string): Promise<Reservation> => ledger().ledger.reserve(edgePlan({ ...apart(2), id }), 'run', NEVER)
    expect(failed(await second('t2'))).toEqual(['premium in nba'])
    await close(ledger(), { ...resultOf(boxPlan({ id: 't1' }), 'missed') })
    expect((await second('t3')).kind).toBe('granted')
  })
})

describe('E15 dust', () => {
  it('of a market refuses its next opening beyond the cap', async () => {
    const plan = boxPlan(apart(9))
    const [a, b] = plan.legs
    await open(ledger(), plan, [a.order, { contracts: '60.37' }], [b.order, { contracts: '60' }])
    await close(ledger(), resultOf(plan, 'locked', { locked: '60', dust: '0.37' }))
    ledger().clock.advance(1_000)
    const again = (id: string): Promise<Reservation> => reserve(ledger(), { ...apart(9), id })
    limits({ maxDustPerMarket: quantity('0.36') })
    expect(failed(await again('t10'))).toEqual(['dust in kalshi K9'])
    limits({ maxDustPerMarket: quantity('0.37') })
    expect((await again('t11')).kind).toBe('granted')
  })
})

describe('E9 unpaired premium', () => {
  it('ends with the second leg: a box that is paired and still runs stands in nobody’s way', async () => {
    limits({ maxUnpairedFirstLegs: 1, moreFirstLegsCleanTrades: 200 })
    const plan = boxPlan(apart(1))
    const [a, b] = plan.legs
    await open(ledger(), plan, [a.order, { fee: '1.7052' }])
    expect(failed(await ask())).toEqual(['unpaired first legs'])
    await book(ledger(), b.order, { at: '0.54', fee: '1' })
    expect((await reserve(ledger(), { ...apart(9), id: 't10' })).kind).toBe('granted')
  })

  it('of a running trade is all of its first leg until the fill is booked, then what nothing answers', async () => {
    const plan = boxPlan(apart(1))
    const [a, b] = plan.legs
    const premium = async (id: string): Promise<string | undefined> => {
      limits({ maxUnpairedPremiumTotal: money('0') })
      return (await reserve(ledger(), { ...apart(9), id })).verdicts.find(({ check }) => check === 'unpaired premium')?.actual
    }
    await open(ledger(), plan)
    expect(await premium('p1')).toBe('$87.44')
    limits({})
    await book(ledger(), a.order, { contracts: '60' })
    expect(await premium('p2')).toBe('$68.92') // 60 at 0.42, and the 43.72 of the trade that asks
    await book(ledger(), b.order, { contracts: '45', at: '0.54' })
    expect(await premium('p3')).toBe('$50.02') // 15 are left
  })

  it('that is held counts until it is settled', async () => {
    await holding(ledger(), apart(1))
    limits({ maxUnpairedPremiumTotal: money('85.719999') })
    expect(failed(await ask())).toEqual(['unpaired premium'])
    limits({ maxUnpairedPremiumTotal: money('85.72') })
    expect((await reserve(ledger(), { ...apart(9), id: 't10' })).kind).toBe('granted')
  })
})

describe('E10 the ramp', () => {
  it('counts the trades that filled as planned, and no others', async () => {
    limits({ firstContracts: quantity('1'), firstCleanTrades: 2 })
    const size = async (id: string): Promise<string | undefined> =>
      (await reserve(ledger(), { ...apart(9), id })).verdicts.find(({ check }) => check === 'contracts per trade')?.limit
    expect(await size('p1')).toBe('≤ 1.00 (0 of 2 clean trades)')
    limits({})
    await losing(ledger(), apart(1))
    await lockedBox(ledger(), apart(2))
    limits({ firstContracts: quantity('1'), firstCleanTrades: 2 })
    expect(await size('p2')).toBe('≤ 1.00 (1 of 2 clean trades)')
    limits({})
    await lockedBox(ledger(), apart(3))
    limits({ firstContracts: quantity('1'), firstCleanTrades: 2 })
    expect(await size('p3')).toBe('≤ 1000.00')
  })
})
