import type { BoxCheck } from '../../../../src/core/box/refusals'
import { bestOf } from '../books'
import { attempted, type Attempt, type Figures } from './attempt'
import { marginOf } from './fees'
import { brokenPreconditions } from './preconditions'
import { wayOf, type Sight, type VenueName, type Way } from './sight'

export type PlainDecision =
  | {
      readonly kind: 'found'
      readonly way: Way
      readonly margin: number
      readonly first: VenueName
      readonly figures: Figures
    }
  | {
      readonly kind: 'refused'
      /** null: both directions were positive. */
      readonly way: Way | null
      readonly margin: number
      readonly failed: readonly BoxCheck[]
      readonly figures: Figures | null
    }

/** What one contract leaves at the best executable prices of a direction; null: there is no quote on one side. */
function marginIn({ kalshi, forecastex, fees }: Sight, { buys, misses }: Way): number | null {
  const offered = bestOf(kalshi, buys === 'yes' ? 'ask' : 'bid')
  const other = bestOf(forecastex[misses], 'ask')
  if (offered === null || other === null) return null
  return marginOf(buys === 'yes' ? offered.price : 10_000 - offered.price, other.price, fees)
}

type Margins = Readonly<Record<'A' | 'B', number>>
/** null: neither direction leaves anything that is worth a look. */
function marginsOf(sight: Sight): Margins | null {
  const { kalshi, pair, limits } = sight
  if (!kalshi.live) return null
  const A = marginIn(sight, wayOf(pair, 'yes')) ?? -Infinity
  const B = marginIn(sight, wayOf(pair, 'no')) ?? -Infinity
  const isWorthIt = (A > 0 && B > 0) || Math.max(A, B) >= Math.max(1, limits.minNetEdgePerContract)
  return isWorthIt ? { A, B } : null
}
export const showsMargin = (sight: Sight): boolean => marginsOf(sight) !== null

/** null: there is nothing to buy. */
export function decide(sight: Sight): PlainDecision | null {
  const { pair, fees, policy } = sight
  const margins = marginsOf(sight)
  if (margins === null) return null
  const { A: a, B: b } = margins
  const both = a > 0 && b > 0
  const [inA, inB] = [wayOf(pair, 'yes'), wayOf(pair, 'no')]
  const [way, margin, opposite] = a > b ? ([inA, a, b] as const) : ([inB, b, a] as const)
  const broken = brokenPreconditions(sight, way, margin, opposite)
  if (broken.length > 0 || fees === null) {
    return { kind: 'refused', way: both ? null : way, margin, failed: broken, figures: null }
  }
  const policyOfPair = policy.legOrderOf[pair.id] ?? policy.legOrderOf[pair.id.replace(/\.[^.]*$/, '')] ?? policy.legOrder
  let best = attempted(sight, way, fees, 'kalshi')
  if (policyOfPair === 'by-expected-value') {
    const other = attempted(sight, way, fees, 'forecastex')
    if (worthOf(other) > worthOf(best)) best = other
  }
  const { first, failed, figures } = best
  if (failed.length > 0 || figures === null) return { kind: 'refused', way, margin, failed, figures }
  return { kind: 'found', way, margin, first, figures }
}

const worthOf = ({ figures }: Attempt): number => figures?.expectedValue ?? -Infinity
