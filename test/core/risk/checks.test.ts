import { tradeId } from '../../../src/core/ids'
import type { Breaker } from '../../../src/core/risk/breaker'
import { checkRisk, reserveOf } from '../../../src/core/risk/checks'
import type { Limits } from '../../../src/core/risk/limits'
import type { RiskState } from '../../../src/core/risk/state'
import { purseOf } from '../../../src/core/purse'
import type { BoxPlan, Plan } from '../../../src/core/trade/plan'
import { millis, money, price, quantity } from '../../../src/core/units'
import { boxPlan, DECIDED_MS, FORECASTEX_MARKET, forecastexFirst, SUBJECT } from '../../saga/plan'
import { AT_LIMIT, cashOf, edgePlan, exposure, LIMITS, NOW, PLAN } from './fixture'

const failed = (change: Partial<RiskState>, of: Plan = PLAN, limits: Partial<Limits> = {}): readonly string[] =>
  checkRisk(of, { ...AT_LIMIT, ...change }, { ...LIMITS, ...limits }).flatMap(({ check, passed }) => (passed ? [] : [check]))
const seen = (change: Partial<BoxPlan['opportunity']>): BoxPlan =>
  boxPlan('T1', quantity('10'), { opportunity: { ...PLAN.opportunity, ...change } })
const standing = (breaker: Breaker, cleanTrades = 50): Partial<RiskState> => ({ standing: { breaker, cleanTrades } })
const open: Breaker = { state: 'open', streak: 3, reason: '3 losses in a row', coolDownMs: 1_800_000, untilMs: millis(NOW + 1) }

