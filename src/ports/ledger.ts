import type { TradeId } from '../core/ids'
import type { Fill, OrderIntent } from '../core/trade/order'
import type { Plan, Reservation, TradeResult } from '../core/trade/plan'

/** Each method is one transaction with a fixed lock order, idempotent by its ids (E5, E6). */
export interface Ledger {
  /** E3 E5–E9: fence, checks, claims, cash, intents together. */
  reserve(plan: Plan, runId: string, signal: AbortSignal): Promise<Reservation>
  /** Each execution once; a correction reverses and reposts. */
  book(tradeId: TradeId, order: OrderIntent, fills: readonly Fill[], signal: AbortSignal): Promise<void>
  /** Releases with a tombstone. */
  close(result: TradeResult, signal: AbortSignal): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>>
}
