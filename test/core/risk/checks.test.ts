import { tradeId } from '../../../src/core/ids'
import { checkRisk, reserveOf, type RiskState } from '../../../src/core/risk/checks'
import type { Limits } from '../../../src/core/risk/limits'
import type { BoxPlan } from '../../../src/core/trade/plan'
import { millis, money, quantity } from '../../../src/core/units'
import { boxPlan, DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET, SUBJECT } from '../../saga/plan'

const LIMITS: Limits = {
  version: 'test-1',
  maxContractsPerTrade: quantity('10'),
  maxPremiumPerTrade: money('9.37'),
  maxContractsPerMarket: quantity('50'),
  maxContractsPerEvent: quantity('100'),
  maxContractsPerDay: quantity('500'),
  maxOpeningsPerMinute: 5,
  maxOpeningsPerDay: 20,
  maxOpenTrades: 1,
  maxDailyLoss: money('50'),
  lossBudgetPerTrade: money('5'),
  maxUnpairedPremium: money('4.37'),
  minCashPerVenue: money('100'),
  coolDownMs: 5_000,
  minNetEdgePerContract: money('0.01'),
  minExpectedValue: money('0.30'),
  entryLifeMs: 1_000,
  closeMarginMs: 600_000,
}
const plan = boxPlan('T1')
const exposure = (inMarket: string, inEvent: string): RiskState['contracts'] => [
  { venue: 'kalshi', market: KALSHI_MARKET, event: 'KXU3-25MAR', inMarket: quantity(inMarket), inEvent: quantity(inEvent) },
  { venue: 'forecastex', market: FORECASTEX_MARKET, event: 'UNR 2025-03', inMarket: quantity('0'), inEvent: quantity('0') },
]
/** Every figure exactly at its limit. */
const AT_LIMIT: RiskState = {
  nowMs: millis(DECIDED_MS + 1_000),
  halts: [],
  openTrades: 0,
  openingsLastMinute: 4,
  openingsToday: 19,
  contractsToday: quantity('490'),
  realisedLossToday: money('50'),
  contracts: exposure('40', '90'),
  cash: { kalshi: money('104.37'), forecastex: money('110.30') },
  claims: [],
  lastEndedMs: millis(DECIDED_MS + 1_000 - 5_000),
  lastFillMs: millis(DECIDED_MS - 1),
  unresolvedOrders: 0,
}
const failed = (change: Partial<RiskState>, of: BoxPlan = plan, limits: Partial<Limits> = {}): readonly string[] =>
  checkRisk(of, { ...AT_LIMIT, ...change }, { ...LIMITS, ...limits }).flatMap(({ check, passed }) => (passed ? [] : [check]))
const seen = (change: Partial<BoxPlan['opportunity']>): BoxPlan =>
  boxPlan('T1', quantity('10'), { opportunity: { ...plan.opportunity, ...change } })

describe('E5 the risk checks', () => {
  it('pass with every figure exactly at its limit', () => {
    const verdicts = checkRisk(plan, AT_LIMIT, LIMITS)
    expect(verdicts.filter(({ passed }) => !passed)).toEqual([])
    expect(new Set(verdicts.map(({ check }) => check)).size).toBe(verdicts.length)
  })

  it.each<[string, Partial<RiskState>]>([
    ['no halt in force', { halts: ['venue:forecastex'] }],
    ['still in time', { nowMs: millis(DECIDED_MS + 1_001), lastEndedMs: null }],
    ['no unknown order', { unresolvedOrders: 1 }],
    ['contracts in kalshi KXU3-25MAR-T4.1', { contracts: exposure('40.01', '90') }],
    ['contracts in kalshi event KXU3-25MAR', { contracts: exposure('40', '90.01') }],
    ['contracts today', { contractsToday: quantity('490.01') }],
    ['openings in a minute', { openingsLastMinute: 5 }],
    ['openings today', { openingsToday: 20 }],
    ['open trades', { openTrades: 1 }],
    ['cool-down', { lastEndedMs: millis(DECIDED_MS + 1_000 - 4_999) }],
    ['seen after the last fill', { lastFillMs: DECIDED_MS }],
    ['loss today', { realisedLossToday: money('50.000001') }],
    ['cash at kalshi', { cash: { ...AT_LIMIT.cash, kalshi: money('104.369999') } }],
    ['cash at forecastex', { cash: { ...AT_LIMIT.cash, forecastex: money('110.299999') } }],
  ])('refuse for "%s" alone, one step beyond the limit', (check, change) => expect(failed(change)).toEqual([check]))

  it.each<[string, Partial<Limits>]>([
    ['contracts per trade', { maxContractsPerTrade: quantity('9.99') }],
    ['premium per trade', { maxPremiumPerTrade: money('9.369999') }],
  ])('refuse for "%s" alone, one step beyond the limit', (check, limits) => expect(failed({}, plan, limits)).toEqual([check]))

  it.each<[string, BoxPlan]>([
    ['modelled unwind loss', seen({ unwindLoss: money('5.000001') })],
    ['maximum loss', seen({ maximumLoss: money('4.370001') })],
    ['expected value', seen({ expectedValue: money('0.299999') })],
  ])('E10 refuse for "%s" alone, one step beyond the limit', (check, of) => expect(failed({}, of)).toEqual([check]))

  it('name every reason of a refusal, with the two figures that decided', () => {
    const state: RiskState = { ...AT_LIMIT, openTrades: 3, halts: ['all', `pair:${SUBJECT}`] }
    const reasons = checkRisk(plan, state, LIMITS).filter(({ passed }) => !passed)
    expect(reasons).toEqual([
      { check: 'no halt in force', passed: false, actual: `all, pair:${SUBJECT}`, limit: 'none' },
      { check: 'open trades', passed: false, actual: '4', limit: '≤ 1' },
    ])
  })

  it('a profit of the day is no loss, and no earlier trade needs no cool-down', () =>
    expect(failed({ realisedLossToday: money('-80'), lastEndedMs: null, lastFillMs: null })).toEqual([]))
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
  it('is both legs at their bound, and the dearest cure where the second leg is bought', () =>
    expect(reserveOf(plan)).toEqual([
      { venue: 'forecastex', amount: 10_300_000 },
      { venue: 'kalshi', amount: 4_370_000 },
    ]))
})
