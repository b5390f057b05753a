import { type Outcome } from '../ids'
import type { Level } from '../market/event'
import { buyingCostBound, sellingProceedsBound, type KalshiFees } from '../market/fees'
import { buyingPrice } from '../market/grid'
import { asksOf, bidsOf, depthOf, taken } from '../market/ladder'
import {
  complement,
  money,
  NO_MONEY,
  NO_QUANTITY,
  ONE_CONTRACT,
  ONE_DOLLAR,
  quantity,
  wholeContracts,
  type Money,
  type Price,
  type Quantity,
} from '../units'
import { minEdgeOf } from './checks/conditions'
import { PRECONDITIONS, soundOf, untilStart, type Look, type Side } from './checks/preconditions'
import { judgementOf, refusalOf, type Attempt } from './checks/worth'
import { confidence, tierOf } from './confidence'
import type { Consensus } from './consensus/consensus'
import { Found, Refused, type Confidence, type EdgeFigures, type EdgeFinding, type EdgeInput } from './finding'
import { sizeOf, type SizeQuestion } from './kelly'
import { EDGE_CHECKS, firstFailure } from './refusals'
import { DOLLAR_MICROS, maxPriceFor, netEdge, worthOf } from './value'

export type { EdgeFinding, EdgeFound, EdgeInput, EdgeRefused } from './finding'

const NONE: EdgeFinding = { kind: 'none' }
const HOUR_MS = 3_600_000
/** Every score is trusted fully with it: what is wanted before anything is known of the confidence. */
const FULL_SCORE = 100

/**
 * Whether Kalshi asks less for a side than the sportsbooks think it worth, and what buying it is worth. Pure, and called on each change of the book or
 * of the odds. Net of the fee, on the bound of the consensus against us (rulings 8 and 13). What shows no edge is none; what cannot be judged, or has an
 * edge and may not be traded, is refused by name.
 */
export function detectEdge(input: EdgeInput): EdgeFinding {
  const look = lookOf(input)
  const { side, bid, ask } = look
  return side !== null && bid !== null && ask !== null && side.edge <= 0 ? NONE : judge(look)
}

/** A market as it is seen now. */
export function lookOf(input: EdgeInput): Look {
  const { book, consensus } = input
  const bid = quoted(book.bestPrice('bid'))
  const ask = quoted(book.bestPrice('ask'))
  const sound = soundOf(consensus)
  const side = sound === null ? null : sideOf(input, sound, bid, ask)
  return { input, side, bid, ask, isLive: book.isLive, isOffGrid: book.isOffGrid }
}
/** An order has a price above nothing and below a dollar: at the ends nobody can trade. */
const quoted = (price: Price | null): Price | null => (price === null || price <= 0 || price >= ONE_DOLLAR ? null : price)

/** The side that earns more at its best price, YES of equal ones; null: nothing is asked. B8: what NO costs is what somebody bids for YES, and nothing else. */
function sideOf({ fees, rules }: EdgeInput, consensus: Consensus, bid: Price | null, ask: Price | null): Side | null {
  const noAsk = bid === null ? null : complement(bid)
  const yesWorth = worthOf(consensus.lower)
  const noWorth = worthOf(1 - consensus.upper)
  const priced = fees.kind === 'priced' ? fees : FREE
  const yes = ask === null ? -Infinity : netEdge(yesWorth, ask, ONE_CONTRACT, priced)
  const no = noAsk === null ? -Infinity : netEdge(noWorth, noAsk, ONE_CONTRACT, priced)
  const minEdge = minEdgeOf(consensus, rules)
  if (ask !== null && yes >= no) return { outcome: 'yes', consensus, ask, edge: money(yes), opposite: no, worth: yesWorth, minEdge }
  return noAsk === null ? null : { outcome: 'no', consensus, ask: noAsk, edge: money(no), opposite: yes, worth: noWorth, minEdge }
}
/** Fees that nobody can price are left out: the edge that there would be without them is refused by name. */
const FREE: KalshiFees = {
  kind: 'priced',
  venue: 'kalshi',
  rates: { taker: 0, maker: 0 },
  balanceGrid: money(1),
  slackPerContract: money(0),
  knownAtMs: 0 as KalshiFees['knownAtMs'],
}

/** Stage by stage: a later one is not looked at when an earlier one refuses. */
function judge(look: Look): EdgeFinding {
  const { input, side } = look
  const before = firstFailure(PRECONDITIONS, look)
  if (before !== null || side === null) return new Refused(before ?? EDGE_CHECKS.twoSided, look, null)
  const judged = judgementOf({ look, side })
  if (judged !== null || input.fees.kind !== 'priced') return new Refused(judged ?? EDGE_CHECKS.feeTerms, look, null)
  const attempt = attemptOf(look, side, input.fees)
  const reason = refusalOf(attempt)
  return reason === null && attempt.figures !== null
    ? new Found(attempt, attempt.figures)
    : new Refused(reason ?? EDGE_CHECKS.size, look, attempt)
}

