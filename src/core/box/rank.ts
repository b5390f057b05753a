import type { Money } from '../units'

/** What finds are compared by. */
export interface Ranked {
  /** In 1e-4; null: not known when it is cash again. */
  readonly annualReturn: number | null
  readonly netEdge: Money
  readonly capital: Money
}

/**
 * Best first, for `toSorted`: the simple annual return (market-math §3.3), an unknown one last; then the larger profit, then the less capital.
 * Equal ones stay in the order they came in, so that the order is the same each time.
 */
export const byAnnualReturn = (a: Ranked, b: Ranked): number =>
  (b.annualReturn ?? -Infinity) - (a.annualReturn ?? -Infinity) || b.netEdge - a.netEdge || a.capital - b.capital
