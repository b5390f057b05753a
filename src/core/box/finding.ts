import type { MarketId, Outcome, SubjectId, Venue } from '../ids'
import type { OpeningBar } from '../market/bars'
import type { Book } from '../market/book'
import type { MarketStatus } from '../market/event'
import type { CannotBePriced, ForecastexFees, KalshiFees } from '../market/fees'
import type { PriceBand } from '../market/grid'
import type { Mode, Verdict } from '../trade/plan'
import type { DecidedFind } from '../trade/seen'
import { NO_QUANTITY, type Millis, type Money, type Price, type Quantity } from '../units'
import type { Certificate } from './certificate'
import type { BoxPolicy } from './policy'
import type { Look } from './checks/preconditions'
import { trail, type Attempt, type Valued } from './checks/worth'
import type { BoxCheck } from './refusals'

export interface BoxPair {
  readonly id: SubjectId
  readonly kalshi: MarketId
  readonly forecastex: MarketId
  readonly certificate: Certificate
}

export interface BoxLimits {
  /** Per contract. Levels that earn less are not taken. */
  readonly minNetEdge: Money
  readonly minExpectedValue: Money
  readonly maxContracts: Quantity
  /** Of both legs together, at their limits. */
  readonly maxCapital: Money
  /** E10: no more than the visible bids of the first leg's outcome. Off only for research. */
  readonly capAtExitDepth: boolean
  /** What the cures of one trade may lose (E23): bounds the modelled loss. */
  readonly lossBudget: Money
  /** Full premium of what could stay unpaired of one trade (E10). */
  readonly maxUnpairedPremium: Money
  readonly livenessMs: { readonly kalshi: number; readonly forecastex: number }
  readonly quoteAgeMs: number
}

export interface BoxInput {
  readonly pair: BoxPair
  readonly mode: Mode
  readonly books: { readonly kalshi: Book; readonly forecastexYes: Book; readonly forecastexNo: Book }
  readonly fees: { readonly kalshi: KalshiFees | CannotBePriced; readonly forecastex: ForecastexFees }
  /** When each venue last vouched for its books; null: not since it connected. */
  readonly confirmedAtMs: { readonly kalshi: Millis | null; readonly forecastex: Millis | null }
  readonly nowMs: Millis
  readonly limits: BoxLimits
  readonly policy: BoxPolicy
  /** What the venues say of both markets now; null: changed, and not read again yet. */
  readonly told: {
    readonly bands: Readonly<Record<Venue, readonly PriceBand[] | null>>
    /** SHA-256 of the rule texts; null: the venue told none. */
    readonly rules: Readonly<Record<Venue, string | null>>
    /** When what a leg pays is cash; null: not told. */
    readonly payoutMs: Readonly<Record<Venue, Millis | null>>
  }
  /** Free cash per venue; null: not known here, the reserve alone decides (E5). */
  readonly cash: { readonly kalshi: Money | null; readonly forecastex: Money | null }
  /** Whether the markets trade, and what this process itself forbids there. */
  readonly statuses: Readonly<Record<Venue, MarketStatus>>
  readonly bars: Readonly<Record<Venue, OpeningBar | null>>
}

export interface BoxLeg {
  readonly outcome: Outcome
  readonly limit: Price
  /** All contracts at the limit, fees included, any fragmentation. */
  readonly costBound: Money
}
/** A: Kalshi YES and the ForecastEx outcome that pays when it does not. B: Kalshi NO likewise. */
export type Direction = 'A' | 'B'

/** The dearest end of a trade that reserves what the plan says, over every pair of fills (E10). */
export interface WorstCase {
  /** Fills of the first and the second leg at which it happens. */
  readonly first: Quantity
  readonly second: Quantity
  /** The whole first leg and nothing of the second, cured at the visible depth the cheapest way: what the expected value counts (E10). */
  readonly unwindLoss: Money
  /** Cured at the visible depth, the cheapest way. */
  readonly modelledLoss: Money
  /** Cured at the cure's limit. */
  readonly limitLoss: Money
  /** Not cured at all: the full premium of what stays unpaired. */
  readonly maximumLoss: Money
}

/** What a sized box is worth. */
export interface BoxFigures {
  readonly quantity: Quantity
  /** Lower bound of the profit at the displayed levels, in total. */
  readonly netEdge: Money
  /** The venue whose leg is sent first, and what the trade is worth in that order (E10). */
  readonly first: Venue
  readonly expectedValue: Money
  readonly worst: WorstCase
  readonly worstCaseProfit: Money
  /** Both legs at their bound, and how long until it is cash again; null: not told. */
  readonly capital: Money
  readonly lockedDays: number | null
  /** Simple, in 1e-4 a year; null where the days are not known. */
  readonly annualReturn: number | null
}

