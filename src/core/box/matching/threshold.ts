import type { Operator } from '../../market/proposition'
import { firstStepOf } from './region'
import { relationOf } from './relation'

export interface Threshold {
  readonly op: Operator
  /** A decimal, in the statistic's own unit. */
  readonly strike: string
}
export interface ThresholdMatch {
  /** First step of the grid for which "above" holds; with "<" and "≤" the first for which it no longer does. */
  readonly kalshiN: number
  readonly fxN: number
  readonly cls: 'identical' | 'complement' | 'nested'
  /** Absent where one asks above and the other below. */
  readonly widerYes?: 'kalshi' | 'fx'
  /** The box that pays 1 or 2. */
  readonly safeBox?: string
  /** Published values for which the other box pays nothing. */
  readonly gapStates?: number
}

/**
 * Two thresholds on one statistic, on the grid of its published values (market-math §8, vectors thresholdMatch.*).
 * @throws RangeError on a strike or a grid that is not a plain decimal, or a grid that is not positive
 */
export function thresholdMatch(input: { readonly kalshi: Threshold; readonly fx: Threshold; readonly grid: string }): ThresholdMatch {
  const { kalshi, fx, grid } = input
  const kalshiN = Number(firstStepOf(kalshi.op, kalshi.strike, grid))
  const fxN = Number(firstStepOf(fx.op, fx.strike, grid))
  const relation = relationOf(asked(kalshi), asked(fx), grid)
  if (relation.kind === 'same') return { kalshiN, fxN, cls: 'identical' }
  if (relation.kind !== 'nested') return { kalshiN, fxN, cls: 'complement' }
  const isKalshiWider = relation.wider === 'first'
  const ofKalshi = isKalshiWider ? 'YES' : 'NO'
  const ofFx = isKalshiWider === (relation.polarity === 'same') ? 'NO' : 'YES'
  return {
    ...{ kalshiN, fxN, cls: 'nested' },
    ...(relation.polarity === 'same' && { widerYes: isKalshiWider ? 'kalshi' : 'fx' }),
    safeBox: `KALSHI_${ofKalshi}+FX_${ofFx}`,
    ...(relation.gap !== null && { gapStates: relation.gap }),
  }
}

const asked = ({ op, strike }: Threshold) => ({ kind: 'threshold', operator: op, threshold: strike }) as const
