import { marketId, mintTradeId, orderId } from '../../../src/core/ids'
import type { OrderIntent } from '../../../src/core/trade/order'
import type { LegOutcome } from '../../../src/core/trade/outcome'
import { millis, price, quantity } from '../../../src/core/units'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import type { OrderEntry } from '../../../src/ports/order-entry'
import { createKalshiAccount } from '../../../src/venues/kalshi/account'
import { createKalshiCatalog } from '../../../src/venues/kalshi/catalog'
import { createKalshiFeed } from '../../../src/venues/kalshi/feed'
import { readMissedFills } from '../../../src/venues/kalshi/missed'
import { ClockOffset } from '../../../src/venues/kalshi/offset'
import { createKalshiOrderEntry } from '../../../src/venues/kalshi/order-entry'
import { createKalshiRest, type KalshiRest } from '../../../src/venues/kalshi/rest/call'
import { getOrderbook } from '../../../src/venues/kalshi/rest/markets'
import { createSigner, type Signer } from '../../../src/venues/kalshi/sign'
import type { StreamFill } from '../../../src/venues/kalshi/wire/stream'
import { ALPHA, eventually, OTHER, RunningSim, TICKER } from '../../sim/support/running'
import { Books } from './books'
import { clock, recordingFrames, recordingLog } from './fakes'

const never = new AbortController().signal
const free = (): null => null
/** Short, so that absence can be proven within a test; longer than the lateness of `late_accept` here. */
const WINDOW_MS = 3_200
const LATE_MS = 2_700

let orders = 0
/** A buy of YES; the outside asks 0.52 for 3 contracts and bids 0.47 for 3. */
function buy(overrides: Partial<OrderIntent> = {}): OrderIntent {
  const nowMs = Date.now()
  const trade = mintTradeId(nowMs, ++orders)
  return {
    clientOrderId: orderId(trade, 'a', 1),
    tradeId: trade,
    venue: 'kalshi',
    market: marketId(TICKER),
    action: 'buy',
    outcome: 'yes',
    limit: price('0.52'),
    quantity: quantity('3'),
    timeInForce: 'ioc',
    purpose: 'opening',
    notAfterMs: millis(nowMs + 100),
    ...overrides,
  }
}

