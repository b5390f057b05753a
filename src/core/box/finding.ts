import type { MarketId, Outcome, SubjectId } from '../ids'
import type { Book } from '../market/book'
import type { CannotBePriced, ForecastexFees, KalshiFees } from '../market/fees'
import type { Mode, Verdict } from '../trade/plan'
import type { Millis, Money, Price, Quantity } from '../units'
import type { Certificate } from './certificate'

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
  /** Prior of the ForecastEx fill in 1e-4; E10 counts at most 7_000. */
  readonly fillPrior: number
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

export interface BoxFound {
  readonly kind: 'found'
  readonly direction: Direction
  readonly quantity: Quantity
  readonly kalshi: BoxLeg
  readonly forecastex: BoxLeg
  /** Lower bound of the profit at the displayed levels, in total. */
  readonly netEdge: Money
  readonly expectedValue: Money
  readonly unwindLoss: Money
  readonly maximumLoss: Money
  readonly worstCaseProfit: Money
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
