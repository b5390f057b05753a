import { createCureActivities, type CureDependencies } from '../../src/activities/cure'
import type { Venue } from '../../src/core/ids'
import type { Level } from '../../src/core/market/event'
import { forecastexFees, kalshiFees, type VenueFees } from '../../src/core/market/fees'
import { DIRECT_GRID } from '../../src/core/market/fees-kalshi'
import type { Scope } from '../../src/core/risk/scope'
import type { Access } from '../../src/core/trade/cure'
import type { CurePace } from '../../src/core/trade/steps'
import { money, price, quantity } from '../../src/core/units'
import type { Quotes } from '../../src/ports/feed'
import { DECIDED_MS, forecastexFirst, unpairedOf } from '../saga/plan'
import { LogBook } from '../stores/doubles'
import { asActivity, LeapingClock, OpenGuard, PLAN } from './doubles'

const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })
const FEES: Readonly<Record<Venue, VenueFees>> = {
  kalshi: kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: DECIDED_MS },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  ) as VenueFees,
  forecastex: forecastexFees(DECIDED_MS),
}

function desk(plan = PLAN) {
  const depth: Record<Venue, readonly Level[] | Error> = { kalshi: [level('0.40', '500')], forecastex: [level('0.51', '500')] }
  const fees: Record<Venue, VenueFees | null> = { ...FEES }
  const access: Record<Venue, Access> = { kalshi: 'open', forecastex: 'open' }
  const halts: Scope[] = []
  const asked: string[] = []
  const log = new LogBook()
  const clock = new LeapingClock()
  const guard = new OpenGuard()
  guard.remember(plan)
  const quotes = (venue: Venue): Quotes => ({
    ladder: (market, outcome, action) => {
      asked.push(`${action} ${outcome} ${market}`)
      const levels = depth[venue]
      return levels instanceof Error ? Promise.reject(levels) : Promise.resolve({ levels, asOfMs: DECIDED_MS })
    },
  })
  const dependencies: CureDependencies = {
    quotes: { kalshi: quotes('kalshi'), forecastex: quotes('forecastex') },
    fees: (venue) => fees[venue],
    halts: { active: () => halts },
    guard,
    access: (venue) => access[venue],
    ledger: { intend: () => Promise.resolve(true) },
    chooseSale: () => ({ kind: 'hold', reason: 'a box' }),
    clock,
    log,
  }
  const activities = createCureActivities(dependencies)
  const choose = (budget = '5', left = '10', pace: CurePace = 'at-once') =>
    asActivity(() => activities.chooseCure(unpairedOf(plan, quantity(left)), money(budget), pace))
  return { depth, fees, access, halts, asked, guard, log, clock, choose }
}

describe('E22 the plan’s own price', () => {
  it('is waited for when it is not there, for at most a second, and taken when it comes', async () => {
    const { choose, depth, clock } = desk()
    depth.forecastex = [level('0.53', '500')] // above the plan’s 0.49
    clock.onSleep = (slept) => slept === 4 && (depth.forecastex = [level('0.49', '500')])
    expect(await choose('5', '10', 'requote')).toMatchObject({ chosen: { way: 'complete', order: { limit: 4_900 } } })
    expect(clock.slept).toHaveLength(4)
  })

  it('that does not come makes way for the cheapest way at once', async () => {
    const { choose, depth, clock } = desk()
    depth.forecastex = [level('0.53', '500')]
    expect(await choose('5', '10', 'requote')).toMatchObject({ chosen: { way: 'sell' } })
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(1_000)
  })

  it('is not waited for at a venue that is not open, nor a second time', async () => {
    const { choose, access, depth, clock } = desk()
    depth.forecastex = [level('0.53', '500')]
    await choose('5', '10', 'at-once')
    access.forecastex = 'closed'
    await choose('5', '10', 'requote')
    expect(clock.slept).toEqual([])
  })
})

