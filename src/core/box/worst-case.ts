import { otherVenue, type Venue } from '../ids'
import type { Level } from '../market/event'
import {
  buyingCostBound,
  contractCost,
  contractProceeds,
  sellingProceedsBound,
  type ForecastexFees,
  type KalshiFees,
  type VenueFees,
} from '../market/fees'
import { money, NO_QUANTITY, ONE_CONTRACT, wholeContracts, type Money, type Price, type Quantity } from '../units'
import type { BoxLeg, WorstCase } from './finding'
import { DOLLAR, payoffOf } from './payoff'

/** Profit when both legs fill wholly at their limits, fees at their bound: no rounding, fragmentation or better price lowers it (market-math §2.5). */
export const worstCaseProfit = (payoff: Money, kalshiCostBound: Money, forecastexCostBound: Money): Money =>
  money(payoff - kalshiCostBound - forecastexCostBound)

export interface WorstCaseInput {
  /** Whole contracts. */
  readonly quantity: Quantity
  readonly first: Venue
  readonly kalshi: Pick<BoxLeg, 'limit' | 'costBound'>
  readonly forecastex: Pick<BoxLeg, 'limit' | 'costBound'>
  readonly fees: { readonly kalshi: KalshiFees; readonly forecastex: ForecastexFees }
  /** What one matched pair pays at least. */
  readonly payoff: Money
  /** The dearest price at which a cure may complete, at the second leg's venue. */
  readonly ceiling: Price
  /** Out of the first leg, best first: Kalshi's bids for its outcome, or ForecastEx's asks of the opposite one. */
  readonly exit: readonly Level[]
  /** Asks of the second leg's outcome at its venue, best first, as displayed. */
  readonly completion: readonly Level[]
}

/** The smallest quantity that Kalshi fills, and the largest rest that no cure takes (E15). */
const LOT = 1 as Quantity
const MOST_DUST = (ONE_CONTRACT - LOT) as Quantity

/**
 * The dearest end over every pair of fills (q1, q2) that a trade may come to, each figure rounded against us.
 *
 * Only the corners need a look. A matched pair earns something at both limits, or the box is refused, so of all vectors with the same unpaired
 * rest the one without a match is the dearest. Cures take the best prices first: each whole contract more that is unpaired loses at least as much
 * as the one before, so the loss is convex in their number, and greatest at all of them or at none. A fraction of a contract is cured by nobody:
 * it loses what it cost, most of it where it is largest, whatever the whole contracts do. What remains: all of the first leg and nothing of the
 * second, the same with the most dust, and the dust alone. Exact but for the rounding of the orders to the balance grid, a step for each.
 */
export function worstCase(input: WorstCaseInput): WorstCase {
  const { quantity, first } = input
  const { costBound } = input[first]
  let worst: Vector = { first: quantity, second: NO_QUANTITY }
  const unwind = costBound - curedWorth(input, quantity)
  let modelled = unwind
  let limit = costBound - worthAtCeiling(input, quantity)
  for (const vector of dustOf(first, quantity)) {
    const cured = wholeContracts((vector.first - vector.second) as Quantity)
    const paid = paidFor(input, vector)
    limit = Math.max(limit, paid - worthAtCeiling(input, cured))
    const loss = paid - curedWorth(input, cured)
    if (loss <= modelled) continue
    modelled = loss
    worst = vector
  }
  return {
    first: worst.first,
    second: worst.second,
    unwindLoss: atLeastNothing(unwind),
    modelledLoss: atLeastNothing(modelled),
    limitLoss: atLeastNothing(limit),
    maximumLoss: atLeastNothing(Math.max(costBound, modelled, limit)),
  }
}

/** Fills of the first and of the second leg. */
interface Vector {
  readonly first: Quantity
  readonly second: Quantity
}
const atLeastNothing = (loss: number): Money => money(Math.max(0, loss))

