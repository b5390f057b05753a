import { marketId, orderId, subjectId, tradeId } from '../../../../src/core/ids'
import { millis, money, price, quantity } from '../../../../src/core/units'
import type { ExecutionRow, TickRow } from '../../../../src/ports/record'

/** A top of Kalshi's book, each number a millisecond later. */
export const tick = (ticker: string, i: number): TickRow => ({
  kind: 'tick',
  venue: 'kalshi',
  market: ticker,
  outcome: 'yes',
  series: 'KXU3',
  bid: price(4150),
  bidSize: quantity(1250),
  ask: null,
  askSize: null,
  atMs: millis(Date.UTC(2026, 10, 22) + i),
})
/** A fill of the second leg. */
export const execution = (executionId: string): ExecutionRow => ({
  kind: 'execution',
  venue: 'forecastex',
  market: marketId('731'),
  mode: 'sim',
  strategy: 'box',
  subject: subjectId('u3 with spaces, and=signs'),
  outcome: 'no',
  action: 'buy',
  purpose: 'reducing',
  executionId,
  corrects: null,
  tradeId: tradeId('t1'),
  clientOrderId: orderId(tradeId('t1'), 'b', 2),
  price: price(5200),
  quantity: quantity(1000),
  fee: money(-100_000),
  latencyMicros: null,
  atMs: millis(Date.UTC(2026, 10, 22)),
})
