import type { Quantity } from '../units'
import { inCents, inHours, reason, shown, type ConfidenceParts, type Scored } from './confidence-bands'

export interface ContinuousInput {
  /** Net, in dollars per contract. */
  readonly edge: number
  /** Of the consensus: how many equal books it comes to, how far they are apart, the share of the sharp ones, and the age of the oldest line. */
  readonly effectiveBooks: number
  readonly sigma: number
  readonly sharpShare: number
  readonly oldestAgeMs: number
  /** What is asked for at the minimum edge or better, and what is wanted of it: above zero. */
  readonly depth: Quantity
  readonly size: Quantity
  /** Of the market, in dollars. */
  readonly spread: number
  /** null: not known, which earns nothing. */
  readonly hoursToStart: number | null
}

const OLD_MS = 60_000
const EARLY_HOURS = 72
const unit = (value: number): number => Math.min(1, Math.max(0, value))

/** The score without steps: each term only ever rises with what is good (market-math §6). @throws RangeError for a size of nothing. */
export function continuous(input: ContinuousInput): Scored {
  const { edge, effectiveBooks, sigma, sharpShare, oldestAgeMs, depth, size, spread, hoursToStart } = input
  if (!(size > 0)) throw new RangeError(`confidence is asked for a size above zero, not for ${size}`)
  const parts: ConfidenceParts = {
    edge: 30 * unit((edge - 0.01) / 0.07),
    consensus: 12 * unit((effectiveBooks - 1) / 4) + 10 * unit(1 - sigma / 0.03) + 8 * unit(sharpShare / 0.4),
    liquidity: 12 * unit(depth / (2 * size)) + 8 * unit(1 - (spread - 0.01) / 0.05),
    timing: 12 * unit(1 - oldestAgeMs / OLD_MS) + 8 * (hoursToStart === null ? 0 : unit((EARLY_HOURS - hoursToStart) / EARLY_HOURS)),
  }
  const books = `${shown(effectiveBooks, 1)} equal books, ${inCents(sigma)} apart, ${shown(sharpShare * 100, 0)} % sharp`
  return {
    parts,
    reasons: [
      reason('edge', parts, `${inCents(edge)} net`),
      reason('consensus', parts, books),
      reason('liquidity', parts, `depth ${shown(depth / size, 1)} times the size, spread ${inCents(spread)}`),
      reason('timing', parts, `oldest line ${shown(oldestAgeMs / 1000, 0)} s, ${inHours(hoursToStart)}`),
    ],
  }
}
