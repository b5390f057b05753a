import type { BoxPlan, TradeResult } from '../core/trade/plan'

export type Started =
  /** `ended` resolves with the result; rejects only when the workflow failed, which is a bug. */
  | { readonly kind: 'started'; readonly eagerly: boolean; readonly ended: Promise<TradeResult> }
  /** A run of this pair is going on (E1): counted, not an error. */
  | { readonly kind: 'already-running' }
  | { readonly kind: 'unreachable'; readonly detail: string }

/** Starts durable trades. */
export interface Trader {
  startBox(plan: BoxPlan, signal: AbortSignal): Promise<Started>
  /** Walks the path of a trade once without one. */
  warmUp(signal: AbortSignal): Promise<void>
}
