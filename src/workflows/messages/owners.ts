import type { ClientOrderId, TradeId } from '../../core/ids'
import type { Progress } from './trade'

/** A trade without a running owner, and what became of giving it one (E25). */
export interface Orphan {
  readonly tradeId: TradeId
  readonly why: string
  readonly cure: 'started' | 'already-running' | 'unreachable'
}
/** A trade that has an owner and does not get on. */
export interface StuckTrade {
  readonly tradeId: TradeId
  readonly workflowId: string
  /** `task-fails`: its workflow task fails again and again, which is a bug. `silent`: it does not answer. */
  readonly state: Progress['state'] | 'task-fails' | 'silent'
  readonly step: string
  /** In that state; of a silent or failing one, since its trade began. */
  readonly ageMs: number
}
/** What a sweep found (I11). Nothing but `openTrades` when all is well. */
export interface OwnersReport {
  readonly openTrades: number
  readonly orphans: readonly Orphan[]
  readonly stuck: readonly StuckTrade[]
  /** Fills that were booked late, each by its trade's order (E14). */
  readonly lateFills: readonly ClientOrderId[]
  readonly repaired: readonly string[]
  /** What only a person can put right, a sentence each. */
  readonly violations: readonly string[]
  /** What could not be looked at this time, and why. */
  readonly unread: readonly string[]
}
export interface SweepActivities {
  /** Looks whether every reservation, claim and lot has exactly one running owner, and starts a cure for what has none. */
  sweepOwners(): Promise<OwnersReport>
}
