import type { EdgePlan } from '../../../src/core/trade/plan'
import { boxPlan, KALSHI_MARKET } from '../../saga/plan'

/** Ten contracts at Kalshi, and nothing at the other venue. */
export function edgePlan(id: string): EdgePlan {
  const { legs, opportunity, cure: _noCure, ...common } = boxPlan(id)
  const subject = KALSHI_MARKET as unknown as typeof opportunity.subject
  return { ...common, strategy: 'edge', sport: 'nba', opportunity: { ...opportunity, strategy: 'edge', subject }, legs: [legs[0]] }
}
