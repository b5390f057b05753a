import type { BoxPolicy } from '../../../../src/core/box/policy'
import type { PlainBook, PlainLevel } from '../books'
import type { PlainLimits, PlainListing, PlainPair } from '../house'
import type { PlainFees } from './fees'

export type VenueName = 'kalshi' | 'forecastex'
export type Side = 'yes' | 'no'

/** Everything that may decide about one pair at one moment. */
export interface Sight {
  readonly pair: PlainPair
  readonly nowMs: number
  readonly mode: string
  readonly policy: BoxPolicy
  readonly limits: PlainLimits
  readonly kalshi: PlainBook
  readonly forecastex: Readonly<Record<Side, PlainBook>>
  /** When each venue last vouched for its books. */
  readonly heardMs: Readonly<Record<VenueName, number | null>>
  readonly status: Readonly<Record<VenueName, string>>
  readonly isBarred: boolean
  /** As the venues told them last; null: never. */
  readonly listings: { readonly kalshi: PlainListing; readonly forecastex: PlainListing | null }
  /** Kalshi changed what it lists, and did not tell how. */
  readonly isListingDoubted: boolean
  /** null: nobody can price it. */
  readonly fees: PlainFees | null
}

/** One direction: what is bought at both venues. */
export interface Way {
  readonly direction: 'A' | 'B'
  readonly buys: Side
  readonly misses: Side
}

export const otherSide = (side: Side): Side => (side === 'yes' ? 'no' : 'yes')
export function wayOf({ certificate: { polarity } }: PlainPair, buys: Side): Way {
  return { direction: buys === 'yes' ? 'A' : 'B', buys, misses: polarity === 'same' ? otherSide(buys) : buys }
}

/** Each level in whole contracts only; what is less than one is not there. */
export function wholeOnly(levels: readonly PlainLevel[]): readonly PlainLevel[] {
  return levels.map(({ price, quantity }) => ({ price, quantity: quantity - (quantity % 100) })).filter(({ quantity }) => quantity > 0)
}
export function totalOf(levels: readonly PlainLevel[]): number {
  let total = 0
  for (const { quantity } of levels) total += quantity
  return total
}
/** The best so much of a ladder. */
export function firstOf(levels: readonly PlainLevel[], quantity: number): readonly PlainLevel[] {
  const part: PlainLevel[] = []
  let left = quantity
  for (const level of levels) {
    if (left <= 0) break
    part.push({ price: level.price, quantity: Math.min(left, level.quantity) })
    left -= level.quantity
  }
  return part
}
