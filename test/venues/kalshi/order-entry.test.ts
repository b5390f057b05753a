import { FAILURES } from '../../../src/core/failures'
import { mintTradeId, orderId } from '../../../src/core/ids'
import { millis, quantity } from '../../../src/core/units'
import type { OrderEntry } from '../../../src/ports/order-entry'
import { createKalshiOrderEntry } from '../../../src/venues/kalshi/order-entry'
import { createKalshiRest, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import {
  clock,
  intent,
  json,
  MARKET,
  recordingFrames,
  recordingLog,
  serve,
  testSigner,
  type Asked,
  type Reply,
  type TestServer,
} from './fakes'

const never = new AbortController().signal
const free = (): null => null
const WINDOW_MS = 35_000
const error = (status: number, code: string): Reply => json(status, { error: { code, message: code } })
const accepted = (overrides: object = {}): Reply =>
  json(201, { order_id: 'o1', client_order_id: 'cb-t1-a1', fill_count: '10.00', remaining_count: '0.00', ts_ms: 1, ...overrides })
/** The row of the default intent in the order list. */
const listed = (overrides: object = {}): object => ({
  order_id: 'o1',
  client_order_id: 'cb-t1-a1',
  ticker: MARKET,
  book_side: 'ask',
  outcome_side: 'no',
  status: 'executed',
  yes_price_dollars: '0.6000',
  initial_count_fp: '10.00',
  fill_count_fp: '10.00',
  remaining_count_fp: '0.00',
  created_time: new Date().toISOString(),
  ...overrides,
})
const fill = (count: string, overrides: object = {}): object => ({
  trade_id: `x${count}`,
  fill_id: `x${count}`,
  order_id: 'o1',
  ticker: MARKET,
  book_side: 'ask',
  count_fp: count,
  yes_price_dollars: '0.6100',
  no_price_dollars: '0.3900',
  fee_cost: '0.017325',
  created_time: '2026-11-22T01:00:00.123456Z',
  ...overrides,
})

describe('KalshiOrderEntry', () => {
  let server: TestServer
  let rest: KalshiRest
  let entry: OrderEntry
  const log = recordingLog()
  const frames = recordingFrames()
  /** Replies by the start of "METHOD path". */
  let replies: Readonly<Record<string, Reply | ((asked: Asked) => Reply)>> = {}

  beforeEach(async () => {
    log.lines.length = 0
    frames.frames.length = 0
    server = await serve((asked) => {
      const found = Object.entries(replies).find(([start]) =>
        `${asked.method} ${asked.path}`.startsWith(start.replace(' ', ' /trade-api/v2')),
      )
      const reply = found?.[1] ?? error(404, 'not_found')
      return typeof reply === 'function' ? reply(asked) : reply
    })
    rest = createKalshiRest({ baseUrl: `${server.origin}/trade-api/v2`, signer: testSigner(), clock, frameLog: frames, log })
    entry = createKalshiOrderEntry({ rest, account: 'acc', clock, log, shardOf: () => 2, acceptanceWindowMs: WINDOW_MS })
  })
  afterEach(async () => {
    await rest.close()
    await server.close()
  })
  const place = (reply: Reply, overrides = {}) => {
    replies = { 'POST /portfolio/events/orders': reply }
    return entry.place(intent(overrides), free, never)
  }

  describe('place', () => {
    it('sends the V2 body: YES price, strings, shard (E18), no self-trade, the intent as id', async () => {
      expect(await place(accepted({ fill_count: '2.50' }))).toEqual({ kind: 'done', filled: 250 })
      expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
        ticker: MARKET,
        client_order_id: 'cb-t1-a1',
        side: 'ask',
        count: '10.00',
        price: '0.6000',
        time_in_force: 'immediate_or_cancel',
        self_trade_prevention_type: 'taker_at_cross',
        exchange_index: 2,
      })
      expect(server.asked[0]?.headers['kalshi-access-key']).toBe('key-1')
    })

    it('E3 has its bytes in the frame log before the write, without key and signature', async () => {
      await place(accepted())
      const [frame] = frames.frames
      const text = Buffer.from(frame?.payload as Uint8Array).toString()
      expect([frame?.dir, JSON.parse(text)]).toMatchObject([
        'out',
        { method: 'POST', path: '/trade-api/v2/portfolio/events/orders', body: { count: '10.00' } },
      ])
      expect(text).not.toMatch(/KALSHI-ACCESS|key-1/i)
    })

    it('E11 sends and records nothing when the gate refuses', async () => {
      expect(await entry.place(intent(), () => 'halted', never)).toMatchObject({ kind: 'rejected', reason: 'halted' })
      expect([server.asked.length, frames.frames.length]).toEqual([0, 0])
    })

    it.each([
      [400, 'insufficient_balance', 'funds'],
      [400, 'invalid_price', 'price'],
      [400, 'invalid_order_size', 'size'],
      [409, 'fill_or_kill_insufficient_resting_volume', 'size'],
      [409, 'trading_is_paused', 'paused'],
      [400, 'market_inactive', 'closed'],
      [403, 'forbidden', 'permission'],
      [429, 'x', 'other'],
    ])('%i %s is a rejection: %s', async (status, code, reason) => {
      expect(await place(error(status, code))).toMatchObject({ kind: 'rejected', reason })
    })

    it.each<[string, Reply, string]>([
      ['a reset after the bytes', 'reset', 'disconnected'],
      ['a 503', error(503, 'service_unavailable'), 'server-error'],
      ['a gateway page', { status: 502, body: '<html>' }, 'server-error'],
      ['a 2xx that is no order', json(200, { error: 'soft' }), 'server-error'],
      ['a 2xx that is not JSON', { status: 201, body: '' }, 'server-error'],
    ])('E12 %s is unknown', async (_what, reply, cause) => expect(await place(reply)).toEqual({ kind: 'unknown', cause }))

    it('E12 silence is unknown, below the 3 s of an activity', async () => {
      expect(await place('silence')).toEqual({ kind: 'unknown', cause: 'timeout' })
      expect(server.asked).toHaveLength(1)
    })

    it.each([
      ['another id', { client_order_id: 'cb-t1-a2' }],
      ['a rest in the book', { fill_count: '4.00', remaining_count: '6.00' }],
      ['more than was asked', { fill_count: '10.01' }],
    ])('E13 an echo with %s is unknown and an alarm', async (_what, echo) => {
      expect(await place(accepted(echo))).toEqual({ kind: 'unknown', cause: 'echo-differs' })
      expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining(FAILURES.echoDiffers) as string })
    })

    it('E2 a duplicate id on the first send is an alarm, and what lives under it is looked up', async () => {
      expect(await place(error(409, 'order_already_exists'))).toEqual({ kind: 'unknown', cause: 'echo-differs' })
      expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: expect.stringContaining(FAILURES.duplicateOrderId) as string })
    })

    it('E17 an expired time stamp is a rejection, and the clock is measured anew', async () => {
      expect(await place(error(401, 'header_timestamp_expired'))).toMatchObject({ kind: 'rejected', reason: 'other' })
      expect(log.lines.at(-1)?.message).toContain('measured anew')
    })
  })

  const lists = (orders: object[], fills: object[], asOfMs: number): void => {
    replies = {
      'GET /exchange/user_data_timestamp': json(200, { as_of_time: new Date(asOfMs).toISOString() }),
      'GET /portfolio/orders': json(200, { orders, cursor: '' }),
      'GET /portfolio/fills': json(200, { fills, cursor: '' }),
    }
  }

  describe('find', () => {
    it('adopts the order that agrees', async () => {
      lists([listed({ status: 'canceled', fill_count_fp: '3.00' })], [], 0)
      expect(await entry.find(intent(), never)).toEqual({ kind: 'done', filled: 300 })
    })

    it.each([
      ['side', { book_side: 'bid', outcome_side: 'yes' }],
      ['limit', { yes_price_dollars: '0.4000' }],
      ['quantity', { initial_count_fp: '11.00' }],
      ['ticker', { ticker: 'OTHER' }],
      ['age', { created_time: '2020-01-01T00:00:00Z' }],
      ['age (untold)', { created_time: null }],
    ])('E2 does not adopt one that differs in %s', async (_what, overrides) => {
      lists([listed(overrides)], [], 0)
      expect(await entry.find(intent(), never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    })

    it('E2 does not adopt one that is older than the trade whose time the id tells', async () => {
      const trade = mintTradeId(Date.now(), 7)
      const order = intent({ tradeId: trade, clientOrderId: orderId(trade, 'b', 2) })
      const row = (ageMs: number): object =>
        listed({ client_order_id: order.clientOrderId, created_time: new Date(Date.now() - ageMs).toISOString() })
      lists([row(60_000)], [], 0)
      expect(await entry.find(order, never)).toMatchObject({ cause: 'echo-differs' })
      lists([row(0)], [], 0)
      expect(await entry.find(order, never)).toMatchObject({ kind: 'done' })
    })

    it('E12 proves absence only by lists later than notAfter plus the acceptance window', async () => {
      const order = intent({ notAfterMs: millis(Date.now() - 60_000) })
      lists([], [], order.notAfterMs + WINDOW_MS)
      expect(await entry.find(order, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
      lists([], [], order.notAfterMs + WINDOW_MS + 1)
      expect(await entry.find(order, never)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    })

    it('E12 reads the freshness before the lists it vouches for', async () => {
      lists([], [], Date.now() + 100_000)
      await entry.find(intent(), never)
      expect(server.asked.map(({ path }) => path.split(/[?]/)[0]?.split('/').at(-1))).toEqual(['user_data_timestamp', 'orders', 'fills'])
    })

    it('E12 a fill whose order is in no list forbids the verdict', async () => {
      lists([], [fill('1.00', { order_id: 'o9' })], Date.now() + 100_000)
      expect(await entry.find(intent(), never)).toMatchObject({ kind: 'unknown' })
      expect(log.lines.at(-1)?.message).toContain(FAILURES.unexplainedFill)
    })

    it('is unknown while the list still says resting, and when it cannot be read', async () => {
      lists([listed({ status: 'resting' })], [], 0)
      expect(await entry.find(intent(), never)).toEqual({ kind: 'unknown', cause: 'timeout' })
      replies = {}
      expect(await entry.find(intent(), never)).toEqual({ kind: 'unknown', cause: 'disconnected' })
    })
  })

  describe('finalise (E14)', () => {
    it('E14 is final when terminal and the fills add up, in the terms of the order', async () => {
      lists([listed()], [fill('7.50'), fill('2.50'), fill('2.50'), fill('1.00', { order_id: 'o2' })], 0)
      const final = await entry.finalise(intent(), never)
      expect(final?.quantity).toBe(1_000)
      expect(final?.fills).toHaveLength(2)
      expect(final?.fills[0]).toMatchObject({
        account: 'acc',
        executionId: 'x7.50',
        outcome: 'no',
        action: 'buy',
        price: 3_900,
        quantity: 750,
        fee: 17_325,
      })
    })

    it.each([
      ['fills are missing', [listed()], [fill('7.50')]],
      ['it is not terminal', [listed({ status: 'resting' })], [fill('7.50'), fill('2.50')]],
      ['it is not listed', [], []],
    ])('E14 is not final while %s', async (_what, orders, fills) => {
      lists(orders, fills, 0)
      expect(await entry.finalise(intent(), never)).toBeNull()
    })

    it('E14 is final with nothing filled', async () => {
      lists([listed({ status: 'canceled', fill_count_fp: '0.00' })], [], 0)
      expect(await entry.finalise(intent(), never)).toEqual({ quantity: quantity(0), fills: [] })
    })
  })

  it('E27 cancels what rests of ours, by id on its shard, and reads back until nothing does', async () => {
    let resting: object[] = [
      listed({ status: 'resting', exchange_index: 3 }),
      listed({ status: 'resting', order_id: 'o2', client_order_id: 'somebody-else' }),
    ]
    replies = {
      'GET /portfolio/orders': () => json(200, { orders: resting, cursor: '' }),
      'DELETE /portfolio/events/orders/o1?exchange_index=3': () => {
        resting = resting.slice(1)
        return json(200, { order_id: 'o1', reduced_by: '10.00', ts_ms: 1 })
      },
    }
    expect(await entry.cancelEverything(never)).toEqual([])
    expect(server.asked.filter(({ method }) => method === 'DELETE')).toHaveLength(1)
  })
})
