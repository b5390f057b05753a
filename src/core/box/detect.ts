import { otherOutcome, type Outcome, type Venue } from '../ids'
import type { Book } from '../market/book'
import type { Level } from '../market/event'
import { buyingCostBound, FEE_PART, type KalshiFees } from '../market/fees'
import { asksOf, bestAskOf, bidsOf, depthOf, quotedAsks } from '../market/ladder'
import { MICROS_PER_PRICE, money, notional, ONE_CONTRACT, ONE_DOLLAR, wholeContracts, type Price, type Quantity } from '../units'
import { annualReturn } from './annual'
import { economicProfit } from './carry'
import { missingOutcome, type Certificate } from './certificate'
import { lookAt, PRECONDITIONS, type Look } from './checks/preconditions'
import { refusalOf, type Attempt, type Cost, type Valued } from './checks/worth'
import { Found, Refused, type BoxFinding, type BoxInput, type Candidate } from './finding'
import { CERTAIN, firstVenues, legOrderOf, orderValue, priorsOf } from './leg-order'
import type { LegRisk } from './marginal'
import { completionCeiling } from './plan'
import { BOX_CHECKS, firstFailure } from './refusals'
import { fitsCapital, sizeBox, type SizedBox, type SizingInput } from './size'
import { worstCase } from './worst-case'

export type { BoxFinding, BoxFound, BoxInput, BoxLimits, BoxPair, BoxRefused } from './finding'

const NONE: BoxFinding = { kind: 'none' }

type Books = BoxInput['books']
type Priced = Pick<BoxInput, 'fees' | 'limits'>

/** Whether the best prices leave anything in either direction: what ends nearly every frame, in plain numbers and without an allocation. */
export function leavesMargin(certificate: Certificate, books: Books, priced: Priced): boolean {
  if (!books.kalshi.isLive) return false
  return isShown(marginOf(certificate, books, priced, 'yes'), marginOf(certificate, books, priced, 'no'), priced)
}
const isShown = (yes: number, no: number, { limits }: Priced): boolean =>
  (yes > 0 && no > 0) || Math.max(yes, no) >= Math.max(1, limits.minNetEdge)

/**
 * Whether the pair's books cannot both be right, and what buying the difference is worth. Pure, and called on each book change. All of it is
 * decided in plain integers: a margin is sized exactly and judged check by check, and put into words only for somebody who reads them.
 */
export function detectBox(input: BoxInput): BoxFinding {
  const { books, pair } = input
  if (!books.kalshi.isLive) return NONE
  const yes = marginOf(pair.certificate, books, input, 'yes')
  const no = marginOf(pair.certificate, books, input, 'no')
  const candidate = isShown(yes, no, input) ? candidateOf(input, yes > no ? 'yes' : 'no') : null
  return candidate ? judge(lookAt(input, candidate, money(Math.max(yes, no)), Math.min(yes, no))) : NONE
}

const bookOf = (books: Books, outcome: Outcome): Book => (outcome === 'yes' ? books.forecastexYes : books.forecastexNo)

/** Margin of one contract at the best prices in µ$, rounded down; minus infinity without two executable quotes. Fees that nobody can price are left out. */
function marginOf(certificate: Certificate, books: Books, { fees: { kalshi, forecastex } }: Priced, outcome: Outcome): number {
  const other = bookOf(books, missingOutcome(certificate, outcome))
  const price = bestAskOf(books.kalshi, outcome)
  const otherPrice = other.bestPrice('ask')
  if (price === null || otherPrice === null || other.bestQuantity('ask') === null) return -Infinity
  const gross = MICROS_PER_PRICE * (ONE_DOLLAR - price - otherPrice) - forecastex.feePerContract
  if (kalshi.kind === 'cannot-be-priced') return gross
  return gross - kalshi.slackPerContract - Math.ceil((kalshi.rates.taker * price * (ONE_DOLLAR - price)) / FEE_PART)
}

