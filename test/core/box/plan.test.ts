import { missingOutcome } from '../../../src/core/box/certificate'
import { detectBox } from '../../../src/core/box/detect'
import { expectedValue } from '../../../src/core/box/leg-order'
import { leastPayoff } from '../../../src/core/box/payoff'
import { completionCeiling, planBox } from '../../../src/core/box/plan'
import { unwindLoss } from '../../../src/core/box/worst-case'
import { tradeId } from '../../../src/core/ids'
import type { BoxPlan } from '../../../src/core/trade/plan'
import { money, price, quantity } from '../../../src/core/units'
import { boxInput, CERTIFICATE, level, NOW, PAIR } from './fixture'

function plan(): BoxPlan {
  const finding = detectBox(boxInput())
  if (finding.kind !== 'found') throw new Error('the fixture is a box')
  const rules = { certificate: 'u3@1', limits: 'l7', config: 'c3' }
  return planBox({
    finding,
    pair: PAIR,
    kalshiShard: 2,
    tradeId: tradeId('t1'),
    n: 42,
    nowMs: NOW,
    mode: 'sim',
    lossBudget: money('5'),
    entryLifeMs: 1_500,
    completionAllowance: money('0.03'),
    rules,
  })
}

describe('the plan of a box', () => {
  it('E2 E4 E11 E15 opens at Kalshi and reduces at ForecastEx, immediate-or-cancel, each with its id and not-after', () => {
    const [first, second] = plan().legs
    const common = { tradeId: 't1', action: 'buy', timeInForce: 'ioc', quantity: 8_000 }
    expect(first.order).toEqual({
      ...common,
      clientOrderId: 'cb-t1-a1',
      venue: 'kalshi',
      market: PAIR.kalshi,
      outcome: 'yes',
      limit: 4200,
      purpose: 'opening',
      notAfterMs: NOW + 1_500,
    })
    expect(second.order).toEqual({
      ...common,
      clientOrderId: 'cb-t1-b2',
      venue: 'forecastex',
      market: '751',
      outcome: 'no',
      limit: 4900,
      purpose: 'reducing',
      notAfterMs: NOW + 2_500,
    })
  })

  it('E8 is paid from the shard of the Kalshi market, and from the one purse that ForecastEx has', () =>
    expect(plan().legs.map(({ purse }) => purse)).toEqual(['kalshi/0.2', 'forecastex']))
  it('E8 carries the cash of the dearest cure: the missing outcome at the ceiling, at the dearer venue', () => {
    // Kalshi at 0.52: 41.60 + 1.397760 + 0.008 of slack, up to the grid; ForecastEx would be 80 × 0.53 = 42.40
    expect(plan().dearestCure).toBe(43_005_800)
    expect(completionCeiling(price('0.98'), money('0.05'))).toBe(9_900)
  })

  it('records what was seen and which versions decided', () => {
    expect(plan().opportunity).toMatchObject({ strategy: 'box', subject: PAIR.id, n: 42, seenAtMs: NOW, netEdge: 5_027_800 })
    expect(plan().rules).toEqual({ certificate: 'u3@1', limits: 'l7', config: 'c3' })
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(plan())
  })
})

describe('what a box is worth', () => {
  it.each([
    ['same', 'yes', 'no'],
    ['same', 'no', 'yes'],
    ['opposite', 'yes', 'yes'],
    ['opposite', 'no', 'no'],
  ] as const)('%s polarity: Kalshi %s is completed by ForecastEx %s and pays a dollar in every state', (polarity, kalshi, forecastex) => {
    const certificate = { ...CERTIFICATE, polarity }
    expect(missingOutcome(certificate, kalshi)).toBe(forecastex)
    expect(leastPayoff(certificate, kalshi, forecastex).perContract).toBe(1_000_000)
    expect(leastPayoff(certificate, kalshi, forecastex === 'yes' ? 'no' : 'yes').perContract).toBe(0)
  })
  it('E10 believes the second fill at most seven times in ten, and rounds down', () => {
    expect(expectedValue(money(1_000_000), money(1_000_000), 9_500)).toBe(400_000)
    expect(expectedValue(money(1_000_000), money(1_000_000), 2_000)).toBe(-600_000)
    expect(expectedValue(money(0), money(1), 7_000)).toBe(-1)
  })
  it('loses on the way back what the bids do not bring, and all of what they do not reach', () => {
    const { kalshi } = boxInput().fees
    if (kalshi.kind !== 'priced') throw new Error('the fixture has fees')
    expect(unwindLoss(money(43_715_200), [level('0.40', '100')], quantity('100'), kalshi)).toBe(5_405_200)
    expect(unwindLoss(money(43_715_200), [], quantity('100'), kalshi)).toBe(43_715_200)
    expect(unwindLoss(money(43_715_200), [level('0.90', '100')], quantity('100'), kalshi)).toBe(0)
  })
})
