import type { Money } from '../../core/units'

export interface SettledMarket {
  readonly venue: string
  readonly market: string
  readonly paid: Money
  readonly lots: number
}
export interface SettlementReport {
  readonly settled: readonly SettledMarket[]
  /** Markets that look settled but could not be posted yet, each with its reason. */
  readonly waiting: readonly string[]
}
export interface SettlementActivities {
  /** Posts what the venues have paid for our lots, each once. */
  settleMarkets(): Promise<SettlementReport>
}
