import type { Scope } from '../core/risk/scope'
import type { OrderIntent } from '../core/trade/order'
import type { Rejected, RejectReason } from '../core/trade/outcome'
import type { Plan } from '../core/trade/plan'

/** What forbids openings right now, as this process knows it without asking anybody. */
export interface HaltView {
  active(): readonly Scope[]
}
/** E19: whether this process still holds the right to send. */
export interface LeaseView {
  valid(): boolean
}
/** Where the lease of a shard is kept (E19). */
export interface LeaseStore {
  /** Takes or renews it for `ttlMs`. @returns the epoch, or null while somebody else holds it. */
  acquire(ttlMs: number, signal: AbortSignal): Promise<{ readonly epoch: number } | null>
  /** Gives it up at once, so that a successor need not wait. */
  release(signal: AbortSignal): Promise<void>
}

/** A permit for one order, or the reason why there is none. */
export type Permit = { readonly kind: 'granted'; readonly mayWrite: () => RejectReason | null } | Rejected

/** The last line before the socket (E20). */
export interface Guard {
  /** Tells what a trade was granted: its orders are measured against it. */
  remember(plan: Plan): void
  /** Checks the order against its grant and opens the gate for it, once. */
  admit(order: OrderIntent, signal: AbortSignal): Promise<Permit>
  /** The plan of a granted trade; null: there is no such grant. */
  planOf(tradeId: Plan['tradeId'], signal: AbortSignal): Promise<Plan | null>
  forget(tradeId: Plan['tradeId']): void
}
