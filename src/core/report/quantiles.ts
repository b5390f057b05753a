import { floorMulDiv } from '../units'

/** One, as a ratio. */
export const PPM = 1_000_000
/** A part of a whole in 1e-6, rounded down; null: there is no whole. */
export const ratioOf = (part: number, whole: number): number | null => (whole <= 0 ? null : floorMulDiv(part, PPM, whole))

/** Quantiles that reports show, in per cent. */
export const SHOWN_PERCENT = [50, 90, 99, 100] as const

/** The smallest value that at least so many per cent do not exceed (nearest rank: always a value that was measured); null: there is none. */
export const quantileOf = (sorted: readonly number[], percent: number): number | null =>
  sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? null

export const quantilesOf = (values: readonly number[]): readonly (number | null)[] => {
  const sorted = values.toSorted((a, b) => a - b)
  return SHOWN_PERCENT.map((percent) => quantileOf(sorted, percent))
}

/** Values by what they belong to, in the order in which that was first seen. */
export function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return groups
}
export const sumOf = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0)
