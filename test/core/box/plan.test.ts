import { missingOutcome } from '../../../src/core/box/certificate'
import { detectBox } from '../../../src/core/box/detect'
import { payoffMatrix } from '../../../src/core/box/payoff'
import type { BoxFound } from '../../../src/core/box/finding'
import { completionCeiling, planBox } from '../../../src/core/box/plan'
import { tradeId } from '../../../src/core/ids'
import { reserveOf } from '../../../src/core/risk/checks'
import type { BoxPlan } from '../../../src/core/trade/plan'
import { money, price } from '../../../src/core/units'
import { boxInput, CERTIFICATE, NOW, PAIR, POLICY } from './fixture'

function plan(change: Partial<BoxFound> = {}, policy = POLICY): BoxPlan {
  const finding = detectBox(boxInput({ policy }))
  if (finding.kind !== 'found') throw new Error('the fixture is a box')
  const rules = { certificate: 'u3@1', limits: 'l7', config: 'c3' }
  return planBox({
    finding: { ...finding, ...change },
    pair: PAIR,
    kalshiShard: 2,
    tradeId: tradeId('t1'),
    n: 42,
    nowMs: NOW,
    mode: 'sim',
    lossBudget: money('5'),
    entryLifeMs: 1_500,
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
    expect(completionCeiling(price('0.98'), money('0.05'), { venue: 'forecastex', outcome: 'no' })).toBe(9_900)
  })

  it('records what was seen and which versions decided', () => {
    expect(plan().opportunity).toMatchObject({ strategy: 'box', subject: PAIR.id, n: 42, seenAtMs: NOW, netEdge: 5_027_800 })
    expect(plan().rules).toEqual({ certificate: 'u3@1', limits: 'l7', config: 'c3' })
    expect(JSON.parse(JSON.stringify(plan()))).toEqual(plan())
  })
})

describe('the plan of a box whose ForecastEx leg is first', () => {
  const reversed = plan({ first: 'forecastex', ceiling: price('0.45') })
  it('E2 E4 E11 E15 opens at ForecastEx and reduces at Kalshi, with the same ids, times and sizes', () => {
    const told = reversed.legs.map(({ order }) => [
      order.clientOrderId,
      order.venue,
      order.purpose,
      order.outcome,
      order.limit,
      order.notAfterMs - NOW,
    ])
    expect(told).toEqual([
      ['cb-t1-a1', 'forecastex', 'opening', 'no', 4_900, 1_500],
      ['cb-t1-b2', 'kalshi', 'reducing', 'yes', 4_200, 2_500],
    ])
    expect(reversed.legs.every(({ order }) => order.timeInForce === 'ioc' && order.quantity === 8_000)).toBe(true)
  })

  it('E3 its reserved cure completes at Kalshi, up to the ceiling', () =>
    expect(reversed.cure).toMatchObject({ clientOrderId: 'cb-t1-c3', venue: 'kalshi', market: PAIR.kalshi, outcome: 'yes', limit: 4_500 }))

  it('E8 sets aside the completion in Kalshi’s purse, and in ForecastEx’s the price of netting before its dollar comes', () => {
    // 80 at 0.45: 36.00 + 1.386 + 0.008 of slack; 80 at 0.99 and a cent each
    expect([reversed.dearestCure, reversed.dearestExit]).toEqual([37_394_000, 80_000_000])
    const [forecastex, kalshi] = reversed.legs
    expect(reserveOf(reversed)).toEqual([
      { purse: 'forecastex', amount: forecastex.costBound + 80_000_000 },
      { purse: 'kalshi/0.2', amount: kalshi.costBound + 37_394_000 },
    ])
  })
  it('E10 is what by-expected-value makes of a find that is worth more in that order', () => {
    const chosen = plan({}, { ...POLICY, legOrder: 'by-expected-value' })
    expect(chosen.legs.map(({ order }) => order.venue)).toEqual(['forecastex', 'kalshi'])
    expect([chosen.cure.venue, chosen.cure.limit, chosen.legs[1].order.limit]).toEqual(['kalshi', 4_500, 4_200])
    expect(chosen.opportunity.expectedValue).toBeGreaterThan(plan().opportunity.expectedValue)
    expect(plan({}, { ...POLICY, legOrderOf: { [PAIR.id]: 'by-expected-value' } })).toEqual(chosen)
  })

  it('E8 with Kalshi first leaving is a sale, which takes no cash', () => {
    expect(plan()).not.toHaveProperty('dearestExit')
    expect(reserveOf(plan()).map(({ purse }) => purse)).toEqual(['forecastex', 'kalshi/0.2'])
  })

  it('the ceiling is a price of its market: down to its grid, never below the limit', () => {
    const tenths = [{ start: price('0.001'), end: price('0.999'), step: price('0.001') }]
    const twoCents = [{ start: price('0.02'), end: price('0.98'), step: price('0.02') }]
    const YES = { venue: 'kalshi', outcome: 'yes' } as const
    expect(completionCeiling(price('0.424'), money('0.0305'), YES, tenths)).toBe(4_540)
    expect(completionCeiling(price('0.42'), money('0.03'), YES, twoCents)).toBe(4_400)
    expect(completionCeiling(price('0.42'), money('0.005'), YES, twoCents)).toBe(4_200)
    expect(completionCeiling(price('0.42'), money('0.03'), YES, [])).toBe(4_200)
  })

  it('the ceiling of Kalshi’s NO is on the grid of the YES price that it is sent as', () => {
    const finerBelow = [
      { start: price('0.001'), end: price('0.5'), step: price('0.001') },
      { start: price('0.5'), end: price('0.99'), step: price('0.01') },
    ]
    const ceiling = (outcome: 'yes' | 'no', at: string): number =>
      completionCeiling(price(at), money('0.0305'), { venue: 'kalshi', outcome }, finerBelow)
    // NO at 0.6545 is YES at 0.3455, among the tenths; NO at 0.4405 is YES at 0.5595, among the cents
    expect([ceiling('no', '0.624'), ceiling('no', '0.41'), ceiling('yes', '0.41')]).toEqual([6_540, 4_400, 4_400])
    expect([ceiling('yes', '0.414'), ceiling('yes', '0.62')]).toEqual([4_440, 6_500])
    expect(completionCeiling(price('0.624'), money('0.0305'), { venue: 'forecastex', outcome: 'no' }, finerBelow)).toBe(6_500)
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
    expect(payoffMatrix(certificate).least[kalshi === 'yes' ? 'A' : 'B'].perContract).toBe(1_000_000)
  })
})