/** Neither it nor a refusal ever changes: whoever is handed one may keep it. */
export interface BoxFound extends BoxFigures {
  readonly kind: 'found'
  readonly direction: Direction
  /** Of one contract each at the best prices. */
  readonly margin: Money
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
  /** The dearest price at which a cure may complete, at the second leg's venue. */
  readonly ceiling: Price
  /** What one matched pair pays in the worst state. */
  readonly leastPayoff: Money
  /** What it was priced with; the plan's dearest cure is bounded by the same. */
  readonly fees: { readonly kalshi: KalshiFees; readonly forecastex: ForecastexFees }
  /** Written when it is read. */
  readonly verdicts: readonly Verdict[]
}
export interface BoxRefused {
  readonly kind: 'refused'
  /** null: both directions are positive. */
  readonly direction: Direction | null
  readonly margin: Money
  /** The first check that failed, in the order of blame. */
  readonly reason: BoxCheck
  /** What it was sized to; 0, and null below: it was refused before. */
  readonly quantity: Quantity
  readonly netEdge: Money | null
  readonly expectedValue: Money | null
  readonly worst: WorstCase | null
  readonly annualReturn: number | null
  /** All that failed, in the order of blame, and every check with its figures. Written when they are read. */
  readonly failed: readonly BoxCheck[]
  readonly verdicts: readonly Verdict[]
}
export type BoxFinding = { readonly kind: 'none' } | BoxRefused | BoxFound

/** Where nothing is told, among {@link figuresOf}. */
const UNTOLD = -1
const legFigures = ({ outcome, limit, costBound }: BoxLeg): readonly number[] => [outcome === 'yes' ? 1 : 0, limit, costBound]

/** What makes a find the one that it is, in integers: two that agree in them would become the same trade. */
export function figuresOf({
  direction,
  quantity,
  kalshi,
  forecastex,
  netEdge,
  expectedValue,
  worst,
  ...found
}: BoxFound): readonly number[] {
  const worth = [netEdge, expectedValue, worst.modelledLoss, worst.maximumLoss, found.worstCaseProfit]
  const capital = [found.first === 'kalshi' ? 0 : 1, found.capital, found.lockedDays ?? UNTOLD, found.annualReturn ?? UNTOLD]
  return [direction === 'A' ? 0 : 1, quantity, ...legFigures(kalshi), ...legFigures(forecastex), ...worth, ...capital]
}

/** A box that became a trade. `figures`: by {@link figuresOf}. */
export interface BoxDecided extends DecidedFind {
  readonly strategy: 'box'
  readonly pair: SubjectId
}

/** The one direction whose best prices leave a margin. */
export interface Candidate {
  readonly direction: Direction
  readonly outcome: Outcome
  /** The ForecastEx outcome that completes it, its book and its best ask. */
  readonly missing: Outcome
  readonly book: Book
  readonly ask: Price
  readonly displayed: Quantity
}

/** Fields one by one: what is copied by a spread is read slower ever after (docs/decisions/hot-engine.md). */
export class Found implements BoxFound {
  readonly kind = 'found'
  readonly direction: Direction
  readonly margin: Money
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
  readonly ceiling: Price
  readonly leastPayoff: Money
  readonly fees: BoxFound['fees']
  readonly quantity: Quantity
  readonly netEdge: Money
  readonly first: Venue
  readonly expectedValue: Money
  readonly worst: WorstCase
  readonly worstCaseProfit: Money
  readonly capital: Money
  readonly lockedDays: number | null
  readonly annualReturn: number | null
  readonly #attempt: Attempt

  constructor(attempt: Attempt, { look, figures, cost }: Valued, fees: BoxFound['fees']) {
    this.direction = look.candidate.direction
    this.margin = look.margin
    this.kalshi = cost.kalshi
    this.forecastex = cost.forecastex
    this.ceiling = cost.ceiling
    this.leastPayoff = look.least.perContract
    this.fees = fees
    this.quantity = figures.quantity
    this.netEdge = figures.netEdge
    this.first = figures.first
    this.expectedValue = figures.expectedValue
    this.worst = figures.worst
    this.worstCaseProfit = figures.worstCaseProfit
    this.capital = figures.capital
    this.lockedDays = figures.lockedDays
    this.annualReturn = figures.annualReturn
    this.#attempt = attempt
  }

  get verdicts(): readonly Verdict[] {
    return trail(this.#attempt.look, this.#attempt)
  }
}

export class Refused implements BoxRefused {
  readonly kind = 'refused'
  readonly direction: Direction | null
  readonly margin: Money
  readonly reason: BoxCheck
  readonly quantity: Quantity
  readonly netEdge: Money | null
  readonly expectedValue: Money | null
  readonly worst: WorstCase | null
  readonly annualReturn: number | null
  readonly #look: Look
  readonly #attempt: Attempt | null

  constructor(reason: BoxCheck, look: Look, attempt: Attempt | null) {
    const figures = attempt?.valued?.figures ?? null
    this.reason = reason
    this.direction = look.opposite > 0 ? null : look.candidate.direction
    this.margin = look.margin
    this.quantity = figures?.quantity ?? NO_QUANTITY
    this.netEdge = figures?.netEdge ?? null
    this.expectedValue = figures?.expectedValue ?? null
    this.worst = figures?.worst ?? null
    this.annualReturn = figures?.annualReturn ?? null
    this.#look = look
    this.#attempt = attempt
  }

  get failed(): readonly BoxCheck[] {
    return this.verdicts.filter(({ passed }) => !passed).map(({ check }) => check as BoxCheck)
  }
  get verdicts(): readonly Verdict[] {
    return trail(this.#look, this.#attempt)
  }
}
