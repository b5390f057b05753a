import { marketId, orderId, subjectId, tradeId } from '../../../src/core/ids'
import type { Fill, OrderIntent } from '../../../src/core/trade/order'
import type { Plan } from '../../../src/core/trade/plan'
import { millis, money, price, quantity } from '../../../src/core/units'
import type { Asked } from '../../../src/ports/catalog'
import type { ExecutionRow, RecordRow } from '../../../src/ports/record'
import { recordBooked } from '../../../src/wiring/record/executions'
import { marketRows } from '../../../src/wiring/record/markets'
import { LogBook, until } from '../../stores/doubles'

const SEEN = 1_000_000
const TRADE = tradeId('t1')
const order = (leg: 'a' | 'b', n: number): OrderIntent => ({
  ...{ clientOrderId: orderId(TRADE, leg, n), tradeId: TRADE, venue: 'kalshi', market: marketId('K'), action: 'buy', outcome: 'yes' },
  ...{ limit: price('0.42'), quantity: quantity('10'), timeInForce: 'ioc', purpose: 'opening', notAfterMs: millis(SEEN + 1_000) },
})
const fill = (change: Partial<Fill> = {}): Fill => ({
  ...{ venue: 'kalshi', account: 'acc', venueOrderId: 'v', executionId: 'x1', corrects: null, market: marketId('K'), outcome: 'yes' },
  ...{ action: 'buy', price: price('0.41'), quantity: quantity('10'), fee: null, atMs: millis(SEEN + 250), ...change },
})
const PLAN = {
  strategy: 'box',
  mode: 'sim',
  tradeId: TRADE,
  opportunity: { strategy: 'box', subject: subjectId('u3'), seenAtMs: millis(SEEN) },
  legs: [{ order: order('a', 1) }, { order: order('b', 2) }],
} as unknown as Plan

class Rows {
  readonly rows: RecordRow[] = []
  readonly log = new LogBook()
  readonly #told: (order: OrderIntent, fills: readonly Fill[]) => void

  constructor(open: readonly Plan[], planOf: () => Promise<Plan | null>) {
    const record = { offer: (row: RecordRow) => void this.rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() }
    const grants = open.map((plan) => ({ mark: 'granted', tradeId: plan.tradeId, atMs: millis(SEEN), plan, haltEpoch: 0 }) as const)
    this.#told = recordBooked({ record, journal: { open: () => grants }, planOf, log: this.log })
  }
  book(of: OrderIntent, ...fills: readonly Fill[]): void {
    this.#told(of, fills)
  }
}
const unasked = (): Promise<never> => Promise.reject(new Error('nobody asks the ledger for an open trade'))

describe('rows of executions', () => {
  const expected: ExecutionRow = {
    ...{
      kind: 'execution',
      venue: 'kalshi',
      market: marketId('K'),
      mode: 'sim',
      strategy: 'box',
      subject: subjectId('u3'),
      outcome: 'yes',
    },
    ...{ action: 'buy', purpose: 'opening', executionId: 'x1', corrects: null, tradeId: TRADE, clientOrderId: orderId(TRADE, 'a', 1) },
    ...{ price: price('0.41'), quantity: quantity('10'), fee: null, latencyMicros: 250_000, atMs: millis(SEEN + 250) },
  }

  it('A11 have what was paid, not the limit, and how long after detection', () => {
    const rows = new Rows([PLAN], unasked)
    rows.book(order('a', 1), fill())
    expect(rows.rows).toEqual([expected])
  })

  it('have no latency for a cure, and one for each fill: a fee told late, a correction', () => {
    const rows = new Rows([PLAN], unasked)
    rows.book(order('b', 3), fill({ fee: money('0.07') }), fill({ executionId: 'x2', corrects: 'x1' }))
    const cured = { latencyMicros: null, clientOrderId: orderId(TRADE, 'b', 3) }
    expect(rows.rows).toEqual([
      { ...expected, ...cured, fee: money('0.07') },
      { ...expected, ...cured, executionId: 'x2', corrects: 'x1' },
    ])
  })

  it('of a trade that has ended are told by the plan in the ledger, and what cannot be told is said', async () => {
    const late = new Rows([], () => Promise.resolve(PLAN))
    late.book(order('a', 1), fill())
    await until('the row', () => late.rows.length === 1)
    for (const planOf of [() => Promise.resolve(null), () => Promise.reject(new Error('away'))]) {
      const unknown = new Rows([], planOf)
      unknown.book(order('a', 1), fill())
      await until('it is said', () => unknown.log.messages('warn').includes('fills that were booked are not in the record'))
      expect(unknown.rows).toEqual([])
    }
  })

  it('are none for an order without fills', () => {
    const rows = new Rows([], unasked)
    rows.book(order('a', 1))
    expect(rows.rows).toEqual([])
  })
})

it('rows of markets are of those whose catalogue tells figures', () => {
  const listing: Asked['listing'] = {
    ...{ venue: 'kalshi', market: marketId('K'), event: 'E', series: 'S', title: 'T', status: 'open', bands: [], closeMs: millis(9) },
    ...{ fees: { feeType: 'quadratic', multiplier: 1, fetchedAtMs: millis(1) }, shard: 0, contracts: null, yesPays: null },
  }
  const figures = { subtitle: 's', yesBid: price('0.4'), yesAsk: null, lastPrice: null, volume: quantity('7'), volume24h: null }
  const told = { listing, rules: '', reading: {} as Asked['reading'], figures: { ...figures, openInterest: null, expirationMs: null } }
  const silent = { listing, rules: '', reading: told.reading }
  expect(marketRows([told, silent], millis(5))).toEqual([
    {
      ...{ kind: 'market', ticker: 'K', event: 'E', series: 'S', title: 'T', status: 'open', openMs: null, closeMs: 9, atMs: 5 },
      ...{ ...figures, openInterest: null, expirationMs: null },
    },
  ])
})
