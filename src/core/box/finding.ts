import type { MarketId, Outcome, SubjectId, Venue } from '../ids'
import type { Book } from '../market/book'
import type { CannotBePriced, ForecastexFees, KalshiFees } from '../market/fees'
import type { PriceBand } from '../market/grid'
import type { Mode, Verdict } from '../trade/plan'
import type { Millis, Money, Price, Quantity } from '../units'
import type { Certificate } from './certificate'
import type { BoxPolicy } from './policy'

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
  /** Cured at the visible depth, the cheapest way. */
  readonly modelledLoss: Money
  /** Cured at the cure's limit. */
  readonly limitLoss: Money
  /** Not cured at all: the full premium of what stays unpaired. */
  readonly maximumLoss: Money
}

export interface BoxFound {
  readonly kind: 'found'
  readonly direction: Direction
  readonly quantity: Quantity
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
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
  /** What it was priced with; the plan's dearest cure is bounded by the same. */
  readonly fees: { readonly kalshi: KalshiFees; readonly forecastex: ForecastexFees }
  readonly verdicts: readonly Verdict[]
}
export type BoxFinding = { readonly kind: 'none' } | { readonly kind: 'refused'; readonly verdicts: readonly Verdict[] } | BoxFound

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
