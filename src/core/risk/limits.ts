import type { Money, Quantity } from '../units'

/** What a trade may cost, how often, and how much may be at stake (ruling 7: counts are openings). Files are the first import; Postgres owns them. */
export interface Limits {
  /** Names this set of limits in every plan it decided. */
  readonly version: string
  readonly maxContractsPerTrade: Quantity
  /** E10, ramp of execution.md §10: no more than this until so many clean trades … */
  readonly firstContracts: Quantity
  readonly firstCleanTrades: number
  /** … then no more than this until so many, then `maxContractsPerTrade`. Zero trades: that step is off. */
  readonly nextContracts: Quantity
  readonly nextCleanTrades: number
  readonly maxPremiumPerTrade: Money
  readonly maxContractsPerMarket: Quantity
  readonly maxContractsPerEvent: Quantity
  readonly maxContractsPerDay: Quantity
  readonly maxOpeningsPerMinute: number
  readonly minOpeningGapMs: number
  readonly maxOpeningsPerDay: number
  readonly maxOpenTrades: number
  /** Realised loss of the trading day and the worst case of what is open (E29), beyond which nothing opens. */
  readonly maxDailyLoss: Money
  /** The same over seven trading days. */
  readonly maxWeeklyLoss: Money
  /** Of one strategy in a row: opens its breaker. */
  readonly maxConsecutiveLosses: number
  /** Of a breaker that opened; doubled by each trial that loses. */
  readonly breakerCoolDownMs: number
  /** What one trade may lose before it must hold and page (E23). */
  readonly lossBudgetPerTrade: Money
  /** Full premium of what could stay unpaired of one trade (E10). */
  readonly maxUnpairedPremium: Money
  /** E9: the same over all trades, this one included. */
  readonly maxUnpairedPremiumTotal: Money
  /** E9: nothing opens while a running trade has been unpaired for longer. */
  readonly maxUnpairedAgeMs: number
  /** E9: first legs that nothing answers yet, this one included, until so many clean trades; then `maxOpenTrades` alone bounds them. */
  readonly maxUnpairedFirstLegs: number
  readonly moreFirstLegsCleanTrades: number
  /** E15: parts of contracts that nothing pairs. */
  readonly maxDustPerMarket: Quantity
  readonly minCashPerVenue: Money
  /** Between two openings of the same subject. */
  readonly coolDownMs: number
  readonly minNetEdgePerContract: Money
  readonly minExpectedValue: Money
  /** Edge trades only: dollars per contract between which they may buy. */
  readonly edgeMinPrice: Money
  readonly edgeMaxPrice: Money
  /** Edge trades only: premium in one sport, in ten-thousandths of what the account is worth. */
  readonly maxSportShareBps: number
  /** How long after the decision the first leg's bytes may leave (E11). */
  readonly entryLifeMs: number
  /** No opening this close to a market's close (E28). */
  readonly closeMarginMs: number
}