/** The ends with the most dust: of the whole first leg, and of its first contract. Kalshi fills hundredths, ForecastEx none. */
const dustOf = (first: Venue, quantity: Quantity): readonly Vector[] =>
  first === 'kalshi'
    ? [
        { first: (quantity - LOT) as Quantity, second: NO_QUANTITY },
        { first: MOST_DUST, second: NO_QUANTITY },
      ]
    : [
        { first: quantity, second: LOT },
        { first: ONE_CONTRACT, second: LOT },
      ]

/** What a vector costs at both limits, less what its pairs pay. */
function paidFor(input: WorstCaseInput, { first, second }: Vector): number {
  const opened = costOf(input, input.first, first)
  return second === 0 ? opened : opened + costOf(input, otherVenue(input.first), second) - payoffOf(input.payoff, second)
}
function costOf(input: WorstCaseInput, venue: Venue, quantity: Quantity): number {
  const { limit, costBound } = input[venue]
  return quantity === input.quantity ? costBound : buyingCostBound(input.fees[venue], [{ price: limit, quantity }])
}

/** All of them completed at the ceiling, which may bring less than nothing. */
function worthAtCeiling({ first, fees, ceiling, payoff }: WorstCaseInput, contracts: Quantity): number {
  if (contracts === 0) return 0
  return payoffOf(payoff, contracts) - buyingCostBound(fees[otherVenue(first)], [{ price: ceiling, quantity: contracts }])
}

/** What curing so many whole contracts brings at least at the visible depth, contract by contract the cheaper way; beyond it they bring nothing. */
function curedWorth(input: WorstCaseInput, contracts: Quantity): number {
  if (contracts === 0) return 0
  const { first, fees, payoff } = input
  const opposite = fees[otherVenue(first)]
  const out = wayOf(input.exit, (at) =>
    first === 'kalshi' ? contractProceeds(fees.kalshi, at) : DOLLAR - contractCost(fees.forecastex, at),
  )
  const on = wayOf(stillThere(input), (at) => payoff - contractCost(opposite, at))
  let left: number = contracts
  while (left > 0 && (out.worth > 0 || on.worth > 0)) left -= take(on.worth > out.worth ? on : out, left)
  return (first === 'kalshi' ? sold(fees.kalshi, out) : bought(fees.forecastex, DOLLAR, out)) + bought(opposite, payoff, on)
}

/** Asks that a second leg which came short has left: above its limit. No cure goes beyond the ceiling. */
const stillThere = (input: WorstCaseInput): readonly Level[] => {
  const { limit } = input[otherVenue(input.first)]
  return input.completion.filter(({ price }) => price > limit && price <= input.ceiling)
}

const sold = (fees: KalshiFees, { taken }: Way): number => (taken.length === 0 ? 0 : Math.max(0, sellingProceedsBound(fees, taken)))
const bought = (fees: VenueFees, payoff: Money, { taken, quantity }: Way): number =>
  taken.length === 0 ? 0 : Math.max(0, payoffOf(payoff, quantity as Quantity) - buyingCostBound(fees, taken))

/** A way out, walked best first, as long as its next contract brings anything. */
interface Way {
  readonly levels: readonly Level[]
  readonly worthAt: (price: Price) => number
  readonly taken: Level[]
  quantity: number
  /** The level it stands at, what is left of it, and what its next contract brings; zero or less: none does any more. */
  at: number
  left: number
  worth: number
}
function wayOf(levels: readonly Level[], worthAt: (price: Price) => number): Way {
  const way = { levels, worthAt, taken: [], quantity: 0, at: -1, left: 0, worth: 0 }
  advance(way)
  return way
}
/** To the next level with a whole contract. */
function advance(way: Way): void {
  way.worth = 0
  for (let level = way.levels[++way.at]; level; level = way.levels[++way.at]) {
    way.left = wholeContracts(level.quantity)
    if (way.left === 0) continue
    way.worth = way.worthAt(level.price)
    return
  }
}
/** Up to `most` (1e-2 contract) of the present level. @returns how many it has. */
function take(way: Way, most: number): number {
  const size = Math.min(most, way.left)
  const level = way.levels[way.at]
  if (level) way.taken.push({ price: level.price, quantity: size as Quantity })
  way.quantity += size
  way.left -= size
  if (way.left === 0) advance(way)
  return size
}
