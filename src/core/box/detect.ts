import type { Outcome } from '../ids'
import type { Book } from '../market/book'
import type { Level } from '../market/event'
import { buyingCostBound, type KalshiFees } from '../market/fees'
import { asksOf, bestAskOf, bidsOf, depthOf, quotedAsks } from '../market/ladder'
import type { Verdict } from '../trade/plan'
import {
  formatMoney,
  formatQuantity,
  money,
  NO_QUANTITY,
  ONE_CONTRACT,
  ONE_DOLLAR,
  wholeContracts,
  type Money,
  type Quantity,
} from '../units'
import { missingOutcome } from './certificate'
import type { BoxFinding, BoxFound, BoxInput, Candidate } from './finding'
import { annualReturn, lockedDays } from './annual'
import { expectedValue, firstLeg } from './leg-order'
import { leastPayoff } from './payoff'
import { completionCeiling } from './plan'
import { preconditions } from './preconditions'
import { BOX_CHECKS, verdict } from './refusals'
import { arbSize, fitsCapital, largestFitting, type BoxSize, type SizedBox, type SizingInput } from './size'
import { worstCase, worstCaseProfit } from './worst-case'

export type { BoxFinding, BoxFound, BoxInput, BoxLimits, BoxPair } from './finding'

const NONE: BoxFinding = { kind: 'none' }
/** µ$ in one step of a price, for one contract. */
const MICROS_PER_PRICE = 100
/** rate · price · (1 − price) of one contract over this is µ$. The product stays below 2^53 up to a multiplier of 50. */
const FEE_PART = 10_000_000_000

/**
 * Whether the pair's books cannot both be right, and what buying the difference is worth. Pure, and called on each book change:
 * integer arithmetic on the best prices decides 'none'; only a margin is sized exactly and judged check by check.
 */
export function detectBox(input: BoxInput): BoxFinding {
  if (!input.books.kalshi.isLive) return NONE
  const yes = margin(input, 'yes')
  const no = margin(input, 'no')
  if (yes > 0 && no > 0) return refusedBoth(yes, no)
  if (Math.max(yes, no) < Math.max(1, input.limits.minNetEdge)) return NONE
  const candidate = candidateOf(input, yes > no ? 'yes' : 'no')
  return candidate ? judge(input, candidate) : NONE
}

const bookOf = ({ books }: BoxInput, outcome: Outcome): Book => (outcome === 'yes' ? books.forecastexYes : books.forecastexNo)
const dollars = (value: number): string => `$${formatMoney(value as Money)}`

/** Margin of one contract at the best prices in µ$, rounded down; minus infinity without two executable quotes. Fees that nobody can price are left out. */
function margin(input: BoxInput, outcome: Outcome): number {
  const other = bookOf(input, missingOutcome(input.pair.certificate, outcome))
  const price = bestAskOf(input.books.kalshi, outcome)
  const otherPrice = other.bestPrice('ask')
  if (price === null || otherPrice === null || other.bestQuantity('ask') === null) return -Infinity
  const { kalshi, forecastex } = input.fees
  const gross = MICROS_PER_PRICE * (ONE_DOLLAR - price - otherPrice) - forecastex.feePerContract
  if (kalshi.kind === 'cannot-be-priced') return gross
  return gross - kalshi.slackPerContract - Math.ceil((kalshi.rates.taker * price * (ONE_DOLLAR - price)) / FEE_PART)
}

function refusedBoth(yes: number, no: number): BoxFinding {
  const actual = `A ${dollars(yes)}, B ${dollars(no)} per contract`
  return {
    kind: 'refused',
    verdicts: [verdict(BOX_CHECKS.bothDirections, false, actual, 'one at most: a book is stale or the pairing wrong')],
  }
}

function candidateOf(input: BoxInput, outcome: Outcome): Candidate | null {
  const missing = missingOutcome(input.pair.certificate, outcome)
  const book = bookOf(input, missing)
  const ask = book.bestPrice('ask')
  const displayed = book.bestQuantity('ask')
  if (ask === null || displayed === null) return null
  return { direction: outcome === 'yes' ? 'A' : 'B', outcome, missing, book, ask, displayed: wholeContracts(displayed) }
}

function judge(input: BoxInput, candidate: Candidate): BoxFinding {
  const { kalshi } = input.fees
  const before = preconditions(input, candidate)
  if (kalshi.kind === 'cannot-be-priced' || before.some(({ passed }) => !passed)) return { kind: 'refused', verdicts: before }
  const exits = bidsOf(input.books.kalshi, candidate.outcome)
  const cap = sizeCap(input, candidate, exits)
  const verdicts = [...before, ...cap.verdicts]
  if (cap.quantity < ONE_CONTRACT) return { kind: 'refused', verdicts }
  const sized = sizeWithin(input, candidate, kalshi, cap.quantity)
  if (sized.kind === 'nothing')
    return {
      kind: 'refused',
      verdicts: [...verdicts, verdict(BOX_CHECKS.size, false, sized.because, `1 to ${formatQuantity(cap.quantity)}`)],
    }
  return value(input, candidate, kalshi, sized, exits, verdicts)
}