describe('E21 choosing a cure', () => {
  it('prices both ways with the books as they are, and takes the cheaper', async () => {
    const { choose, asked } = desk()
    // 4.37 + 5.20 − 10.00 is a gain; a sale at 0.40 loses
    expect(await choose()).toMatchObject({
      chosen: { way: 'complete', loss: 0, order: { venue: 'forecastex', limit: 5_100, quantity: 1_000 } },
    })
    expect(asked).toEqual(['buy no 751', 'sell yes KXU3-25MAR-T4.1'])
  })

  it('sells back where the missing outcome costs more than the plan’s limit and its allowance', async () => {
    const { choose, depth } = desk()
    depth.forecastex = [level('0.53', '500')]
    const { chosen } = await choose()
    expect(chosen).toMatchObject({ way: 'sell', order: { venue: 'kalshi', action: 'sell', limit: 4_000 } })
  })

  it('charges what is left with its share of the first leg', async () => {
    const { choose, depth } = desk()
    depth.forecastex = []
    const [whole, half] = [await choose('5', '10'), await choose('5', '5')]
    expect([whole.chosen.way, half.chosen.way]).toEqual(['sell', 'sell'])
    expect(half.chosen.loss * 2 - whole.chosen.loss).toBeLessThanOrEqual(200)
  })

  it('E24 never at a halted venue: the other exit is taken', async () => {
    const { choose, halts } = desk()
    halts.push('venue:forecastex')
    expect(await choose()).toMatchObject({ chosen: { way: 'sell' }, over: [] })
  })

  it('E24 waits when the halted venue is the only one that could', async () => {
    const { choose, halts, depth } = desk()
    halts.push('venue:forecastex')
    depth.kalshi = []
    expect(await choose()).toMatchObject({ chosen: { way: 'wait', state: 'waiting-for-venue' } })
  })

  it('E24 waits for a venue whose session is down', async () => {
    const { choose, access } = desk()
    access.kalshi = 'closed'
    access.forecastex = 'closed'
    expect(await choose()).toMatchObject({ chosen: { way: 'wait', state: 'waiting-for-venue' } })
  })

  it('a venue that cannot tell its depth offers none, and the log says why', async () => {
    const { choose, depth, log } = desk()
    depth.forecastex = new Error('no heartbeat')
    expect(await choose()).toMatchObject({ chosen: { way: 'sell' } })
    expect(log.lines.find(({ level: at }) => at === 'warn')?.fields).toMatchObject({ venue: 'forecastex', error: 'no heartbeat' })
  })

  it('E23 does not hold to settlement while a way cannot be priced: its fees are told again after a restart', async () => {
    const { choose, depth, fees } = desk()
    depth.forecastex = []
    fees.kalshi = null
    expect(await choose('50')).toMatchObject({ chosen: { way: 'wait', state: 'waiting-for-venue' } })
    fees.kalshi = FEES.kalshi
    depth.kalshi = []
    expect(await choose('50')).toMatchObject({ chosen: { way: 'hold' } })
  })

  it('is a bug without a grant', async () => {
    const { choose, guard } = desk()
    guard.forget(PLAN.tradeId)
    await expect(choose()).rejects.toThrow('trade T1 has no box plan to cure')
  })
})

describe('E21 choosing a cure of a ForecastEx leg', () => {
  const at = (kalshiAsk: string, opposite: string) => {
    const each = desk(forecastexFirst('T1'))
    each.depth.kalshi = [level(kalshiAsk, '500')]
    each.depth.forecastex = [level(opposite, '500')]
    return each
  }

  it('prices a completion at Kalshi and netting at ForecastEx', async () => {
    const { choose, asked } = at('0.44', '0.53')
    expect(await choose()).toMatchObject({
      chosen: { way: 'complete', order: { clientOrderId: 'cb-T1-c3', venue: 'kalshi', limit: 4_400 } },
    })
    expect(asked).toEqual(['buy yes KXU3-25MAR-T4.1', 'buy yes 751'])
  })
  it('nets where Kalshi costs more than the reserve set aside, at whatever the budget allows', async () => {
    // 5.00 + 5.40 − 10.00, and a completion ceiling of 0.45
    expect(await at('0.46', '0.53').choose()).toMatchObject({
      chosen: {
        way: 'net',
        loss: 400_000,
        order: { clientOrderId: 'cb-T1-c4', venue: 'forecastex', outcome: 'yes', action: 'buy', limit: 5_300 },
      },
      over: [{ way: 'hold' }],
    })
  })
  it('E23 a netting beyond the budget is not sent: it is held where that fits, else over', async () => {
    expect(await at('0.46', '0.98').choose('4')).toMatchObject({ chosen: { way: 'wait', state: 'over-budget' } })
    expect(await at('0.46', '0.98').choose('5')).toMatchObject({ chosen: { way: 'net', loss: 4_900_000 } })
  })
  it('E22 waits for the plan’s own price at Kalshi', async () => {
    const { choose, clock } = at('0.42', '0.53')
    expect(await choose('5', '10', 'requote')).toMatchObject({ chosen: { way: 'complete', order: { venue: 'kalshi', limit: 4_200 } } })
    expect(clock.slept).toEqual([])
  })
  it('E24 nets while Kalshi is halted, completes while ForecastEx is closed', async () => {
    const halted = at('0.44', '0.53')
    halted.halts.push('venue:kalshi')
    expect(await halted.choose()).toMatchObject({ chosen: { way: 'net' } })
    const closed = at('0.44', '0.53')
    closed.access.forecastex = 'closed'
    expect(await closed.choose()).toMatchObject({ chosen: { way: 'complete' } })
  })
})
