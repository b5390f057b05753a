import { impliedOf, isDecimalOdds } from './american'
import { DEVIG_METHODS, ROUNDING, solve, sumOf, type DevigMethod } from './devig-methods'

export type { DevigMethod } from './devig-methods'

/** What a book adds up to less than this is no price list but an error or an old line. */
export const BOOKSUM_MIN = 0.98
/** A margin above these is not made to be bet at (market-math §5): two outcomes, and three or more. */
export const BOOKSUM_MAX_TWO_WAY = 1.12
export const BOOKSUM_MAX_WIDER = 1.18
/** A book that adds up to less than one is believed by half. */
const DOUBTED_WEIGHT = 0.5

/** Why a book's line says nothing of its outcomes. */
export const DEVIG_DROPS = {
  oneSided: 'fewer than two outcomes',
  noOdds: 'odds not above 1',
  booksumLow: 'booksum too low',
  booksumHigh: 'booksum too high',
  noSolution: 'method leaves an outcome nothing',
} as const
export type DevigDrop = (typeof DEVIG_DROPS)[keyof typeof DEVIG_DROPS]

export type Devigged =
  | {
      readonly kind: 'fair'
      /** As the odds were given; they add up to one. */
      readonly probabilities: readonly number[]
      /** What the quoted probabilities added up to. */
      readonly booksum: number
      /** {@link solve}; null where the method has none, or another one stood in for it. */
      readonly parameter: number | null
      /** 0.5: the book adds up to less than one, and was scaled up whatever the method. */
      readonly weight: 1 | 0.5
    }
  | { readonly kind: 'dropped'; readonly reason: DevigDrop; readonly booksum: number }

/** Ruling 9: odds-ratio for two outcomes, Shin for three and more. */
export const defaultMethod = (ways: number): DevigMethod => (ways === 2 ? 'odds-ratio' : 'shin')

/**
 * A book's line without its margin: decimal odds of all its outcomes, never of some of them (market-math §5). What cannot be believed is dropped
 * with its reason; nothing is thrown.
 */
export function devig(method: DevigMethod, decimals: readonly number[]): Devigged {
  if (!decimals.every(isDecimalOdds))
    return { kind: 'dropped', reason: DEVIG_DROPS.noOdds, booksum: sumOf(decimals.map((odds) => 1 / odds)) }
  const quoted = decimals.map(impliedOf)
  const booksum = sumOf(quoted)
  const drop = gateOf(quoted.length, booksum)
  if (drop !== null) return { kind: 'dropped', reason: drop, booksum }
  const isDoubted = booksum < 1 - ROUNDING
  const solved = solve(isDoubted ? 'multiplicative' : method, quoted)
  if (solved === null) return { kind: 'dropped', reason: DEVIG_DROPS.noSolution, booksum }
  return { kind: 'fair', ...solved, booksum, weight: isDoubted ? DOUBTED_WEIGHT : 1 }
}

function gateOf(ways: number, booksum: number): DevigDrop | null {
  if (ways < 2) return DEVIG_DROPS.oneSided
  if (booksum < BOOKSUM_MIN - ROUNDING) return DEVIG_DROPS.booksumLow
  const most = ways === 2 ? BOOKSUM_MAX_TWO_WAY : BOOKSUM_MAX_WIDER
  return booksum > most + ROUNDING ? DEVIG_DROPS.booksumHigh : null
}

/**
 * How far the methods are apart on each outcome, greatest less smallest, over those that have an answer: what nobody knows about how the margin is spread.
 * @throws RangeError for odds that {@link devig} drops as none.
 */
export function methodSpread(decimals: readonly number[]): readonly number[] {
  const quoted = decimals.map(impliedOf)
  const least = quoted.map(() => Infinity)
  const most = quoted.map(() => -Infinity)
  for (const method of DEVIG_METHODS) {
    solve(method, quoted)?.probabilities.forEach((p, n) => {
      least[n] = Math.min(least[n] ?? p, p)
      most[n] = Math.max(most[n] ?? p, p)
    })
  }
  return most.map((p, n) => p - (least[n] ?? p))
}
