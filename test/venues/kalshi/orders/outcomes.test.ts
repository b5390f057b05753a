import { FAILURES } from '../../../../src/core/failures'
import { mintTradeId, orderId } from '../../../../src/core/ids'
import { neverSent } from '../../../../src/core/trade/outcome'
import { millis } from '../../../../src/core/units'
import { ROUTED_BY_VENUE } from '../../../../src/ports/catalog'
import type { OrderEntry } from '../../../../src/ports/order-entry'
import { ClockOffset } from '../../../../src/venues/kalshi/offset'
import { createKalshiOrderEntry } from '../../../../src/venues/kalshi/order-entry'
import { createKalshiRest, type KalshiRest } from '../../../../src/venues/kalshi/rest/call'
import { clock, intent, json, recordingFrames, recordingLog, serve, testSigner, type Asked, type Reply, type TestServer } from '../fakes'
import { eventually } from '../../../sim/support/running'
import { filledRow, free, listed, never, NOT_AFTER_MS, PaperVenue } from './paper-venue'

const nested = (status: number, code: string, details?: string): Reply => json(status, { error: { code, message: code, details } })
const flat = (status: number, code: string): Reply => json(status, { code, message: code, details: 'json: cannot unmarshal' })

describe('every answer to an order', () => {
  let server: TestServer
  let rest: KalshiRest
  let entry: OrderEntry
  let reply: (asked: Asked) => Reply = () => 'silence'
  const log = recordingLog()
  const cancelled: number[] = []

  beforeEach(async () => {
    log.lines.length = 0
    cancelled.length = 0
    server = await serve((asked) => reply(asked))
    rest = createKalshiRest({ baseUrl: `${server.origin}/trade-api/v2`, signer: testSigner(), clock, frameLog: recordingFrames(), log })
    const onCancel = (shard: number): void => void cancelled.push(shard)
    entry = createKalshiOrderEntry({ rest, account: 'acc', clock, log, shardOf: () => 2, onCancel })
  })
  afterEach(async () => {
    await rest.close()
    await server.close()
  })

  it.each<[string, Reply, string]>([
    ['nested 400', nested(400, 'invalid_order', 'post only cross'), 'other'],
    ['nested 400 for money on that shard', nested(400, 'insufficient_balance'), 'funds'],
    ['nested 400 off the grid', nested(400, 'invalid_price'), 'price'],
    ['flat 400', flat(400, 'bad_request'), 'other'],
    ['query validation 400', json(400, { msg: 'Parameter validation failed' }), 'other'],
    ['401 signature', nested(401, 'authentication_error', 'INCORRECT_API_KEY_SIGNATURE'), 'permission'],
    ['E17 401 time stamp', nested(401, 'header_timestamp_expired'), 'other'],
    ['403 attestation', nested(403, 'forbidden'), 'permission'],
    ['404 market', nested(404, 'market_not_found'), 'other'],
    ['409 FOK', nested(409, 'fill_or_kill_insufficient_resting_volume'), 'size'],
    ['409 trading pause', nested(409, 'trading_is_paused'), 'paused'],
    ['409 exchange pause', nested(409, 'exchange_is_paused'), 'paused'],
    ['410 switched off', nested(410, 'deprecated_v1_order_endpoint'), 'other'],
    ['bare 429', json(429, { error: 'too many requests' }), 'other'],
  ])('%s proves that nothing was accepted', async (_what, answer, reason) => {
    reply = () => answer
    expect(await entry.place(intent(), free, never)).toMatchObject({ kind: 'rejected', reason })
    expect(server.asked).toHaveLength(1)
  })

  it.each<[string, Reply, string]>([
    ['a duplicate id', nested(409, 'order_already_exists'), 'echo-differs'],
    ['a conflict without a word', { status: 409, body: '' }, 'server-error'],
    ['a gateway’s 408', { status: 408, body: '' }, 'server-error'],
    ['a redirect', { status: 301, body: '' }, 'server-error'],
    ['500', nested(500, 'internal_server_error'), 'server-error'],
    ['502 in HTML', { status: 502, body: '<html>Bad gateway</html>' }, 'server-error'],
    ['503 empty', { status: 503, body: '' }, 'server-error'],
    ['504 in JSON without a code', json(504, { trading_active: false }), 'server-error'],
    ['201 cut short', { status: 201, body: '{"order_id":"o' }, 'server-error'],
    ['201 with a number for a count', json(201, { order_id: 'o1', fill_count: 10, remaining_count: 0 }), 'server-error'],
    ['a reset', 'reset', 'disconnected'],
  ])('E12 %s leaves it unknown, and it is sent once', async (_what, answer, cause) => {
    reply = () => answer
    expect(await entry.place(intent(), free, never)).toEqual({ kind: 'unknown', cause })
    expect(server.asked).toHaveLength(1)
  })

  it('E12 no connection: no byte left, and it is a rejection', async () => {
    await server.close()
    expect(await entry.place(intent(), free, never)).toMatchObject({
      kind: 'rejected',
      detail: expect.stringContaining('no byte left') as string,
    })
  })

  it.each<[string, Reply]>([
    ['404', nested(404, 'not_found')],
    ['503', nested(503, 'service_unavailable')],
    ['a reset', 'reset'],
    ['a 2xx about another order', json(200, { order_id: 'o9', reduced_by: '0.00', ts_ms: 1 })],
  ])('E27 a cancel answered by %s decides nothing: the list does, and each cancel is accounted for on its shard', async (_what, answer) => {
    const order = intent()
    let looks = 0
    reply = ({ method }) => {
      if (method === 'DELETE') return answer
      const resting = ++looks < 3 ? [{ ...listed(order, { status: 'resting', filled: 0 }), exchange_index: 3 }] : []
      return json(200, { orders: resting, cursor: '' })
    }
    expect(await entry.cancelEverything(never)).toEqual([])
    expect(cancelled).toEqual([3, 3])
  })

  it('E13 what rests of an IOC is cancelled at once, by its id on its shard; another’s order is not', async () => {
    const rests = { order_id: 'o1', fill_count: '4.00', remaining_count: '6.00' }
    for (const client_order_id of [intent().clientOrderId, 'somebody-else']) {
      reply = ({ method }) => (method === 'POST' ? json(201, { ...rests, client_order_id }) : nested(404, 'not_found'))
      expect(await entry.place(intent(), free, never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
    }
    const deletes = (): string[] => server.asked.filter(({ method }) => method === 'DELETE').map(({ path }) => path)
    await eventually(() => (deletes().length > 0 ? true : null))
    expect(deletes()).toEqual(['/trade-api/v2/portfolio/events/orders/o1?exchange_index=2'])
    expect(cancelled).toEqual([2])
  })

  describe('on a shard that is not known', () => {
    beforeEach(() => {
      entry = createKalshiOrderEntry({ rest, account: 'acc', clock, log, shardOf: () => ROUTED_BY_VENUE })
    })

    it('E27 a cancel names the market, so that the venue finds the order', async () => {
      const order = intent()
      let resting = [listed(order, { status: 'resting', filled: 0 })]
      reply = ({ method, path }) => {
        if (method !== 'DELETE') return json(200, { orders: resting, cursor: '' })
        if (!path.endsWith(`/o1?exchange_index=-1&market_ticker=${order.market}`)) return nested(404, 'not_found')
        resting = []
        return json(200, { order_id: 'o1', reduced_by: '10.00', ts_ms: 1 })
      }
      expect(await entry.cancelEverything(never)).toEqual([])
    })

    it('E8 E18 nothing opens, and what reduces is routed by the venue', async () => {
      reply = () => json(201, { order_id: 'o1', fill_count: '10.00', remaining_count: '0.00' })
      const order = intent()
      const detail = expect.stringContaining(`the shard of ${order.market} is not known`) as string
      expect(await entry.place(order, free, never)).toMatchObject({ kind: 'rejected', reason: 'guard', detail })
      expect(server.asked).toEqual([])
      expect(await entry.place(intent({ purpose: 'reducing' }), free, never)).toMatchObject({ kind: 'done' })
      expect(JSON.parse(server.asked[0]?.body ?? '')).toMatchObject({ exchange_index: -1 })
    })
  })

  it('E14 partial fills over several pages sum exactly, each with its own fee', async () => {
    const order = intent()
    const parts = Array.from({ length: 7 }, (_, n) => ({ id: `x${n}`, units: 100 + n, fee: 1_701 + n * 13 }))
    const filled = parts.reduce((sum, { units }) => sum + units, 0)
    reply = ({ path }) => {
      if (path.includes('/portfolio/orders')) return json(200, { orders: [listed(order, { status: 'canceled', filled })], cursor: null })
      const at = Number(new URL(path, 'http://x').searchParams.get('cursor') ?? 0)
      // the last row of a page is the first of the next one, as when a row moved meanwhile
      const page = parts.slice(Math.max(0, at - 1), at + 3).map((part) => filledRow(order, part))
      return json(200, { fills: page, cursor: at + 3 < parts.length ? String(at + 3) : '' })
    }
    const final = await entry.finalise(order, never)
    expect(final?.quantity).toBe(filled)
    expect(final?.fills.map(({ executionId, quantity, fee }) => ({ id: executionId, units: quantity, fee }))).toEqual(parts)
  })

  it('E14 a fill in another market or on the other side is an alarm, and nothing is final', async () => {
    const order = intent()
    reply = ({ path }) =>
      path.includes('/portfolio/orders')
        ? json(200, { orders: [listed(order)], cursor: '' })
        : json(200, {
            fills: [{ ...filledRow(order, { id: 'x', units: 1_000, fee: 1 }), book_side: 'bid', outcome_side: 'yes' }],
            cursor: '',
          })
    expect(await entry.finalise(order, never)).toBeNull()
    expect(log.lines.at(-1)?.message).toContain(FAILURES.echoDiffers)
  })

  it('E12 an order of long ago is looked for in the historical lists too before it is called absent', async () => {
    const order = intent({ notAfterMs: millis(Date.now() - 30 * 86_400_000) })
    const now = new Date().toISOString()
    reply = ({ path }) => {
      const isHistorical = path.includes('/historical/')
      if (path.includes('user_data_timestamp')) return json(200, { as_of_time: now })
      if (path.includes('/historical/cutoff')) return json(200, { market_settled_ts: now, trades_created_ts: now, orders_updated_ts: now })
      if (path.includes('/orders')) return json(200, { orders: isHistorical ? [listed(order)] : [], cursor: '' })
      return json(200, { fills: isHistorical ? [filledRow(order, { id: 'x', units: 1_000, fee: 5 })] : [], cursor: '' })
    }
    expect(await entry.find(order, never)).toEqual({ kind: 'done', filled: 1_000 })
    expect(await entry.finalise(order, never)).toMatchObject({ quantity: 1_000 })
  })
})

describe('E17 the venue’s clock', () => {
  it('E2 judges an order’s age: where it is behind ours, an order of the trade looks older than that', async () => {
    const venue = new PaperVenue()
    const { rest, clock: fast, log, watch } = venue
    const offset = new ClockOffset()
    offset.observe({ venueMs: -60_000, resolutionMs: 0, sentMs: 0, receivedMs: 0 })
    const entry = createKalshiOrderEntry({ rest, account: 'acc', clock: fast, log, watch, shardOf: () => 0, offset })
    const tradeId = mintTradeId(NOT_AFTER_MS - 2_000, 7)
    const order = intent({ tradeId, clientOrderId: orderId(tradeId, 'a', 1), notAfterMs: millis(NOT_AFTER_MS) })
    const created = (ms: number): object => ({ ...listed(order), created_time: new Date(ms).toISOString() })
    venue.orders = () => [created(NOT_AFTER_MS - 61_000)]
    expect(await entry.find(order, never)).toEqual({ kind: 'done', filled: 1_000 })
    venue.orders = () => [created(NOT_AFTER_MS - 93_000)]
    expect(await entry.find(order, never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
  })

  it('E12 judges absence: where it is ahead of ours, it takes our bytes for so much longer', async () => {
    const venue = new PaperVenue()
    const { rest, clock: slow, log, watch } = venue
    const offset = new ClockOffset()
    offset.observe({ venueMs: 20_000, resolutionMs: 0, sentMs: 0, receivedMs: 0 })
    const entry = createKalshiOrderEntry({ rest, account: 'acc', clock: slow, log, watch, shardOf: () => 0, offset })
    const order = intent()
    venue.asOfMs = () => order.notAfterMs + 55_000
    expect(await entry.find(order, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    venue.asOfMs = () => order.notAfterMs + 55_001
    expect(await entry.find(order, never)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
  })

  const width = (offset: ClockOffset, ms: number): void => offset.observe({ venueMs: 0, resolutionMs: ms, sentMs: 0, receivedMs: 0 })
  /** An order of a process that knows the venue's clock by `offset`; `read` is what one more answer of the venue does to it. */
  async function sent(offset: ClockOffset, read: () => void, order = intent()) {
    const venue = new PaperVenue()
    const { get } = venue.rest
    venue.rest.get = (...of) => {
      read()
      return get(...of)
    }
    venue.answer = () => ({ kind: 'accepted', status: 201, body: { order_id: 'o1', fill_count: '0.00', remaining_count: '0.00' } })
    const { rest, log } = venue
    const entry = createKalshiOrderEntry({ rest, account: 'acc', clock: venue.clock, log, shardOf: () => 0, offset })
    return { outcome: await entry.place(order, free, never), reads: venue.asked.length, orders: venue.bodies.length }
  }
  it('§5, seeds 63, 202, 215, 382 and 769: without a connection no byte leaves, and its trade is called refused, not missed', async () => {
    const venue = new PaperVenue()
    venue.answer = () => ({ kind: 'unsent', detail: 'connect ECONNREFUSED 127.0.0.1:443' })
    const { rest, log } = venue
    const entry = createKalshiOrderEntry({ rest, account: 'acc', clock: venue.clock, log, shardOf: () => 0 })
    const outcome = await entry.place(intent(), free, never)
    expect(outcome).toMatchObject({ kind: 'rejected', detail: expect.stringContaining('no byte left') })
    expect(outcome.kind === 'rejected' && neverSent(outcome)).toBe(true)
  })

  const done = { kind: 'done', filled: 0 }

  it('E17 known to 2 s: opens without a question', async () => {
    const offset = new ClockOffset()
    width(offset, 4_000)
    expect(await sent(offset, () => undefined)).toEqual({ outcome: done, reads: 0, orders: 1 })
  })

  it('E17 known worse: read once more, then opens', async () => {
    const offset = new ClockOffset()
    width(offset, 4_001)
    expect(await sent(offset, () => width(offset, 1_000))).toEqual({ outcome: done, reads: 1, orders: 1 })
  })

  it.each([
    ['without an answer', 'not known'],
    ['from answers too slow to tell it', 'known only to ±3000 ms'],
  ])('E17 not to be had %s: openings are refused with a sentence, reducing orders go', async (_why, sentence) => {
    const offset = new ClockOffset()
    const read = (): void => {
      if (sentence === 'not known') throw new Error('no answer')
      width(offset, 6_000)
    }
    const refused = { kind: 'rejected', reason: 'guard', detail: expect.stringContaining(`the clock of Kalshi is ${sentence}`) as string }
    expect(await sent(offset, read)).toMatchObject({ outcome: refused, orders: 0 })
    expect(await sent(offset, read, intent({ purpose: 'reducing' }))).toMatchObject({ outcome: done, reads: 0, orders: 1 })
  })
})
