import type { Money, Quantity } from '../units'

/** What a trade may cost, how often, and how much may be at stake (ruling 7: counts are openings). Files are the first import; Postgres owns them. */
export interface Limits {
  /** Names this set of limits in every plan it decided. */
  readonly version: string
  readonly maxContractsPerTrade: Quantity
  readonly maxPremiumPerTrade: Money
  readonly maxContractsPerMarket: Quantity
  readonly maxContractsPerEvent: Quantity
  readonly maxContractsPerDay: Quantity
  readonly maxOpeningsPerMinute: number
  readonly maxOpeningsPerDay: number
  readonly maxOpenTrades: number
  /** Realised loss of the trading day (E29) beyond which nothing opens. */
  readonly maxDailyLoss: Money
  /** What one trade may lose before it must hold and page (E23). */
  readonly lossBudgetPerTrade: Money
  /** Full premium of what could stay unpaired (E10). */
  readonly maxUnpairedPremium: Money
  readonly minCashPerVenue: Money
  /** Between two openings of the same subject. */
  readonly coolDownMs: number
  readonly minNetEdgePerContract: Money
  readonly minExpectedValue: Money
  /** How long after the decision the first leg's bytes may leave (E11). */
  readonly entryLifeMs: number
  /** No opening this close to a market's close (E28). */
  readonly closeMarginMs: number
}