/** E10: at most the displayed top at ForecastEx and the visible exit of the first leg. */
function sizeCap(
  { limits }: BoxInput,
  { displayed }: Candidate,
  exits: readonly Level[],
): { readonly quantity: Quantity; readonly verdicts: readonly Verdict[] } {
  const exitDepth = limits.capAtExitDepth ? wholeContracts(depthOf(exits)) : limits.maxContracts
  return {
    quantity: wholeContracts(Math.min(limits.maxContracts, displayed, exitDepth) as Quantity),
    verdicts: [
      verdict(BOX_CHECKS.displayedSize, displayed >= ONE_CONTRACT, formatQuantity(displayed), '≥ 1'),
      verdict(BOX_CHECKS.exitDepth, exitDepth >= ONE_CONTRACT, formatQuantity(exitDepth), '≥ 1'),
    ],
  }
}

/** Sizes by the displayed levels; once more with less when all contracts at the limits, which is what gets reserved, would not fit the cash. */
function sizeWithin(input: BoxInput, { outcome, ask, displayed }: Candidate, kalshi: KalshiFees, cap: Quantity): BoxSize {
  const { forecastex } = input.fees
  const sizing: SizingInput = {
    kalshiAsks: asksOf(input.books.kalshi, outcome),
    forecastexAsks: [{ price: ask, quantity: displayed }],
    kalshiFees: kalshi,
    forecastexFeePerContract: forecastex.feePerContract,
    minMargin: input.limits.minNetEdge,
    maxContracts: cap,
    kalshiCash: input.cash.kalshi,
    forecastexCash: input.cash.forecastex,
    maxCapital: input.limits.maxCapital,
  }
  const sized = arbSize(sizing)
  if (sized.kind === 'nothing') return sized
  const fitting = largestFitting(sized.quantity, (quantity) =>
    fitsCapital(
      sizing,
      buyingCostBound(kalshi, [{ price: sized.kalshiLimit, quantity }]),
      buyingCostBound(forecastex, [{ price: sized.forecastexLimit, quantity }]),
    ),
  )
  return fitting === sized.quantity ? sized : arbSize({ ...sizing, maxContracts: fitting })
}

function value(
  input: BoxInput,
  { direction, outcome, missing, book }: Candidate,
  fees: KalshiFees,
  { quantity, kalshiLimit, forecastexLimit, snapshotProfitLowerBound }: SizedBox,
  exits: readonly Level[],
  before: readonly Verdict[],
): BoxFinding {
  const { limits, pair, policy } = input
  const kalshi = { outcome, limit: kalshiLimit, costBound: buyingCostBound(fees, [{ price: kalshiLimit, quantity }]) }
  const forecastex = {
    outcome: missing,
    limit: forecastexLimit,
    costBound: buyingCostBound(input.fees.forecastex, [{ price: forecastexLimit, quantity }]),
  }
  const least = leastPayoff(pair.certificate, outcome, missing)
  const short = ((ONE_DOLLAR * MICROS_PER_PRICE - least.perContract) * quantity) / ONE_CONTRACT
  const netEdge = money(snapshotProfitLowerBound - short)
  const payoff = money((least.perContract * quantity) / ONE_CONTRACT)
  const sides = { quantity, kalshi, forecastex, fees: { kalshi: fees, forecastex: input.fees.forecastex }, payoff: least.perContract }
  const depth = { kalshiExit: exits, completion: quotedAsks(book), forecastexExit: quotedAsks(bookOf(input, outcome)) }
  const first = firstLeg(policy.legOrderOf[pair.id] ?? policy.legOrder, { kalshi: money(0), forecastex: money(0) })
  const worst = worstCase({ ...sides, first, depth, ceiling: completionCeiling(forecastexLimit, policy.completionAllowance) })
  const capital = money(kalshi.costBound + forecastex.costBound)
  const days = lockedDays(input.told.payoutMs, input.nowMs)
  const figures = {
    netEdge,
    first,
    expectedValue: expectedValue(netEdge, worst.modelledLoss, policy.fillPrior.forecastex),
    worst,
    worstCaseProfit: worstCaseProfit(payoff, kalshi.costBound, forecastex.costBound),
    capital,
    lockedDays: days,
    annualReturn: days === null ? null : annualReturn(netEdge, capital, days),
  }
  const verdicts = [...before, ...worth(figures, quantity, limits)]
  if (verdicts.some(({ passed }) => !passed)) return { kind: 'refused', verdicts }
  return {
    kind: 'found',
    direction,
    quantity,
    kalshi,
    forecastex,
    ...figures,
    fees: { kalshi: fees, forecastex: input.fees.forecastex },
    verdicts,
  }
}

function worth(
  figures: Pick<BoxFound, 'netEdge' | 'expectedValue' | 'worstCaseProfit'>,
  quantity: Quantity,
  limits: BoxInput['limits'],
): readonly Verdict[] {
  const least = (limits.minNetEdge * quantity) / ONE_CONTRACT // whole contracts: an integer
  return [
    verdict(BOX_CHECKS.size, quantity > NO_QUANTITY, formatQuantity(quantity), `1 to ${formatQuantity(limits.maxContracts)}`),
    verdict(
      BOX_CHECKS.netEdge,
      figures.netEdge >= least,
      dollars(figures.netEdge),
      `≥ ${dollars(least)} (${dollars(limits.minNetEdge)} per contract)`,
    ),
    verdict(BOX_CHECKS.worstCase, figures.worstCaseProfit >= 0, dollars(figures.worstCaseProfit), '≥ $0.00'),
    verdict(
      BOX_CHECKS.expectedValue,
      figures.expectedValue > 0 && figures.expectedValue >= limits.minExpectedValue,
      dollars(figures.expectedValue),
      `> $0.00, ≥ ${dollars(limits.minExpectedValue)}`,
    ),
  ]
}