describe('E5 the risk checks', () => {
  it.each<[string, Plan]>([
    ['a box', PLAN],
    ['an edge trade', edgePlan()],
  ])('pass for %s with every figure exactly at its limit', (_what, of) => {
    const verdicts = checkRisk(of, AT_LIMIT, LIMITS)
    expect(verdicts.filter(({ passed }) => !passed)).toEqual([])
    expect(new Set(verdicts.map(({ check }) => check)).size).toBe(verdicts.length)
  })

  it.each<[string, Partial<RiskState>]>([
    ['no halt in force', { halts: ['venue:forecastex'] }],
    ['breaker', standing(open)],
    ['loss today', { realisedLoss: { today: money('35.000001'), thisWeek: money('65') } }],
    ['loss today', { realisedLoss: { today: money('35.000001'), thisWeek: money('-10') } }],
    ['loss this week', { realisedLoss: { today: money('35'), thisWeek: money('65.000001') } }],
    ['consecutive losses', standing({ state: 'closed', streak: 3 })],
    ['openings today', { openingsToday: 20 }],
    ['contracts today', { contractsToday: quantity('490.01') }],
    ['openings in a minute', { openingsLastMinute: 5 }],
    ['gap between openings', { lastOpenedMs: millis(NOW - 99) }],
    ['open trades', { openTrades: 4 }],
    ['cool-down', { lastEndedMs: millis(NOW - 4_999) }],
    ['seen after the last fill', { lastFillMs: DECIDED_MS }],
    ['contracts in kalshi KXU3-25MAR-T4.1', { exposures: exposure({ inMarket: quantity('40.01') }) }],
    ['contracts in kalshi event KXU3-25MAR', { exposures: exposure({ inEvent: quantity('90.01') }) }],
    ['cash at kalshi', { cash: cashOf({ kalshi: money('104.369999') }) }],
    ['cash at forecastex', { cash: cashOf({ forecastex: money('110.299999') }) }],
  ])('refuse for "%s" alone, one step beyond the limit', (check, change) => expect(failed(change)).toEqual([check]))

  it('refuse for what is too late', () =>
    expect(
      failed({ nowMs: millis(NOW + 1), sessions: { kalshi: null, forecastex: NOW }, unpaired: { ...AT_LIMIT.unpaired, oldestMs: null } }),
    ).toEqual(['still in time']))

  it.each<[string, Partial<Limits>]>([
    ['contracts per trade', { maxContractsPerTrade: quantity('9.99') }],
    ['premium per trade', { maxPremiumPerTrade: money('9.369999') }],
  ])('refuse for "%s" alone, one step beyond the limit', (check, limits) => expect(failed({}, PLAN, limits)).toEqual([check]))

  it.each<[string, BoxPlan]>([
    ['modelled unwind loss', seen({ unwindLoss: money('5.000001') })],
    ['expected value', seen({ expectedValue: money('0.299999') })],
  ])('E10 refuse for "%s" alone, one step beyond the limit', (check, of) => expect(failed({}, of)).toEqual([check]))
  it('E10 refuse for "maximum loss" alone, one step beyond the limit', () =>
    expect(failed({}, seen({ maximumLoss: money('4.370001') }), { maxUnpairedPremiumTotal: money('20') })).toEqual(['maximum loss']))

  it('E5 refuse what another certificate than the one in force has found', () => {
    const pair = { certificate: PLAN.rules.certificate ?? '', state: 'active', expiresMs: millis(NOW + 1) }
    expect(failed({ pair }, PLAN)).toEqual([])
    expect(failed({ pair: { ...pair, expiresMs: NOW } }, PLAN)).toEqual(['certificate in force'])
    expect(failed({ pair: { ...pair, state: 'suspended' } }, PLAN)).toEqual(['certificate in force'])
    expect(failed({ pair: { ...pair, certificate: 'u3@2000' } }, PLAN)).toEqual(['certificate in force'])
  })
  it('E15 refuse for dust beyond its cap', () =>
    expect(failed({ exposures: exposure({ dust: quantity('0.51') }) })).toEqual(['dust in kalshi KXU3-25MAR-T4.1']))

  it('name every reason of a refusal, with the two figures that decided', () => {
    const state: RiskState = { ...AT_LIMIT, openTrades: 5, halts: ['all', `pair:${SUBJECT}`], ...standing(open) }
    expect(checkRisk(PLAN, state, LIMITS).filter(({ passed }) => !passed)).toEqual([
      { check: 'no halt in force', passed: false, actual: `all, pair:${SUBJECT}`, limit: 'none' },
      { check: 'breaker', passed: false, actual: 'open (3 losses in a row), 1 ms to wait', limit: '0 ms to wait' },
      { check: 'open trades', passed: false, actual: '6', limit: '≤ 4' },
    ])
  })

  it('a profit of the day is no loss and widens nothing, and no earlier trade needs no cool-down', () => {
    const profit = { realisedLoss: { today: money('-80'), thisWeek: money('-80') } }
    expect(failed({ ...profit, lastEndedMs: null, lastFillMs: null, lastOpenedMs: null })).toEqual([])
    expect(failed({ ...profit, worstCaseOfOpen: money('50.000001') })).toEqual(['loss today'])
  })

  it('E29 an open position may lose its worst case: it counts with what is realised', () =>
    expect(failed({ worstCaseOfOpen: money('15.000001') })).toEqual(['loss today', 'loss this week']))
})

describe('E9 check 15: what stands unpaired', () => {
  const unpaired = (change: Partial<RiskState['unpaired']>): Partial<RiskState> => ({ unpaired: { ...AT_LIMIT.unpaired, ...change } })
  it.each<[string, Partial<RiskState>]>([
    ['no unknown order', { unresolvedOrders: 1 }],
    ['session at forecastex', { sessions: { kalshi: NOW, forecastex: millis(NOW - 2_001) } }],
    ['session at forecastex', { sessions: { kalshi: NOW, forecastex: null } }],
    ['unpaired first legs', unpaired({ firstLegs: 2 })],
    ['unpaired premium', unpaired({ premium: money('10.000001') })],
    ['age of unpaired premium', unpaired({ oldestMs: millis(NOW - 30_001) })],
  ])('refuses for "%s" alone, one step beyond the limit', (check, change) => expect(failed(change)).toEqual([check]))

  it('asks for the session of the second leg, whichever venue that is', () => {
    expect(failed({ sessions: { kalshi: null, forecastex: NOW } }, forecastexFirst('T1'))).toContain('session at kalshi')
    expect(failed({ sessions: { kalshi: NOW, forecastex: null } }, forecastexFirst('T1'))).not.toContain('session at kalshi')
  })

  it('allows more first legs at once after 200 clean trades', () => {
    const many = unpaired({ firstLegs: 3 })
    expect(failed({ ...many, ...standing(AT_LIMIT.standing.breaker, 199) })).toEqual(['unpaired first legs'])
    expect(failed({ ...many, ...standing(AT_LIMIT.standing.breaker, 200) })).toEqual([])
  })

  it('asks an edge trade for no second leg, but not even that opens while an order is unknown', () => {
    const none = { sessions: { kalshi: null, forecastex: null }, ...unpaired({ firstLegs: 9, premium: money('99') }) }
    expect(failed(none, edgePlan())).toEqual([])
    expect(failed({ ...none, unresolvedOrders: 1 }, edgePlan())).toEqual(['no unknown order'])
  })
})