function candidateOf({ pair, books }: BoxInput, outcome: Outcome): Candidate | null {
  const missing = missingOutcome(pair.certificate, outcome)
  const book = bookOf(books, missing)
  const ask = book.bestPrice('ask')
  const displayed = book.bestQuantity('ask')
  if (ask === null || displayed === null) return null
  return { direction: outcome === 'yes' ? 'A' : 'B', outcome, missing, book, ask, displayed: wholeContracts(displayed) }
}

/** Stage by stage: a later one is not looked at when an earlier one refuses. */
function judge(look: Look): BoxFinding {
  const { fees, policy, pair } = look.input
  const before = firstFailure(PRECONDITIONS, look)
  if (before !== null || fees.kalshi.kind !== 'priced') return new Refused(before ?? BOX_CHECKS.feeTerms, look, null)
  const [first, second] = firstVenues(legOrderOf(policy, pair.id))
  let best = attempted(look, fees.kalshi, first ?? 'kalshi')
  if (second !== undefined) {
    const other = attempted(look, fees.kalshi, second)
    if (valueOf(other) > valueOf(best)) best = other
  }
  const reason = refusalOf(best)
  return reason === null && best.valued !== null
    ? new Found(best, best.valued, { kalshi: fees.kalshi, forecastex: fees.forecastex })
    : new Refused(reason ?? BOX_CHECKS.size, look, best)
}
const valueOf = ({ valued }: Attempt): number => valued?.figures.expectedValue ?? -Infinity

/** E10: at most the displayed top at ForecastEx and the visible exit of the first leg, read no deeper than is wanted. */
function attempted(look: Look, fees: KalshiFees, first: Venue): Attempt {
  const { candidate, input } = look
  const { books, limits } = input
  const wanted = Math.min(limits.maxContracts, candidate.displayed)
  const enough = Math.max(wanted, ONE_CONTRACT)
  const exit =
    first === 'kalshi'
      ? bidsOf(books.kalshi, candidate.outcome, enough)
      : quotedAsks(bookOf(books, otherOutcome(candidate.missing)), enough)
  const exitDepth = limits.capAtExitDepth ? wholeContracts(depthOf(exit)) : (enough as Quantity)
  const cap = wholeContracts(Math.min(wanted, exitDepth) as Quantity)
  if (cap < ONE_CONTRACT) return { look, first, exitDepth, cap, size: null, cost: null, valued: null }
  const order = { look, fees, first, exit, exitDepth, cap }
  const legRisk = limits.capAtExitDepth ? legRiskOf(look, first, exit) : null
  const attempt = attemptOf(order, cap, legRisk)
  if (attempt.valued !== null || attempt.cost !== null || legRisk === null) return attempt
  // not one contract is worth the risk of its leg: it is valued all the same, so that the refusal has its figures
  return attemptOf(order, ONE_CONTRACT, null)
}

/** One order of the legs, and what it may be sized by. */
interface Order {
  readonly look: Look
  readonly fees: KalshiFees
  readonly first: Venue
  readonly exit: readonly Level[]
  readonly exitDepth: Quantity
  readonly cap: Quantity
}

function attemptOf(order: Order, maxContracts: Quantity, legRisk: LegRisk | null): Attempt {
  const { look, first, exitDepth, cap } = order
  let held: Cost | null = null // of the last size that fitted; where none did, of the one contract that was asked for last
  const size = sizeBox(sizingOf(order, maxContracts, legRisk), (quantity, kalshiLimit, forecastexLimit) => {
    const cost = costOf(order, quantity, kalshiLimit, forecastexLimit)
    const fits = isAffordable(look, cost)
    if (fits || quantity === ONE_CONTRACT) held = cost
    return fits
  })
  const cost = held as Cost | null
  return {
    look,
    first,
    exitDepth,
    cap,
    size,
    cost,
    valued: size.kind === 'sized' && cost !== null ? valuedAt(look, first, size, cost) : null,
  }
}

