import type { Level } from '../market/event'
import { sellingProceedsBound, type KalshiFees } from '../market/fees'
import { taken } from '../market/ladder'
import { money, type Money, type Quantity } from '../units'

/** Profit when both legs fill wholly at their limits, fees at their bound: no rounding, fragmentation or better price lowers it (market-math §2.5). */
export const worstCaseProfit = (payoff: Money, kalshiCostBound: Money, forecastexCostBound: Money): Money =>
  money(payoff - kalshiCostBound - forecastexCostBound)

/**
 * What getting out of the whole first leg would lose: its cost bound less what the visible bids bring at least.
 * Contracts beyond the visible depth bring nothing. Never below zero: a crossed book is no income to plan with.
 */
export function unwindLoss(firstLegCostBound: Money, exits: readonly Level[], quantity: Quantity, fees: KalshiFees): Money {
  const reachable = taken(exits, quantity)
  const proceeds = reachable.length === 0 ? 0 : sellingProceedsBound(fees, reachable)
  return money(Math.max(0, firstLegCostBound - Math.max(0, proceeds)))
}

/** The full premium of what could stay unpaired: the whole first leg (E10). */
export const maximumLoss = (firstLegCostBound: Money): Money => firstLegCostBound
