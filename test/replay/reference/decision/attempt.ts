import { BOX_CHECKS, type BoxCheck } from '../../../../src/core/box/refusals'
import { bestOf, levelsOf, type PlainLevel } from '../books'
import { down } from '../digits'
import { forecastexCost, kalshiCost, type PlainFees } from './fees'
import { leastPayoff } from './payoff'
import { isOnGrid } from './preconditions'
import { firstOf, otherSide, totalOf, wholeOnly, type Sight, type VenueName, type Way } from './sight'
import { hurdlesOf, walked } from './sizing'
import { ceilingOf, orderCost, worstOf, type PlainWorst } from './worst'

const DAY_MS = 86_400_000
/** E10: until own fills say otherwise. */
const FORECASTEX_PRIOR_MAX = 7_000
/** No ladder is looked at deeper. */
const LEVELS_MAX = 50
/** Probabilities are in 1e-4. */
const CERTAIN = 10_000

export interface Figures {
  readonly quantity: number
  readonly kalshi: { readonly limit: number; readonly costBound: number }
  readonly forecastex: { readonly limit: number; readonly costBound: number }
  readonly ceiling: number
  readonly leastPayoff: number
  readonly netEdge: number
  readonly expectedValue: number
  readonly worst: PlainWorst
  readonly worstCaseProfit: number
  readonly capital: number
  readonly lockedDays: number | null
  readonly annualReturn: number | null
}
/** One order of the legs as far as it comes. */
export interface Attempt {
  readonly first: VenueName
  /** Names of what failed; none: it is a find. */
  readonly failed: readonly BoxCheck[]
  readonly figures: Figures | null
}
interface Order {
  readonly quantity: number
  readonly limits: Readonly<Record<VenueName, number>>
  readonly bounds: Readonly<Record<VenueName, number>>
  readonly ceiling: number
  readonly worst: PlainWorst
}

/** What a Kalshi book offers for a side, or bids for it, in the side's own prices, best first. */
function kalshiLadder({ kalshi }: Sight, side: 'yes' | 'no', what: 'asks' | 'bids'): readonly PlainLevel[] {
  const isAsk = (side === 'yes') === (what === 'asks')
  const levels = levelsOf(kalshi, isAsk ? 'ask' : 'bid').slice(0, LEVELS_MAX)
  return side === 'yes' ? levels : levels.map(({ price, quantity }) => ({ price: 10_000 - price, quantity }))
}

export function attempted(sight: Sight, way: Way, fees: PlainFees, first: VenueName): Attempt {
  const { forecastex, limits, policy, pair } = sight
  const ask = bestOf(forecastex[way.misses], 'ask')
  const displayed = ask === null ? [] : wholeOnly([ask])
  const exit =
    first === 'kalshi' ? kalshiLadder(sight, way.buys, 'bids') : levelsOf(forecastex[otherSide(way.misses)], 'ask').slice(0, LEVELS_MAX)
  const ladders = { kalshi: kalshiLadder(sight, way.buys, 'asks'), forecastex: displayed, exit }
  const room = Math.min(limits.maxContractsPerTrade, totalOf(displayed), totalOf(exit))
  const refused = (...failed: readonly BoxCheck[]): Attempt => ({ first, failed, figures: null })
  if (room < 100) return refused(totalOf(exit) < 100 ? BOX_CHECKS.exitDepth : BOX_CHECKS.size)
  const days = lockedDays(sight)
  const prior = Math.min(policy.fillPrior.forecastex, FORECASTEX_PRIOR_MAX)
  const answered = first === 'kalshi' ? prior : policy.fillPrior.kalshi
  const hurdles = hurdlesOf(policy.carry, days) ?? { kalshi: 0n, forecastex: 0n }
  const payoff = leastPayoff(pair, way.buys)
  const terms = { fees, first, payoff, minMargin: limits.minNetEdgePerContract, hurdles, answered, atMost: room - (room % 100) }
  // where the risk of the second leg leaves nothing, one contract is valued without it: the refusal then shows what it would be worth
  const most = walked(ladders, terms) || walked(ladders, { ...terms, answered: CERTAIN, atMost: 100 })
  if (most === 0) return refused(BOX_CHECKS.size)
  const orderOf = (quantity: number): Order => order(sight, way, fees, first, ladders, quantity, payoff)
  const fitting = largest(most, (quantity) => fits(sight, orderOf(quantity)))
  if (fitting === 0) return refused(...tooMuch(sight, orderOf(100)))
  const chosen = orderOf(fitting)
  const figures = figuresOf(sight, first, ladders, chosen, payoff, fees, days)
  if (figures.worstCaseProfit < 0) return refused(BOX_CHECKS.size)
  return { first, failed: unworthy(sight, way, figures), figures }
}

/** Fewer contracts always fit where more do. */
function largest(most: number, doesFit: (quantity: number) => boolean): number {
  let [good, bad] = [0, most + 100]
  if (doesFit(most)) return most
  bad = most
  while (bad - good > 100) {
    const middle = good + Math.floor((bad - good) / 200) * 100
    if (doesFit(middle)) good = middle
    else bad = middle
  }
  return good
}