/** Sizes a side: its limit first, what stands there, how much that is thought of, and then how much of it. */
function attemptOf(look: Look, side: Side, fees: KalshiFees): Attempt {
  const { input } = look
  const limit = limitOf(input, side, fees)
  const cap = wholeContracts(Math.min(input.rules.maxContracts, input.limits.maxContracts) as Quantity)
  const asks = limit === null ? [] : asksOf(input.book, side.outcome).filter(({ price }) => price <= limit)
  const depth = wholeContracts(depthOf(asks))
  const ask = (score: number): SizeQuestion | null => (limit === null ? null : questionOf(input, side, { asks, limit, fees, cap, score }))
  const wanted = ask(FULL_SCORE)
  const trusted = confidenceOf(look, side, depth, wanted === null ? NO_QUANTITY : sizeOf(wanted).contracts)
  const question = ask(trusted.score)
  const size = question === null ? null : sizeOf(question)
  const quantities = { look, side, limit, depth, cap, boundBy: size?.boundBy ?? null, confidence: trusted }
  if (size === null || limit === null || size.contracts < ONE_CONTRACT) return { ...quantities, figures: null }
  const figuresAt = (contracts: Quantity): EdgeFigures => figuresOfOrder(look, side, { asks, limit, fees }, contracts)
  return { ...quantities, figures: shrunk(figuresAt, size.contracts, input.limits.lossBudget) }
}

/** B15: the dearest price of the grid that still earns the least edge, and that the profile permits. */
function limitOf({ bands, rules }: EdgeInput, { outcome, consensus, minEdge }: Side, fees: KalshiFees): Price | null {
  if (bands === null) return null
  const most = maxPriceFor(lowerOf(consensus, outcome), minEdge, fees, { outcome, bands, quantity: ONE_CONTRACT })
  return most === null || most <= rules.maxPrice ? most : buyingPrice(rules.maxPrice, { venue: 'kalshi', outcome }, bands)
}
const lowerOf = (consensus: Consensus, outcome: Outcome): number => (outcome === 'yes' ? consensus.lower : 1 - consensus.upper)

/** What is taken, at most at which price, and by which terms. */
interface Offer {
  readonly asks: readonly Level[]
  readonly limit: Price
  readonly fees: KalshiFees
}

function questionOf(
  { rules, policy, limits, equity, cash, spent, share = 1 }: EdgeInput,
  { consensus, outcome }: Side,
  { asks, limit, fees, cap, score }: Offer & { readonly cap: Quantity; readonly score: number },
): SizeQuestion {
  return {
    lower: lowerOf(consensus, outcome),
    asks,
    maxPrice: limit,
    fees,
    fraction: rules.kellyFraction,
    score,
    bankroll: money(Math.max(0, Math.min(rules.bankroll, equity ?? 0))),
    shares: policy.shares,
    eventSpent: spent.event,
    daySpent: spent.day,
    maxContracts: cap,
    cash: money(Math.min(cash === null ? Infinity : cash - (limits.minCash ?? NO_MONEY), limits.maxPremium)),
    share,
  }
}

function confidenceOf({ input, bid, ask }: Look, { consensus, edge }: Side, depth: Quantity, wanted: Quantity): Confidence {
  const untilMs = untilStart(input)
  const { score, reasons } = confidence(input.policy.confidence, {
    edge: edge / DOLLAR_MICROS,
    bookCount: consensus.familyCount,
    bookSpread: consensus.bookSpread,
    volume: (input.volume ?? 0) / ONE_CONTRACT,
    hoursToStart: untilMs === null ? null : untilMs / HOUR_MS,
    effectiveBooks: consensus.effectiveBooks,
    sigma: consensus.sigma,
    sharpShare: consensus.sharpShare,
    oldestAgeMs: input.nowMs - consensus.oldestMs,
    depth,
    size: wanted > 0 ? wanted : ONE_CONTRACT,
    spread: bid === null || ask === null ? 1 : (ask - bid) / ONE_DOLLAR,
    // both were asked before: nothing is sized without
    isSameQuestion: true,
    isTrading: true,
  })
  return { score, tier: tierOf(score, input.rules.tiers), reasons }
}

function figuresOfOrder(
  { input: { book } }: Look,
  { outcome, consensus, worth }: Side,
  { asks, limit, fees }: Offer,
  contracts: Quantity,
): EdgeFigures {
  const costBound = buyingCostBound(fees, [{ price: limit, quantity: contracts }])
  const cost = buyingCostBound(fees, taken(asks, contracts))
  const exit = taken(bidsOf(book, outcome, contracts), contracts)
  const back = exit.length === 0 ? 0 : Math.max(0, sellingProceedsBound(fees, exit))
  const paid = (each: Money): number => (each * contracts) / ONE_CONTRACT
  return {
    quantity: contracts,
    limit,
    costBound,
    netEdge: money(paid(worth) - cost),
    expectedValue: money(paid(worthOf(outcome === 'yes' ? consensus.probability : 1 - consensus.probability)) - cost),
    worstEdge: money(paid(worth) - costBound),
    unwindLoss: money(costBound - back),
  }
}

/** The largest whole size up to `most` whose way out fits the budget (E23); one contract where none does, so that a refusal has its figures. */
function shrunk(figuresAt: (contracts: Quantity) => EdgeFigures, most: Quantity, budget: Money): EdgeFigures {
  const whole = figuresAt(most)
  if (whole.unwindLoss <= budget) return whole
  let [low, high] = [1, most / ONE_CONTRACT - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (figuresAt(quantity(middle * ONE_CONTRACT)).unwindLoss <= budget) low = middle
    else high = middle - 1
  }
  return figuresAt(quantity(low * ONE_CONTRACT))
}
