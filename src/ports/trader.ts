import type { TradeId } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Plan, TradeResult } from '../core/trade/plan'
import type { Quantity } from '../core/units'

export type Started =
  /** `ended` resolves with the result; rejects only when the workflow failed, which is a bug. */
  | { readonly kind: 'started'; readonly eagerly: boolean; readonly ended: Promise<TradeResult> }
  /** A run of this subject is going on (E1): counted, not an error. */
  | { readonly kind: 'already-running' }
  | { readonly kind: 'unreachable'; readonly detail: string }

/** Starts durable trades. */
export interface Trader {
  start(plan: Plan, signal: AbortSignal): Promise<Started>
  /** Walks the path of a trade once without one. */
  warmUp(signal: AbortSignal): Promise<void>
}
/** What became of one beat of keeping warm. */
export type Beat = 'started' | 'still-running' | 'failed'

export type Succession =
  | { readonly kind: 'started' }
  /** A cure of this trade is going on. What it began without it does not see: ask again once it has ended. */
  | { readonly kind: 'already-running' }
  | { readonly kind: 'unreachable'; readonly detail: string }

/** Gives a trade that lost its owner, or whose end a late fill has changed, a new one (E14, E25). */
export interface Successors {
  /** At most one cure of a trade runs at a time, many over time. `reason` is what the operator reads. Never throws. */
  start(tradeId: TradeId, reason: string, signal: AbortSignal): Promise<Succession>
}
/** Gives an ended edge a successor that sells what it holds (ruling 13). */
export interface Sellers {
  /** As a cure, of which it is one: at most one of a trade at a time. Never throws. */
  sell(tradeId: TradeId, reason: string, signal: AbortSignal): Promise<Succession>
}

/** A trade as the ledger has it: what a successor begins with. */
export interface RecordedTrade {
  readonly plan: Plan
  /** null: it never ended. */
  readonly result: TradeResult | null
  readonly orders: readonly RecordedOrder[]
}
export interface RecordedOrder {
  /** As it was intended: quantity, limit and not-after may have been narrowed when it was sent (E2). */
  readonly order: OrderIntent
  readonly state: 'intended' | 'unknown' | 'rejected' | 'final'
  /** Booked so far. */
  readonly filled: Quantity
}
