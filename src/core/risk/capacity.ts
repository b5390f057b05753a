import { lossAtStake } from './checks'
import type { LimitName } from './limit-change'
import type { Limits } from './limits'
import { largestSize } from './size'
import type { RiskState } from './state'

/** How much of a limit is taken. Micro-dollars, hundredths of a contract, a count or milliseconds, as the limit is. */
export interface LimitUse {
  readonly limit: LimitName
  /** What it is counted for: a market, an event, a purse; null: all. */
  readonly where: string | null
  /** Of `minCashPerVenue`: what is there. */
  readonly used: number
  readonly allowed: number
  /** What the next opening may take at the most. */
  readonly left: number
}

const most = (limit: LimitName, used: number, allowed: number, where: string | null = null): LimitUse => ({
  ...{ limit, where, used, allowed },
  left: Math.max(0, allowed - used),
})

/** The limits that fill up, as the next opening of the strategy would meet them (E9, E10, E29). What binds a single trade alone is not among them. */
export function limitUses(state: RiskState, limits: Limits): readonly LimitUse[] {
  const { realisedLoss, worstCaseOfOpen, unpaired, standing, nowMs } = state
  const largest = largestSize(limits, standing, nowMs).contracts
  const ageMs = unpaired.oldestMs === null ? 0 : Math.max(0, nowMs - unpaired.oldestMs)
  return [
    { limit: 'maxContractsPerTrade', where: null, used: 0, allowed: largest, left: largest },
    most('maxContractsPerDay', state.contractsToday, limits.maxContractsPerDay),
    most('maxOpeningsPerMinute', state.openingsLastMinute, limits.maxOpeningsPerMinute),
    most('maxOpeningsPerDay', state.openingsToday, limits.maxOpeningsPerDay),
    most('maxOpenTrades', state.openTrades, limits.maxOpenTrades),
    most('maxDailyLoss', lossAtStake(realisedLoss.today, worstCaseOfOpen), limits.maxDailyLoss),
    most('maxWeeklyLoss', lossAtStake(realisedLoss.thisWeek, worstCaseOfOpen), limits.maxWeeklyLoss),
    most('maxConsecutiveLosses', standing.breaker.streak, limits.maxConsecutiveLosses),
    most('maxUnpairedFirstLegs', unpaired.firstLegs, limits.maxUnpairedFirstLegs),
    most('maxUnpairedPremiumTotal', unpaired.premium, limits.maxUnpairedPremiumTotal),
    most('maxUnpairedAgeMs', ageMs, limits.maxUnpairedAgeMs),
    ...state.exposures.flatMap(({ venue, market, event, inMarket, inEvent, dust }) => [
      most('maxContractsPerMarket', inMarket, limits.maxContractsPerMarket, `${venue} ${market}`),
      most('maxContractsPerEvent', inEvent, limits.maxContractsPerEvent, `${venue} event ${event}`),
      most('maxDustPerMarket', dust, limits.maxDustPerMarket, `${venue} ${market}`),
    ]),
    ...[...state.cash].map(([purse, free]): LimitUse => ({
      ...{ limit: 'minCashPerVenue', where: purse, used: free, allowed: limits.minCashPerVenue },
      left: Math.max(0, free - limits.minCashPerVenue),
    })),
  ]
}
