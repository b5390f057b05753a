import type { Money } from '../units'

export const DAYS_PER_YEAR = 365

/** Fractions, for ranking and display: never stored as keys, never turned into money. */
export interface Returns {
  readonly roi: number
  /** Rank by this. */
  readonly simpleAnnual: number
  /** Display only. */
  readonly compoundAnnual: number
}

/** Return on locked capital (market-math §3.3). @param days until the cash is available, at least one. */
export function returns(profit: Money, capital: Money, days: number): Returns {
  if (capital <= 0) throw new RangeError(`a return needs capital above zero: ${capital}`)
  const roi = profit / capital
  const years = Math.max(1, days) / DAYS_PER_YEAR
  return { roi, simpleAnnual: roi / years, compoundAnnual: (1 + roi) ** (1 / years) - 1 }
}

/** The probability of a missed second leg at which a box is worth nothing: e ÷ (e + H) (market-math §3.5). */
export function breakEvenFail(edge: Money, unwindCost: Money): number {
  if (edge + unwindCost <= 0) throw new RangeError(`edge and unwind cost must add up to more than zero: ${edge}, ${unwindCost}`)
  return edge / (edge + unwindCost)
}
