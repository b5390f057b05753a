import type { TradeId } from '../core/ids'
import type { FeeDifference, FeeModel } from '../core/ledger/fee-model'
import type { Fill, OrderIntent } from '../core/trade/order'
import type { Plan, Reservation, TradeResult } from '../core/trade/plan'

/** Each method is one transaction with a fixed lock order, idempotent by its ids (E5, E6). */
export interface Ledger {
  /** E3 E5–E9: fence, checks, claims, cash, intents together. */
  reserve(plan: Plan, runId: string, signal: AbortSignal): Promise<Reservation>
  /**
   * Each execution once, with its fee as charged; a correction reverses and reposts. `model`: what the fees should be, null when the market's fees
   * are unknown. @returns the told fills whose fee is not what the model said (invariant 8), however often they are told.
   */
  book(
    tradeId: TradeId,
    order: OrderIntent,
    fills: readonly Fill[],
    model: FeeModel | null,
    signal: AbortSignal,
  ): Promise<readonly FeeDifference[]>
  /**
   * Records what a successor is about to send, before it does: as an order of an ended trade it has no reserve that would tell of it (E25, E9).
   * @returns whether it may be sent; false: another trade's order in its market is under way (I2)
   */
  intend(order: OrderIntent, signal: AbortSignal): Promise<boolean>
  /** Releases with a tombstone. A run that did not reserve the trade, and is not its successor, changes nothing: the trade has an owner. */
  close(result: TradeResult, runId: string, signal: AbortSignal): Promise<Pick<TradeResult, 'realisedPnl' | 'maxRemainingLoss'>>
}