describe('the adapter against the simulated venue', () => {
  let sim: RunningSim
  let rest: KalshiRest
  let entry: OrderEntry
  let signer: Signer
  const log = recordingLog()
  beforeEach(async () => {
    sim = await RunningSim.start()
    const privateKeyPem = ALPHA.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    signer = createSigner({ keyId: ALPHA.keyId, privateKeyPem }, new ClockOffset(), clock)
    rest = createKalshiRest({ baseUrl: sim.restUrl, signer, clock, frameLog: null, log })
    entry = createKalshiOrderEntry({ rest, account: 'alpha', clock, log, acceptanceWindowMs: WINDOW_MS, shardOf: () => 0 })
  })
  afterEach(async () => {
    await rest.close()
    await sim.stop()
  })
  const known = (order: OrderIntent): Promise<LegOutcome> =>
    eventually(async () => {
      const outcome = await entry.find(order, never)
      return outcome.kind === 'unknown' ? null : outcome
    }, 8_000)

  it.each([
    ['all of what is there', {}, 300],
    ['part of what was asked', { quantity: quantity('5') }, 300],
    ['nothing below the ask', { limit: price('0.51') }, 0],
    ['NO against the YES bid', { outcome: 'no', limit: price('0.53'), quantity: quantity('2.25') }, 225],
  ] as const)('fills an IOC: %s, and makes it final', async (_what, overrides, filled) => {
    const order = buy(overrides)
    expect(await entry.place(order, free, never)).toEqual({ kind: 'done', filled })
    const final = await eventually(() => entry.finalise(order, never))
    expect(final.quantity).toBe(filled)
    for (const fill of final.fills) expect(fill).toMatchObject({ outcome: order.outcome, action: 'buy', price: order.limit })
  })

  it('rejects a FOK that cannot be filled, a price off the grid and more than there is money for', async () => {
    expect(await entry.place(buy({ timeInForce: 'fok', quantity: quantity('5') }), free, never)).toMatchObject({ reason: 'size' })
    expect(await entry.place(buy({ limit: price('0.5150') }), free, never)).toMatchObject({ reason: 'price' })
    expect(await entry.place(buy({ limit: price('0.52'), quantity: quantity('100000') }), free, never)).toMatchObject({ reason: 'funds' })
  })

  it('E2 alarms about a second send of one id', async () => {
    const order = buy({ limit: price('0.51') })
    await entry.place(order, free, never)
    expect(await entry.place(order, free, never)).toEqual({ kind: 'unknown', cause: 'echo-differs' })
  })

  it.each([
    ['error_after_accept', 'server-error'],
    ['reset_after_accept', 'disconnected'],
  ])('E12 %s: unknown, then found', async (fault, cause) => {
    await sim.fault(fault)
    const order = buy()
    expect(await entry.place(order, free, never)).toEqual({ kind: 'unknown', cause })
    expect(await known(order)).toEqual({ kind: 'done', filled: 300 })
  })

  it('E12 an order accepted after the time-out is found within the acceptance window', async () => {
    await sim.fault('late_accept', { ms: LATE_MS })
    const order = buy()
    expect(await entry.place(order, free, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await entry.find(order, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await known(order)).toEqual({ kind: 'done', filled: 300 })
  }, 15_000)

  it('E12 an order that never arrived is rejected, but not before the window is over', async () => {
    await sim.fault('timeout_before_accept')
    const order = buy()
    expect(await entry.place(order, free, never)).toEqual({ kind: 'unknown', cause: 'timeout' })
    expect(await known(order)).toMatchObject({ kind: 'rejected', reason: 'never-accepted' })
    expect(Date.now()).toBeGreaterThan(order.notAfterMs + WINDOW_MS)
  }, 15_000)

  it('tells the account after a trade', async () => {
    const order = buy()
    await entry.place(order, free, never)
    const final = await eventually(() => entry.finalise(order, never))
    const statement = await createKalshiAccount({ rest, account: 'alpha', clock }).statement(millis(order.notAfterMs - 10_000), never)
    expect(statement.positions).toEqual([{ market: TICKER, outcome: 'yes', quantity: 300 }])
    expect(statement.fills).toEqual(final.fills)
    const fees = final.fills.reduce((sum, fill) => sum + (fill.fee ?? 0), 0)
    expect(statement.cash).toBe(100_000_000 - 3 * 520_000 - fees)
    expect(await entry.cancelEverything(never)).toEqual([])
  })

  it('lists the series', async () => {
    const listings = await createKalshiCatalog({ rest, clock }).listings('KXU3', never)
    expect(listings.map(({ market, status, shard }) => [market, status, shard])).toEqual(
      expect.arrayContaining([
        [TICKER, 'open', 0],
        [OTHER, 'open', 0],
      ]),
    )
  })

  it.each([['seq_gap'], ['duplicate_frame'], ['ws_error_25'], ['drop_ws']])(
    'follows the book through %s',
    async (fault) => {
      const directory = new BookDirectory()
      const books = new Books()
      const ended = new AbortController()
      const feed = createKalshiFeed({ wsUrl: sim.wsUrl, signer, directory, frameLog: recordingFrames(), clock, log, random: () => 0 })
      feed.watch([marketId(TICKER)])
      let forgotten = 0
      const running = feed.run((event) => {
        books.apply(event)
        if (event.kind === 'forget' || event.kind === 'disconnected') forgotten++
      }, ended.signal)
      const outside = (at: string) =>
        sim.event({
          venue: 'kalshi',
          type: 'external_order',
          ticker: TICKER,
          side: 'bid',
          price: at,
          count: '7.00',
          time_in_force: 'good_till_canceled',
        })
      await eventually(() => books.of(0) ?? null)
      await sim.fault(fault)
      await outside('0.4800')
      await outside('0.4900') // a missing message shows in the next one
      await eventually(async () => {
        const { bids, asks } = await getOrderbook(rest, marketId(TICKER), never)
        const rows = (side: Map<number, number> | undefined): [number, number][] => [...(side ?? [])].toSorted(([a], [b]) => a - b)
        const asRows = (levels: typeof bids): [number, number][] => rows(new Map(levels.map((level) => [level.price, level.quantity])))
        const same = JSON.stringify([rows(books.of(0)?.bid), rows(books.of(0)?.ask)]) === JSON.stringify([asRows(bids), asRows(asks)])
        return same && forgotten > 0 ? true : null
      }, 8_000)
      ended.abort()
      await running
    },
    20_000,
  )

  it('E14 tells a fill after the next reconnect whose message was lost', async () => {
    const ended = new AbortController()
    const told: string[] = []
    const events: FeedEvent[] = []
    const onPrivateGap = readMissedFills(rest, ({ clientOrderId }) => void told.push(clientOrderId))
    const onFill = ({ clientOrderId }: StreamFill): void => void told.push(clientOrderId ?? '')
    const parts = { wsUrl: sim.wsUrl, signer, directory: new BookDirectory(), frameLog: recordingFrames(), clock, log, random: () => 0 }
    const feed = createKalshiFeed({ ...parts, onFill, onPrivateGap })
    feed.watch([marketId(TICKER)])
    const running = feed.run((event) => void events.push(event), ended.signal)
    await eventually(() => (events.some(({ kind }) => kind === 'book') ? true : null))
    const [lost, heard] = [buy({ quantity: quantity('1') }), buy({ quantity: quantity('1') })]
    await sim.fault('drop_private_message', { channel: 'fill' })
    await entry.place(lost, free, never)
    await entry.place(heard, free, never)
    await eventually(() => (told.length > 0 ? true : null))
    expect(told).toEqual([heard.clientOrderId])
    await sim.fault('drop_ws')
    await eventually(() => (told.includes(lost.clientOrderId) ? true : null), 8_000)
    ended.abort()
    await running
  }, 20_000)
})
