import type { ClientOrderId, MarketId, Outcome, SubjectId, TradeId, Venue } from '../core/ids'
import type { OrderIntent } from '../core/trade/order'
import type { Mode, Opportunity } from '../core/trade/plan'
import type { Millis, Money, Price, Quantity } from '../core/units'
import type { TopRow } from './cache'

/** What goes into the record. All figures are exact integers: price 1e-4 USD, quantity 1e-2 contract, money 1e-6 USD. */
export type RecordRow = TickRow | SpreadRow | DecisionRow | ExecutionRow | LatencyRow

/** A top of book: `kalshi_ticks` or `forecastex_ticks`. */
export interface TickRow extends TopRow {
  readonly kind: 'tick'
}
export interface SpreadRow {
  readonly kind: 'spread'
  readonly subject: SubjectId
  /** Which side is bought where, for example "kalshi-yes". */
  readonly direction: string
  readonly firstPrice: Price
  readonly secondPrice: Price
  readonly size: Quantity
  /** Of the whole size, after fees. */
  readonly netEdge: Money
  readonly atMs: Millis
}
export interface DecisionRow {
  readonly kind: 'decision'
  readonly opportunity: Omit<Opportunity, 'verdicts'>
  readonly mode: Mode
  readonly verdict: 'taken' | 'refused'
  /** The check that refused; 'passed' when taken. */
  readonly reason: string
  readonly tradeId: TradeId | null
}
export interface ExecutionRow {
  readonly kind: 'execution'
  readonly venue: Venue
  readonly market: MarketId
  readonly mode: Mode
  readonly strategy: Opportunity['strategy']
  readonly subject: SubjectId
  readonly outcome: Outcome
  readonly action: OrderIntent['action']
  readonly purpose: OrderIntent['purpose']
  readonly executionId: string
  readonly tradeId: TradeId
  readonly clientOrderId: ClientOrderId
  readonly price: Price
  readonly quantity: Quantity
  /** null: the venue tells it later. */
  readonly fee: Money | null
  /** From detection to this fill; null for a cure. */
  readonly latencyMicros: number | null
  readonly atMs: Millis
}
export interface LatencyRow {
  readonly kind: 'latency'
  readonly measure: string
  readonly tradeId: TradeId | null
  readonly micros: number
  readonly atMs: Millis
}