function order(
  sight: Sight,
  { buys, misses }: Way,
  fees: PlainFees,
  first: VenueName,
  { kalshi, forecastex, exit }: { readonly [K in 'kalshi' | 'forecastex' | 'exit']: readonly PlainLevel[] },
  quantity: number,
  payoff: number,
): Order {
  const limitOf = (levels: readonly PlainLevel[]): number => firstOf(wholeOnly(levels), quantity).at(-1)?.price ?? 0
  const limits = { kalshi: limitOf(kalshi), forecastex: limitOf(forecastex) }
  const second = first === 'kalshi' ? 'forecastex' : 'kalshi'
  const bands = second === 'kalshi' ? sight.listings.kalshi.bands : (sight.listings.forecastex?.bands ?? null)
  const ceiling = ceilingOf(limits[second], sight.policy.completionAllowance, bands, second === 'kalshi' && buys === 'no')
  const completion =
    second === 'forecastex' ? levelsOf(sight.forecastex[misses], 'ask').slice(0, LEVELS_MAX) : kalshiLadder(sight, buys, 'asks')
  const bound = (venue: VenueName): number => Number(orderCost(venue, limits[venue], quantity, fees))
  const worst = worstOf({ quantity, first, limits, fees, payoff, ceiling, exit, completion })
  return { quantity, limits, bounds: { kalshi: bound('kalshi'), forecastex: bound('forecastex') }, ceiling, worst }
}

const fits = ({ limits }: Sight, { bounds, worst }: Order): boolean =>
  bounds.kalshi + bounds.forecastex <= limits.maxPremiumPerTrade &&
  worst.modelledLoss <= limits.lossBudgetPerTrade &&
  worst.maximumLoss <= limits.maxUnpairedPremium

/** Which budgets not even one contract fits. */
function tooMuch({ limits }: Sight, { worst }: Order): readonly BoxCheck[] {
  const budgets = [
    ...(worst.modelledLoss > limits.lossBudgetPerTrade ? [BOX_CHECKS.modelledLoss] : []),
    ...(worst.maximumLoss > limits.maxUnpairedPremium ? [BOX_CHECKS.maximumLoss] : []),
  ]
  return budgets.length > 0 ? budgets : [BOX_CHECKS.size]
}

function figuresOf(
  { policy }: Sight,
  first: VenueName,
  { kalshi, forecastex }: { readonly kalshi: readonly PlainLevel[]; readonly forecastex: readonly PlainLevel[] },
  { quantity, limits, bounds, ceiling, worst }: Order,
  payoff: number,
  fees: PlainFees,
  days: number | null,
): Figures {
  const pays = (BigInt(payoff) * BigInt(quantity)) / 100n
  const displayedCost = kalshiCost(firstOf(wholeOnly(kalshi), quantity), fees) + forecastexCost(firstOf(wholeOnly(forecastex), quantity))
  const netEdge = pays - displayedCost
  const capital = bounds.kalshi + bounds.forecastex
  const prior = { kalshi: BigInt(policy.fillPrior.kalshi), forecastex: BigInt(Math.min(policy.fillPrior.forecastex, FORECASTEX_PRIOR_MAX)) }
  const [opens, answers] = first === 'kalshi' ? [prior.kalshi, prior.forecastex] : [prior.forecastex, prior.kalshi]
  const onceOpen = down(netEdge * answers - BigInt(worst.unwindLoss) * (10_000n - answers), 10_000n)
  return {
    quantity,
    kalshi: { limit: limits.kalshi, costBound: bounds.kalshi },
    forecastex: { limit: limits.forecastex, costBound: bounds.forecastex },
    ceiling,
    leastPayoff: payoff,
    netEdge: Number(netEdge),
    expectedValue: Number(down(onceOpen * opens, 10_000n)),
    worst,
    worstCaseProfit: Number(pays) - capital,
    capital,
    lockedDays: days,
    annualReturn: days === null ? null : Number(down(netEdge * 365n * 10_000n, BigInt(capital) * BigInt(days))),
  }
}

/** market-math §3.3. */
function lockedDays({ listings, nowMs }: Sight): number | null {
  const [kalshi, forecastex] = [listings.kalshi.payoutMs ?? null, listings.forecastex?.payoutMs ?? null]
  if (kalshi === null || forecastex === null) return null
  return Math.max(1, Math.ceil((Math.max(kalshi, forecastex) - nowMs) / DAY_MS))
}

function unworthy(sight: Sight, { buys }: Way, figures: Figures): readonly BoxCheck[] {
  const { limits, policy, listings } = sight
  const { kalshi, forecastex, netEdge, expectedValue, annualReturn, quantity, worstCaseProfit, lockedDays: days } = figures
  // Kalshi's wire has YES prices alone
  const sent = buys === 'yes' ? kalshi.limit : 10_000 - kalshi.limit
  const isPriced = isOnGrid(sent, listings.kalshi.bands) && isOnGrid(forecastex.limit, listings.forecastex?.bands ?? [])
  const earns = annualReturn === null ? policy.minAnnualReturn === 0 : annualReturn >= policy.minAnnualReturn
  const checks: readonly (readonly [BoxCheck, boolean])[] = [
    [BOX_CHECKS.grid, isPriced],
    [BOX_CHECKS.worstCase, worstCaseProfit >= 0],
    [BOX_CHECKS.netEdge, netEdge * 100 >= limits.minNetEdgePerContract * quantity],
    [BOX_CHECKS.expectedValue, expectedValue > 0 && expectedValue >= limits.minExpectedValue],
    [BOX_CHECKS.profit, netEdge >= policy.minProfit],
    [BOX_CHECKS.annualReturn, earns && hurdlesOf(policy.carry, days) !== null],
  ]
  return checks.filter(([, passes]) => !passes).map(([check]) => check)
}
