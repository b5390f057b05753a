import { millis, money, price, quantity, type Millis } from '../../../../src/core/units'
import type { OrderIntent } from '../../../../src/core/trade/order'
import type { Clock } from '../../../../src/ports/clock'
import { toYesOrder } from '../../../../src/venues/kalshi/direction'
import { OrderLookup } from '../../../../src/venues/kalshi/lookup'
import type { KalshiRest, WriteAnswer } from '../../../../src/venues/kalshi/rest/call'
import { OrderWatch } from '../../../../src/venues/kalshi/watch'
import type { StreamFill, StreamOrder } from '../../../../src/venues/kalshi/wire/stream'
import { intent, recordingLog } from '../fakes'

export const WINDOW_MS = 35_000
export const NOT_AFTER_MS = Date.UTC(2026, 10, 22, 12)
export const never = new AbortController().signal
export const free = (): null => null

/** The default intent with a fixed end: 10 NO at 0.40, an ask at 0.60 in the venue's words. */
export const order = (overrides: Partial<OrderIntent> = {}): OrderIntent => intent({ notAfterMs: millis(NOT_AFTER_MS), ...overrides })
const text = (value: number, decimals: number): string => (value / 10 ** decimals).toFixed(decimals)
const iso = (ms: number): string => new Date(ms).toISOString()

export interface Row {
  readonly id?: string
  readonly clientOrderId?: string
  readonly status?: string
  readonly filled?: number
}
/** A row of the order list for `of`. */
export const listed = (of: OrderIntent, { id = 'o1', clientOrderId, status = 'executed', filled = of.quantity }: Row = {}): object => ({
  order_id: id,
  client_order_id: clientOrderId ?? of.clientOrderId,
  ticker: of.market,
  book_side: toYesOrder(of).side,
  outcome_side: toYesOrder(of).side === 'bid' ? 'yes' : 'no',
  status,
  yes_price_dollars: text(toYesOrder(of).price, 4),
  initial_count_fp: text(of.quantity, 2),
  fill_count_fp: text(filled, 2),
  remaining_count_fp: '0.00',
  created_time: iso(of.notAfterMs),
})
export interface Execution {
  readonly id: string
  readonly units: number
  /** Micro-dollars. */
  readonly fee: number
  readonly order?: string
}
export const filledRow = (of: OrderIntent, { id, units, fee, order: orderId = 'o1' }: Execution): object => ({
  trade_id: id,
  fill_id: id,
  order_id: orderId,
  ticker: of.market,
  book_side: toYesOrder(of).side,
  count_fp: text(units, 2),
  yes_price_dollars: text(toYesOrder(of).price, 4),
  fee_cost: text(fee, 6),
  created_time: iso(of.notAfterMs),
})

export const told = (of: OrderIntent, overrides: Partial<StreamOrder> = {}): StreamOrder => ({
  venueOrderId: 'o1',
  clientOrderId: of.clientOrderId,
  market: of.market,
  side: toYesOrder(of).side,
  status: 'executed',
  yesPrice: toYesOrder(of).price,
  quantity: of.quantity,
  filled: of.quantity,
  remaining: quantity(0),
  fees: money(0),
  shard: 0,
  reason: 'Trade',
  atMs: of.notAfterMs,
  ...overrides,
})
export const toldFill = (of: OrderIntent, { id, units, fee, order: orderId = 'o1' }: Execution, named = true): StreamFill => ({
  executionId: id,
  venueOrderId: orderId,
  clientOrderId: named ? of.clientOrderId : null,
  market: of.market,
  side: toYesOrder(of).side,
  yesPrice: price(toYesOrder(of).price),
  quantity: quantity(units),
  fee: money(fee),
  atMs: of.notAfterMs,
  positionAfter: null,
  shard: 0,
  ...{ taker: true, isTaker: true, subaccount: 0 },
})

/** Time that passes only by sleeping. */
export class SleepingClock implements Clock {
  ms = NOT_AFTER_MS
  nowMs = (): Millis => millis(this.ms)
  monoNs = (): bigint => BigInt(this.ms) * 1_000_000n
  sleep = (durationMs: number, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted()
    this.ms += durationMs
    return Promise.resolve()
  }
}

/** The lists of the venue as they are asked for, without sockets: `orders` and `fills` are called at each read. */
export class PaperVenue {
  asOfMs: () => number = () => 0
  orders: () => readonly object[] = () => []
  fills: () => readonly object[] = () => []
  answer: () => WriteAnswer = () => ({ kind: 'lost', cause: 'timeout', detail: '' })
  readonly asked: string[] = []
  /** With `asked`: from which second on a list was asked for; null: all of it. */
  readonly askedSince: (number | null)[] = []
  readonly bodies: object[] = []
  readonly clock = new SleepingClock()
  readonly log = recordingLog()
  readonly watch = new OrderWatch()

  readonly rest = {
    get: <T>(path: string, _query: object, read: (body: unknown) => T) => {
      this.asked.push(path)
      return Promise.resolve(read({ as_of_time: iso(this.asOfMs()), exchange_active: true, trading_active: true }))
    },
    getAll: (path: string, query: { readonly min_ts?: number }, read: (body: unknown) => { items: readonly unknown[] }) => {
      this.asked.push(path)
      this.askedSince.push(query.min_ts ?? null)
      const body = path.endsWith('/fills') ? { fills: this.fills(), cursor: '' } : { orders: this.orders(), cursor: '' }
      return Promise.resolve(read(body).items)
    },
    write: ({ body, mayWrite }: { readonly body: object; readonly mayWrite: () => string | null }) => {
      const reason = mayWrite()
      if (reason === null) this.bodies.push(body)
      return Promise.resolve(reason === null ? this.answer() : { kind: 'refused', reason })
    },
  } as Partial<KalshiRest> as KalshiRest

  lookup(): OrderLookup {
    const { rest, clock, log, watch } = this
    return new OrderLookup({ rest, account: 'acc', clock, log, watch, acceptanceWindowMs: WINDOW_MS })
  }
}