describe('B11 the checks that only an edge trade needs', () => {
  const at = (limit: string): Plan => {
    const [leg] = edgePlan().legs
    return edgePlan({ legs: [{ ...leg, order: { ...leg.order, limit: price(limit) } }] })
  }
  it.each<[string, Plan, Partial<RiskState>]>([
    ['price bounds', at('0.4199'), {}],
    ['price bounds', at('0.6001'), {}],
    ['premium in nba', edgePlan(), { premiumInSport: money('195.630001') }],
    ['premium in nba', edgePlan(), { bankroll: money('999.99') }],
  ])('refuse for "%s" alone, one step beyond the limit', (check, of, change) => expect(failed(change, of)).toEqual([check]))
  it('are not asked of a box', () => expect(failed({ premiumInSport: money('900') }, PLAN, { edgeMinPrice: money('0.99') })).toEqual([]))
})

describe('E7 claims decide with the rest', () => {
  const claim = { venue: 'forecastex', market: FORECASTEX_MARKET, subject: SUBJECT, outcome: 'no', holder: tradeId('T0') } as const
  it('lots of the same subject and direction that wait for their result share it', () =>
    expect(failed({ claims: [{ ...claim, state: 'settling' }] })).toEqual([]))
  it.each([
    ['the same, while its trade runs', { ...claim, state: 'exclusive' } as const],
    ['the opposite direction', { ...claim, outcome: 'yes', state: 'settling' } as const],
  ])('%s refuses', (_what, held) => expect(failed({ claims: [held] })).toEqual([`claim on forecastex ${FORECASTEX_MARKET}`]))
  it('a claim elsewhere is no conflict', () => expect(failed({ claims: [{ ...claim, venue: 'kalshi', state: 'exclusive' }] })).toEqual([]))
})

describe('E8 what is reserved', () => {
  it('comes from the purse of its market: what is elsewhere at the venue does not help', () => {
    const plan: BoxPlan = { ...PLAN, legs: [{ ...PLAN.legs[0], purse: purseOf('kalshi', 2) }, PLAN.legs[1]] }
    const refused = (cash: RiskState['cash']): unknown => checkRisk(plan, { ...AT_LIMIT, cash }, LIMITS).filter(({ passed }) => !passed)
    const check = 'cash at kalshi/0.2'
    expect(refused(cashOf({ kalshi: money('5000') }))).toEqual([{ check, passed: false, actual: '$0.00', limit: '≥ $104.37' }])
    expect(refused(cashOf({ kalshi: money(0), 'kalshi/0.2': money('104.369999') }))).toMatchObject([{ check, actual: '$104.369999' }])
    expect(refused(cashOf({ kalshi: money(0), 'kalshi/0.2': money('104.37') }))).toEqual([])
  })
  it('A12 is both legs at their bound, fees included, and the dearest cure where the second leg is bought', () =>
    expect(reserveOf(PLAN)).toEqual([
      { purse: 'forecastex', amount: 10_300_000 },
      { purse: 'kalshi', amount: 4_370_000 },
    ]))
})
