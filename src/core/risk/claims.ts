import type { MarketId, Outcome, SubjectId, TradeId, Venue } from '../ids'
import type { Plan } from '../trade/plan'

/** E7: who holds a market. `exclusive` while a trade runs, `settling` when its locked lots wait for the result. */
export interface Claim {
  readonly venue: Venue
  readonly market: MarketId
  readonly subject: SubjectId
  /** The outcome bought here: the direction. */
  readonly outcome: Outcome
  readonly state: 'exclusive' | 'settling'
  readonly holder: TradeId
}

/** The claims a plan needs, one per market it touches. */
export const claimsOf = (plan: Plan): readonly Omit<Claim, 'state' | 'holder'>[] =>
  plan.legs.map(({ order }) => ({ venue: order.venue, market: order.market, subject: plan.opportunity.subject, outcome: order.outcome }))

/** What must be free for a plan: its own markets, and those that one claim covers with them (E7). They are asked for and not taken: what holds one refuses all. */
export const wantedBy = (plan: Plan): readonly Omit<Claim, 'state' | 'holder'>[] => {
  const own = claimsOf(plan)
  const [first] = own
  const siblings = plan.strategy === 'edge' && first ? (plan.siblings ?? []) : []
  return [...own, ...siblings.map((market) => ({ ...first, market }) as Omit<Claim, 'state' | 'holder'>)]
}

/** Why a held claim refuses a wanted one, or null when the wanted one may share it. */
export function claimConflict(held: Claim, wanted: Omit<Claim, 'state' | 'holder'>): string | null {
  if (held.subject !== wanted.subject) return `held by ${held.subject}`
  if (held.outcome !== wanted.outcome) return `held in the opposite direction (${held.outcome})`
  if (held.state === 'exclusive') return `trade ${held.holder} is running`
  return null
}