function sizingOf({ look, fees: kalshiFees }: Order, maxContracts: Quantity, legRisk: LegRisk | null): SizingInput {
  const { input, candidate, least, hurdles } = look
  return {
    kalshiAsks: asksOf(input.books.kalshi, candidate.outcome, maxContracts),
    forecastexAsks: [{ price: candidate.ask, quantity: candidate.displayed }],
    kalshiFees,
    forecastexFeePerContract: input.fees.forecastex.feePerContract,
    payoff: least.perContract,
    kalshiHurdle: hurdles?.kalshi ?? 0,
    forecastexHurdle: hurdles?.forecastex ?? 0,
    minMargin: input.limits.minNetEdge,
    legRisk,
    maxContracts,
  }
}

function legRiskOf({ input: { policy } }: Look, first: Venue, exit: readonly Level[]): LegRisk {
  return { first, failure: CERTAIN - priorsOf(first, policy.fillPrior).answering, exit }
}

/** All contracts at the limits are reserved, and may be lost: they fit the cash, the capital and both budgets of a trade (E10, E23). */
function isAffordable({ input: { cash, limits } }: Look, { kalshi, forecastex, worst }: Cost): boolean {
  const capital = { kalshiCash: cash.kalshi, forecastexCash: cash.forecastex, maxCapital: limits.maxCapital }
  return (
    worst.modelledLoss <= limits.lossBudget &&
    worst.maximumLoss <= limits.maxUnpairedPremium &&
    fitsCapital(capital, kalshi.costBound, forecastex.costBound)
  )
}

function costOf({ look, fees, first, exit }: Order, quantity: Quantity, kalshiLimit: Price, forecastexLimit: Price): Cost {
  const { input, candidate, least } = look
  const { books, policy, told } = input
  const { outcome, missing, book } = candidate
  const both = { kalshi: fees, forecastex: input.fees.forecastex }
  const kalshi = { outcome, limit: kalshiLimit, costBound: buyingCostBound(fees, [{ price: kalshiLimit, quantity }]) }
  const bound = buyingCostBound(both.forecastex, [{ price: forecastexLimit, quantity }])
  const forecastex = { outcome: missing, limit: forecastexLimit, costBound: bound }
  const ceiling =
    first === 'kalshi'
      ? completionCeiling(forecastexLimit, policy.completionAllowance, { venue: 'forecastex', outcome: missing }, told.bands.forecastex)
      : completionCeiling(kalshiLimit, policy.completionAllowance, { venue: 'kalshi', outcome }, told.bands.kalshi)
  const completion = first === 'kalshi' ? quotedAsks(book) : asksOf(books.kalshi, outcome)
  const worst = worstCase({ quantity, first, kalshi, forecastex, fees: both, payoff: least.perContract, ceiling, exit, completion })
  return { kalshi, forecastex, ceiling, worst }
}

function valuedAt(look: Look, first: Venue, size: SizedBox, cost: Cost): Valued {
  const { quantity, snapshotProfitLowerBound: netEdge, worstCaseProfit } = size
  const { kalshi, forecastex, worst } = cost
  const { days } = look
  const { carry, fillPrior } = look.input.policy
  const capital = money(kalshi.costBound + forecastex.costBound)
  const figures = {
    quantity,
    netEdge,
    first,
    expectedValue: orderValue(first, netEdge, worst.unwindLoss, fillPrior),
    worst,
    worstCaseProfit,
    capital,
    lockedDays: days,
    annualReturn: days === null ? null : annualReturn(netEdge, capital, days),
  }
  const premium = { kalshi: notional(kalshi.limit, quantity), forecastex: notional(forecastex.limit, quantity) }
  const isCarried = days !== null && (carry.kalshi !== 0 || carry.forecastex !== 0 || carry.opportunity !== 0)
  return { look, cost, figures, profit: isCarried ? economicProfit(netEdge, { premium, capital }, carry, days) : netEdge }
}
