import { CLOSED } from '../../../src/core/risk/breaker'
import type { Limits } from '../../../src/core/risk/limits'
import type { MarketExposure, RiskState } from '../../../src/core/risk/state'
import { parsePurse } from '../../../src/core/purse'
import type { BoxPlan, EdgePlan } from '../../../src/core/trade/plan'
import { millis, money, quantity, type Money } from '../../../src/core/units'
import { boxPlan, DECIDED_MS, FORECASTEX_MARKET, KALSHI_MARKET } from '../../saga/plan'

export const LIMITS: Limits = {
  version: 'test-1',
  maxContractsPerTrade: quantity('10'),
  firstContracts: quantity('1'),
  firstCleanTrades: 10,
  nextContracts: quantity('5'),
  nextCleanTrades: 50,
  maxPremiumPerTrade: money('9.37'),
  maxContractsPerMarket: quantity('50'),
  maxContractsPerEvent: quantity('100'),
  maxContractsPerDay: quantity('500'),
  maxOpeningsPerMinute: 5,
  minOpeningGapMs: 100,
  maxOpeningsPerDay: 20,
  maxOpenTrades: 4,
  maxDailyLoss: money('50'),
  maxWeeklyLoss: money('80'),
  maxConsecutiveLosses: 3,
  breakerCoolDownMs: 1_800_000,
  lossBudgetPerTrade: money('5'),
  maxUnpairedPremium: money('4.37'),
  maxUnpairedPremiumTotal: money('14.37'),
  maxUnpairedAgeMs: 30_000,
  maxUnpairedFirstLegs: 2,
  moreFirstLegsCleanTrades: 200,
  maxDustPerMarket: quantity('0.50'),
  minCashPerVenue: money('100'),
  coolDownMs: 5_000,
  minNetEdgePerContract: money('0.01'),
  minExpectedValue: money('0.30'),
  edgeMinPrice: money('0.42'),
  edgeMaxPrice: money('0.60'),
  maxSportShareBps: 2_000,
  entryLifeMs: 1_000,
  closeMarginMs: 600_000,
}

export const NOW = millis(DECIDED_MS + 1_000)
export const PLAN: BoxPlan = boxPlan('T1')

export const exposure = (change: Partial<MarketExposure>): RiskState['exposures'] => [
  {
    venue: 'kalshi',
    market: KALSHI_MARKET,
    event: 'KXU3-25MAR',
    inMarket: quantity('40'),
    inEvent: quantity('90'),
    dust: quantity('0.50'),
    ...change,
  },
  {
    venue: 'forecastex',
    market: FORECASTEX_MARKET,
    event: 'UNR 2025-03',
    inMarket: quantity('0'),
    inEvent: quantity('0'),
    dust: quantity('0'),
  },
]

/** Free cash by purse, what is left out exactly at its limit. */
export const cashOf = (change: Readonly<Record<string, Money>>): RiskState['cash'] =>
  new Map(
    Object.entries({ kalshi: money('104.37'), forecastex: money('110.30'), ...change }).map(([purse, amount]) => [
      parsePurse(purse),
      amount,
    ]),
  )

/** Every figure exactly at its limit. */
export const AT_LIMIT: RiskState = {
  nowMs: NOW,
  halts: [],
  pair: null,
  standing: { breaker: { state: 'closed', streak: 2 }, cleanTrades: 50 },
  openTrades: 3,
  openingsLastMinute: 4,
  openingsToday: 19,
  contractsToday: quantity('490'),
  lastOpenedMs: millis(NOW - 100),
  realisedLoss: { today: money('35'), thisWeek: money('65') },
  worstCaseOfOpen: money('15'),
  unpaired: { firstLegs: 1, premium: money('10'), oldestMs: millis(NOW - 30_000) },
  exposures: exposure({}),
  premiumInSport: money('195.63'),
  cash: cashOf({}),
  bankroll: money('1000'),
  claims: [],
  lastEndedMs: millis(NOW - 5_000),
  lastFillMs: millis(DECIDED_MS - 1),
  unresolvedOrders: 0,
  sessions: { kalshi: null, forecastex: millis(NOW - 2_000) },
}

/** Ten contracts of the box's first leg, alone. */
export function edgePlan(change: Partial<EdgePlan> = {}): EdgePlan {
  const { tradeId, mode, lossBudget, rules, opportunity, legs } = PLAN
  return {
    tradeId,
    mode,
    lossBudget,
    rules,
    strategy: 'edge',
    sport: 'nba',
    dearestCure: money(0),
    opportunity: { ...opportunity, strategy: 'edge' },
    legs: [legs[0]],
    ...change,
  }
}
export const FRESH = { breaker: CLOSED, cleanTrades: 0 }
