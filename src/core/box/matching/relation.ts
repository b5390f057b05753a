import type { Condition } from '../../market/proposition'
import { regionsOf, type Region } from './region'

/** How the first condition's YES stands to the second's, over all values of the number. */
export type Relation =
  | { readonly kind: 'same' | 'opposite' }
  /**
   * One set contains the other: 'same' polarity compares YES with YES, 'opposite' the first YES with the second NO. Buying the wider one's outcome and the
   * other side of the narrower pays 1 or 2; the opposite box pays 0 in the gap (dominance, market-math §8).
   */
  | {
      readonly kind: 'nested'
      readonly polarity: 'same' | 'opposite'
      readonly wider: 'first' | 'second'
      /** Published values in the gap; null: unbounded, or no grid to count them on. */
      readonly gap: number | null
    }
  /** Each has values that the other does not, and neither excludes the other. */
  | { readonly kind: 'overlapping' }
  /** Other outcomes, or not to be compared. */
  | { readonly kind: 'different' }

export function relationOf(first: Condition, second: Condition, grid: string | null): Relation {
  if (first.kind === 'named' && second.kind === 'named') return { kind: first.outcome === second.outcome ? 'same' : 'different' }
  const regions = regionsOf(first, second, grid)
  if (regions === null) return { kind: 'different' }
  const [a, b] = regions
  if (isEmpty(a) || isEmpty(b)) return { kind: 'different' }
  if (within(a, b)) return within(b, a) ? { kind: 'same' } : nested('same', 'second', b, a, grid)
  if (within(b, a)) return nested('same', 'first', a, b, grid)
  return acrossOf(a, b, grid)
}

/** Neither contains the other: they may be each other's complement, exclude each other, or leave nothing out between them. */
function acrossOf(a: Region, b: Region, grid: string | null): Relation {
  const [lower, upper] = a.low === null || (b.low !== null && a.low < b.low) ? [a, b] : [b, a]
  const end = lower.high
  const start = upper.low
  if (end === null || start === null) return { kind: 'overlapping' }
  const isAll = lower.low === null && upper.high === null
  if (end < start) {
    if (isAll && start === end + 1n) return { kind: 'opposite' }
    return { kind: 'nested', polarity: 'opposite', wider: 'second', gap: isAll && grid !== null ? counted(start - end - 1n) : null }
  }
  if (isAll) return { kind: 'nested', polarity: 'opposite', wider: 'first', gap: grid === null ? null : counted(end - start + 1n) }
  return { kind: 'overlapping' }
}

const isEmpty = ({ low, high }: Region): boolean => low !== null && high !== null && low > high
const within = (inner: Region, outer: Region): boolean =>
  (outer.low === null || (inner.low !== null && inner.low >= outer.low)) &&
  (outer.high === null || (inner.high !== null && inner.high <= outer.high))

function nested(polarity: 'same' | 'opposite', wider: 'first' | 'second', outer: Region, inner: Region, grid: string | null): Relation {
  const below = between(outer.low, inner.low)
  const above = between(inner.high, outer.high)
  return { kind: 'nested', polarity, wider, gap: grid === null || below === null || above === null ? null : counted(below + above) }
}
/** Steps between two ends of the same side; null: one of them is unbounded and the other is not. */
const between = (from: bigint | null, to: bigint | null): bigint | null =>
  from === null || to === null ? (from === to ? 0n : null) : to - from

/** A gap of more values than can be counted is as good as unbounded. */
const counted = (steps: bigint): number | null => (steps <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(steps) : null)
