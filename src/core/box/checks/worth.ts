import type { Venue } from '../../ids'
import { isPriceOf } from '../../market/grid'
import type { Verdict } from '../../trade/plan'
import { formatPrice, formatQuantity, ONE_CONTRACT, type Money, type Price, type Quantity } from '../../units'
import type { BoxFigures, BoxLeg, WorstCase } from '../finding'
import { BOX_CHECKS, firstFailure, verdictsOf, type BoxCheck, type Check } from '../refusals'
import type { BoxSize } from '../size'
import { dollars, PRECONDITIONS, type Look } from './preconditions'

/** What an order of so many contracts at these limits costs at most, and how it may end. */
export interface Cost {
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
  /** The dearest price at which a cure may complete, at the second leg's venue. */
  readonly ceiling: Price
  readonly worst: WorstCase
}
/** One order of the legs, sized as far as it goes. */
export interface Attempt {
  readonly look: Look
  readonly first: Venue
  /** What is visible for getting out of the first leg, as far as it was looked at, and how many contracts it and the other caps allow. */
  readonly exitDepth: Quantity
  readonly cap: Quantity
  /** null: not a contract is allowed. */
  readonly size: BoxSize | null
  /** Of the size, or of the one contract that was too much already; null: it did not come to that. */
  readonly cost: Cost | null
  readonly valued: Valued | null
}
/** What a sized order is worth, and what it would send. */
export interface Valued {
  readonly look: Look
  readonly cost: Cost
  readonly figures: BoxFigures
  /** Net edge with the interest of both venues, less what the cash would earn elsewhere meanwhile; the net edge where the days are not told. */
  readonly profit: Money
}

/** E10: sizes shrink to their exit, and to their budgets; what is left may be nothing. */
const EXIT: readonly Check<Attempt>[] = [
  {
    check: BOX_CHECKS.exitDepth,
    passes: ({ exitDepth }) => exitDepth >= ONE_CONTRACT,
    actual: ({ exitDepth, first }) => `${formatQuantity(exitDepth)} at ${first}`,
    limit: () => '≥ 1',
  },
]
const BUDGETS: readonly Check<Attempt>[] = [
  {
    check: BOX_CHECKS.modelledLoss,
    passes: ({ cost, look }) => cost === null || cost.worst.modelledLoss <= look.input.limits.lossBudget,
    actual: ({ cost }) => (cost ? dollars(cost.worst.modelledLoss) : 'nothing to lose'),
    limit: ({ look }) => `≤ ${dollars(look.input.limits.lossBudget)}`,
  },
  {
    check: BOX_CHECKS.maximumLoss,
    passes: ({ cost, look }) => cost === null || cost.worst.maximumLoss <= look.input.limits.maxUnpairedPremium,
    actual: ({ cost }) => (cost ? dollars(cost.worst.maximumLoss) : 'nothing to lose'),
    limit: ({ look }) => `≤ ${dollars(look.input.limits.maxUnpairedPremium)}`,
  },
]
const SIZE: readonly Check<Attempt>[] = [
  {
    check: BOX_CHECKS.size,
    passes: ({ size }) => size?.kind === 'sized',
    actual: ({ size }) => (size?.kind === 'sized' ? formatQuantity(size.quantity) : (size?.because ?? 'no contract is allowed')),
    limit: ({ cap }) => `1 to ${formatQuantity(cap)}`,
  },
]

/** Stage by stage: what a later one would say of an attempt that an earlier one refuses is no reason of its own. */
const STAGES = [EXIT, BUDGETS, SIZE] as const

