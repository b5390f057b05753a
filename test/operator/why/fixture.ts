import { marketId, orderId, subjectId, tradeId } from '../../../src/core/ids'
import type { Fill } from '../../../src/core/trade/order'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { JournalMark, TradeMark } from '../../../src/ports/journal'
import type { AnswerFrame, Capture, CapturedFrame, History, Ledger, SentFrame, TradeRecord } from '../../../src/operator/why/record'
import { boxPlan } from '../../saga/plan'

export const SEEN_MS = Date.UTC(2026, 10, 22, 12)
export const ID = tradeId('T1')
export const FIRST = orderId(ID, 'a', 1)
export const SECOND = orderId(ID, 'b', 2)
const PLAN = boxPlan('T1')
const PROCESS = 'streaming-main-7'
const at = (ms: number): ReturnType<typeof millis> => millis(SEEN_MS + ms)

const frame = (n: number, ms: number, venue: string, text: string): CapturedFrame => ({
  ...{ n, atMs: at(ms), venue, conn: 1, process: PROCESS, text },
})
const sent = (n: number, ms: number, venue: string, clientOrderId: string): SentFrame => ({
  ...frame(n, ms, venue, `{"client_order_id":"${clientOrderId}"}`),
  ...{ clientOrderId, epoch: 3 },
})
const answer = (n: number, ms: number, venue: string, clientOrderId: string, what: string): AnswerFrame => ({
  ...frame(n, ms, venue, '{}'),
  ...{ clientOrderId, what, repeats: 0 },
})
const quote = (
  dollars: string,
  changedMs: number,
): { price: ReturnType<typeof price>; quantity: ReturnType<typeof quantity>; changedMs: ReturnType<typeof at> } => ({
  ...{ price: price(dollars), quantity: quantity('10'), changedMs: at(changedMs) },
})

export const CAPTURE: Capture = {
  files: ['capture/2026-11-22/a.ndjson.gz'],
  decided: {
    frame: frame(12, 1, 'house', '["decided"]'),
    epoch: 3,
    decided: {
      ...{ strategy: 'box', tradeId: ID, pair: subjectId('u3'), seenMs: at(0), figures: [0, 1000] },
      books: [
        { ...{ venue: 'kalshi', market: marketId('K'), outcome: 'yes', n: 11 }, confirmedMs: at(0), bid: null, ask: quote('0.40', 0) },
        {
          ...{ venue: 'forecastex', market: marketId('7'), outcome: 'no', n: 9 },
          confirmedMs: at(-800),
          bid: null,
          ask: quote('0.50', -250),
        },
      ],
    },
  },
  led: [frame(9, -250, 'forecastex', '["tickSize"]'), frame(11, 0, 'kalshi', '{"type":"orderbook_delta"}')],
  sent: [sent(13, 60, 'kalshi', FIRST), sent(15, 80, 'forecastex', SECOND)],
  answers: [answer(14, 66, 'kalshi', FIRST, 'fill'), answer(16, 90, 'forecastex', SECOND, 'execDetails')],
  warnings: [],
}

const fill = (venue: Fill['venue']): Fill => ({
  ...{
    venue,
    account: 'a',
    venueOrderId: '1',
    executionId: `x-${venue}`,
    corrects: null,
    market: marketId('K'),
    outcome: 'yes',
    action: 'buy',
  },
  ...{ price: price('0.40'), quantity: quantity('10'), fee: money('0.10'), atMs: at(62) },
})
const leg = (place: 0 | 1): (typeof PLAN.legs)[0]['order'] => PLAN.legs[place].order
const sending = (clientOrderId: typeof FIRST, place: 0 | 1, ms: number): JournalMark => {
  const order = leg(place)
  const { venue, market, limit, purpose } = order
  return {
    ...{ mark: 'sending', clientOrderId, atMs: at(ms), venue, market, quantity: order.quantity, limit, purpose },
    order: { ...order, clientOrderId },
  }
}
export const MARKS: readonly (JournalMark | TradeMark)[] = [
  { mark: 'granted', tradeId: ID, atMs: at(40), plan: PLAN, haltEpoch: 0 },
  sending(FIRST, 0, 58),
  { mark: 'answered', clientOrderId: FIRST, atMs: at(67), outcome: { kind: 'done', filled: quantity('10') } },
  sending(SECOND, 1, 78),
  { mark: 'answered', clientOrderId: SECOND, atMs: at(91), outcome: { kind: 'done', filled: quantity('10') } },
  { mark: 'final', clientOrderId: FIRST, atMs: at(100), order: leg(0), fills: [fill('kalshi')] },
  { mark: 'booked', clientOrderId: FIRST, atMs: at(105) },
  { mark: 'final', clientOrderId: SECOND, atMs: at(110), order: leg(1), fills: [fill('forecastex')] },
  { mark: 'booked', clientOrderId: SECOND, atMs: at(115) },
  { mark: 'closed', tradeId: ID, atMs: at(130) },
]

const booked = (clientOrderId: string, venue: string): Ledger['fills'][number] => ({
  ...{
    clientOrderId,
    venue,
    executionId: `x-${venue}`,
    price: 4_000,
    quantity: 1_000,
    feeMicros: 100_000,
    isEstimate: false,
    atMs: at(62),
  },
})
export const LEDGER: Ledger = {
  ...{ subject: 'u3', strategy: 'box', mode: 'sim', state: 'ended', outcome: 'locked', plan: PLAN, result: null },
  verdicts: [{ check: 'loss today', passed: true, actual: '$0.00', limit: '≤ $100.00' }],
  ...{ startedMs: at(20), endedMs: at(120), pnlMicros: 800_000, pnlKind: 'guaranteed', parts: null, orders: [] },
  fills: [booked(FIRST, 'kalshi'), booked(SECOND, 'forecastex')],
  transfers: [
    {
      ...{ id: 'reserve:T1', kind: 'reserve', atMs: at(20), recordedMs: at(35) },
      postings: [{ account: 'reserved:kalshi', amountMicros: 4_100_000 }, { account: 'cash:kalshi', amountMicros: -4_100_000 }], // prettier-ignore
    },
  ],
}
export const HISTORY: History = { decisions: [{ trade_id: 'T1' }], opportunities: [], latencies: [{ measure: 'reserve', micros: 1_200 }] }

/** A locked trade of which everything is on record. */
export const RECORD: TradeRecord = {
  tradeId: ID,
  ledger: { kind: 'read', found: LEDGER },
  journal: { kind: 'read', found: MARKS },
  capture: { kind: 'read', found: CAPTURE },
  history: { kind: 'read', found: HISTORY },
}
