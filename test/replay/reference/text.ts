import type { Decided } from './desk'
import { textOf } from './comparison'

/** A plain decision, field by field as the hot engine's. */
export function plainText({ n, atMs, pair, decision }: Decided): string {
  const { margin } = decision
  if (decision.kind === 'found') {
    const { way, first, figures } = decision
    const { kalshi, forecastex, ...same } = figures
    return textOf('found', n, atMs, pair.id, {
      ...{ direction: way.direction, margin, first, ...same },
      kalshi: { ...kalshi, outcome: way.buys },
      forecastex: { ...forecastex, outcome: way.misses },
    })
  }
  const { quantity = 0, netEdge = null, expectedValue = null, worst = null, annualReturn = null } = decision.figures ?? {}
  const direction = decision.way?.direction ?? null
  return textOf('refused', n, atMs, pair.id, {
    ...{ direction, margin, failed: decision.failed, quantity },
    ...{ netEdge, expectedValue, worst, annualReturn },
  })
}
