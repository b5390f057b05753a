import type { ClientOrderId, TradeId, Venue } from '../core/ids'
import type { Scope } from '../core/risk/scope'
import type { OrderIntent } from '../core/trade/order'
import type { Done, Rejected, RejectReason } from '../core/trade/outcome'
import type { Plan } from '../core/trade/plan'
import type { Quantity } from '../core/units'

/** What forbids openings right now, as this process knows it without asking anybody. */
export interface HaltView {
  active(): readonly Scope[]
}
/** The same with its age: the epoch rises with every halt and resume (E26). */
export interface HaltFence extends HaltView {
  readonly epoch: number
}
/** E19: whether this process still holds the right to send, and under which epoch. */
export interface LeaseView {
  valid(): boolean
  /** null: not held. */
  readonly epoch: number | null
}
/** Where the lease of a shard is kept (E19). */
export interface LeaseStore {
  /** Takes or renews it for `ttlMs`. @returns the epoch, or null while somebody else holds it. */
  acquire(ttlMs: number, signal: AbortSignal): Promise<{ readonly epoch: number } | null>
  /** Gives it up at once, so that a successor need not wait. */
  release(signal: AbortSignal): Promise<void>
}

/** What the ledger knows of a granted trade: for one that this host's journal does not hold. */
export interface LedgerGrant {
  readonly plan: Plan
  /** Its orders whose fills are final and booked. */
  readonly booked: readonly BookedOrder[]
}
export interface BookedOrder {
  readonly clientOrderId: ClientOrderId
  readonly purpose: OrderIntent['purpose']
  readonly quantity: Quantity
  readonly filled: Quantity
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

/** A guard that sizes reducing orders by what it was told of earlier ones. */
export interface AnsweredGuard extends Guard {
  /** What is known of an order from now on. Durable soon after; what is lost with the machine is asked of the venue again. */
  answered(order: OrderIntent, outcome: Done | Rejected): void
}

/** E18: the right to use the venues' request budgets, leased to trades. */
export interface TokenDesk {
  /** Leases one entry and four cures at every venue. false: not all of them are there now, and nothing was leased. `shard`: of the Kalshi market. */
  admit(tradeId: TradeId, shard: number): boolean
  /** The trade is over: what it did not use is free again. */
  release(tradeId: TradeId): void
  /** In the venues' own units. */
  state(): readonly { readonly venue: Venue; readonly level: number; readonly leased: number; readonly capacity: number }[]
}
