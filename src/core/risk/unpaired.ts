import { venueFreshness } from '../market/liveness'
import type { Plan, Verdict } from '../trade/plan'
import type { Limits } from './limits'
import type { RiskState } from './state'
import { atMost, count, dollars, ms, verdict } from './verdicts'

/** E9: a venue that has not answered in its session for longer may not be there for the second leg. Both are asked at least once a second. */
export const SESSION_PROOF_MS = 2_000

/** E9: what stands unpaired, over all trades, and whether the second leg could be sent at all. */
export function unpairedExposure(plan: Plan, state: RiskState, limits: Limits): readonly Verdict[] {
  const unknown = verdict('no unknown order', state.unresolvedOrders === 0, count(state.unresolvedOrders), '0')
  if (plan.strategy === 'edge') return [unknown] // nothing is to pair it
  return [unknown, session(plan.legs[1].order.venue, state), ...sums(plan, state, limits)]
}

function session(venue: keyof RiskState['sessions'], { sessions, nowMs }: RiskState): Verdict {
  const proof = venueFreshness(venue, sessions[venue], nowMs, SESSION_PROOF_MS)
  const actual = proof.kind === 'unknown' ? 'no answer yet' : `answered ${ms(proof.ageMs)} ago`
  return verdict(`session at ${venue}`, proof.kind === 'fresh', actual, `≤ ${ms(SESSION_PROOF_MS)}`)
}

function sums(plan: Plan, { unpaired, standing, nowMs }: RiskState, limits: Limits): readonly Verdict[] {
  const { maxUnpairedFirstLegs, moreFirstLegsCleanTrades: until } = limits
  const isProven = standing.cleanTrades >= until // then the open trades alone are bounded
  const legs = unpaired.firstLegs + 1
  const ageMs = unpaired.oldestMs === null ? 0 : Math.max(0, nowMs - unpaired.oldestMs)
  const atMostLegs = `≤ ${maxUnpairedFirstLegs} (${standing.cleanTrades} of ${until} clean trades)`
  return [
    verdict(
      'unpaired first legs',
      isProven || legs <= maxUnpairedFirstLegs,
      count(legs),
      isProven ? `any after ${until} clean trades` : atMostLegs,
    ),
    atMost('unpaired premium', unpaired.premium + plan.opportunity.maximumLoss, limits.maxUnpairedPremiumTotal, dollars),
    atMost('age of unpaired premium', ageMs, limits.maxUnpairedAgeMs, ms),
  ]
}