/** Whether what was sized is worth its risk. */
const WORTH: readonly Check<Valued>[] = [
  {
    check: BOX_CHECKS.grid,
    passes: ({ look, cost }) => isPriced(look, 'kalshi', cost.kalshi) && isPriced(look, 'forecastex', cost.forecastex),
    actual: ({ cost }) => `limits ${formatPrice(cost.kalshi.limit)} at kalshi, ${formatPrice(cost.forecastex.limit)} at forecastex`,
    limit: () => 'on the grids in force',
  },
  {
    check: BOX_CHECKS.worstCase,
    passes: ({ figures }) => figures.worstCaseProfit >= 0,
    actual: ({ figures, look }) => `${dollars(figures.worstCaseProfit)} in state "${look.least.state}"`,
    limit: () => '≥ $0.00',
  },
  {
    check: BOX_CHECKS.netEdge,
    passes: ({ figures, look }) => figures.netEdge >= leastEdge(figures, look),
    actual: ({ figures }) => dollars(figures.netEdge),
    limit: ({ figures, look }) => `≥ ${dollars(leastEdge(figures, look))} (${dollars(look.input.limits.minNetEdge)} per contract)`,
  },
  {
    check: BOX_CHECKS.expectedValue,
    passes: ({ figures, look }) => figures.expectedValue > 0 && figures.expectedValue >= look.input.limits.minExpectedValue,
    actual: ({ figures }) => `${dollars(figures.expectedValue)} with ${figures.first} first`,
    limit: ({ look }) => `> $0.00, ≥ ${dollars(look.input.limits.minExpectedValue)}`,
  },
  {
    check: BOX_CHECKS.profit,
    passes: ({ profit, look }) => profit >= look.input.policy.minProfit,
    actual: ({ profit }) => dollars(profit),
    limit: ({ look }) => `≥ ${dollars(look.input.policy.minProfit)}`,
  },
  {
    check: BOX_CHECKS.annualReturn,
    passes: ({ figures, look }) => earnsEnough(figures, look),
    actual: ({ figures }) => (figures.annualReturn === null ? 'days until cash not told' : perYear(figures.annualReturn)),
    limit: ({ look }) => `≥ ${perYear(look.input.policy.minAnnualReturn)}, hurdles ${look.hurdles === null ? 'not known' : 'charged'}`,
  },
]

/** Whether the order may carry its limit. */
function isPriced({ input }: Look, venue: Venue, { outcome, limit }: BoxLeg): boolean {
  const bands = input.told.bands[venue]
  return bands !== null && isPriceOf(limit, { venue, outcome }, bands)
}
/** Whole contracts: an integer. */
const leastEdge = ({ quantity }: BoxFigures, { input }: Look): number => (input.limits.minNetEdge * quantity) / ONE_CONTRACT
/** Where the days are not told, only a hurdle refuses: nobody can say that it is met. */
function earnsEnough({ annualReturn }: BoxFigures, { input, hurdles }: Look): boolean {
  const { minAnnualReturn } = input.policy
  return hurdles !== null && (annualReturn === null ? minAnnualReturn === 0 : annualReturn >= minAnnualReturn)
}
const PER_CENT = 100
const perYear = (value: number): string => `${value / PER_CENT} % a year`

/** Why an attempt is not traded; null: nothing speaks against it. */
export function refusalOf(attempt: Attempt): BoxCheck | null {
  for (const stage of STAGES) {
    const reason = firstFailure(stage, attempt)
    if (reason !== null) return reason
  }
  return attempt.valued && firstFailure(WORTH, attempt.valued)
}

/** Every check that was looked at, in the order of blame. What is judged again once it is sized is told once. */
export function trail(look: Look, attempt: Attempt | null): readonly Verdict[] {
  const valued = attempt?.valued ?? null
  const verdicts = [...verdictsOf(PRECONDITIONS, look)].filter(({ check }) => valued === null || check !== BOX_CHECKS.grid)
  if (attempt === null) return verdicts
  for (const stage of STAGES) {
    verdicts.push(...verdictsOf(stage, attempt))
    if (firstFailure(stage, attempt) !== null) return verdicts
  }
  return valued ? [...verdicts, ...verdictsOf(WORTH, valued)] : verdicts
}
