import type { Level } from '../market/event'
import { buyingCostBound, sellingProceedsBound, type ForecastexFees, type KalshiFees } from '../market/fees'
import { taken } from '../market/ladder'
import { money, NO_QUANTITY, type Money, type Price, type Quantity } from '../units'
import type { BoxLeg, WorstCase } from './finding'

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

export interface WorstCaseInput {
  readonly quantity: Quantity
  readonly first: 'kalshi' | 'forecastex'
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
  readonly fees: { readonly kalshi: KalshiFees; readonly forecastex: ForecastexFees }
  /** Visible depth of each way out of an unpaired first leg, best first, in the traded outcome's own prices. */
  readonly depth: {
    /** Bids for Kalshi's outcome: a sale back. */
    readonly kalshiExit: readonly Level[]
    /** Asks of the missing outcome at the other venue: a completion. */
    readonly completion: readonly Level[]
    /** Asks of the opposite outcome where ForecastEx was bought first: netting. */
    readonly forecastexExit: readonly Level[]
  }
  /** The dearest price at which a cure may complete. */
  readonly ceiling: Price
  /** What one matched pair pays at least. */
  readonly payoff: Money
}

/** The dearest end over every pair of fills: the first leg whole and the second not at all, while a matched pair earns anything. */
export function worstCase({ quantity, first, kalshi, forecastex, fees, depth, ceiling, payoff }: WorstCaseInput): WorstCase {
  const leg = first === 'kalshi' ? kalshi : forecastex
  const completing = buyingCostBound(first === 'kalshi' ? fees.forecastex : fees.kalshi, [{ price: ceiling, quantity }])
  const limitLoss = leg.costBound + completing - (payoff * quantity) / 100
  return {
    first: quantity,
    second: NO_QUANTITY,
    modelledLoss: unwindLoss(leg.costBound, first === 'kalshi' ? depth.kalshiExit : [], quantity, fees.kalshi),
    limitLoss: money(Math.max(0, Math.ceil(limitLoss))),
    maximumLoss: leg.costBound,
  }
}
