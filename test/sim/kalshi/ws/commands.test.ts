import { kalshiScenario, OTHER, RunningSim, TICKER } from '../../support/running'
import type { StreamClient } from '../../support/client'
import { ask, control, external, flush, openStream, untimed } from './rig'

let sim: RunningSim
let stream: StreamClient
const start = async (settings: object = {}): Promise<void> => {
  sim = await RunningSim.start(kalshiScenario({ settings }))
  stream = await openStream(sim)
}
afterEach(() => sim.stop())

const subscribe = (channels: readonly string[], more: object = { market_tickers: [TICKER] }) =>
  ask(stream, 'subscribe', { channels, ...more })
const update = (params: object) => ask(stream, 'update_subscription', params)

describe('subscribing', () => {
  beforeEach(() => start())

  it('acknowledges each channel with the id and its own sid, before any data', async () => {
    stream.send({ id: 5, cmd: 'subscribe', params: { channels: ['orderbook_delta', 'trade', 'fill'], market_ticker: TICKER } })
    await stream.ofType('orderbook_snapshot')
    expect(stream.messages.map(({ type, id, msg }) => [type, id, msg['sid'] ?? null])).toEqual([
      ['subscribed', 5, 1],
      ['subscribed', 5, 2],
      ['subscribed', 5, 3],
      ['orderbook_snapshot', undefined, null],
    ])
  })

  it('is idempotent: again adds what is new to the open sid, with no snapshot of what was there', async () => {
    await subscribe(['orderbook_delta'])
    await stream.ofType('orderbook_snapshot')
    expect(untimed(await subscribe(['orderbook_delta'], { market_tickers: [TICKER, OTHER] }))).toMatchObject({
      type: 'ok',
      sid: 1,
      seq: 2,
      msg: { market_tickers: [TICKER, OTHER] },
    })
    expect(await stream.next()).toMatchObject({ type: 'orderbook_snapshot', seq: 3, msg: { market_ticker: OTHER } })
    expect(untimed(await ask(stream, 'list_subscriptions', undefined, 9))).toEqual({
      type: 'ok',
      id: 9,
      msg: [{ channel: 'orderbook_delta', sid: 1 }],
    })
  })

  it('opens every channel or none', async () => {
    expect(await subscribe(['trade', 'orderbook_delta'], {})).toMatchObject({ type: 'error', msg: { code: 14 } })
    expect((await ask(stream, 'list_subscriptions')).msg).toEqual([])
  })

  it('never gives a sid twice', async () => {
    expect((await subscribe(['trade'])).msg['sid']).toBe(1)
    await ask(stream, 'unsubscribe', { sids: [1] })
    expect((await subscribe(['trade'])).msg['sid']).toBe(2)
  })

  it('takes index and quote channels, which stay silent', async () => {
    stream.send({ id: 1, cmd: 'subscribe', params: { channels: ['communications', 'cfbenchmarks_value', 'pyth_value'], shard_factor: 2 } })
    for (const sid of [1, 2, 3]) expect((await stream.ofType('subscribed')).msg['sid']).toBe(sid)
    expect(await update({ sid: 2, action: 'subscribe_indices', index_ids: ['BRTI'] })).toMatchObject({ type: 'ok', sid: 2, seq: 1 })
    expect(await update({ sid: 2, action: 'indexlist' })).toMatchObject({ type: 'cfbenchmarks_value_indexlist', msg: { index_ids: [] } })
    expect(await update({ sid: 3, action: 'underlying_list' })).toMatchObject({ type: 'pyth_value_underlying_list', seq: 1 })
    expect(await update({ sid: 2, action: 'subscribe_indices' })).toMatchObject({ type: 'error', sid: 2, msg: { code: 24 } })
    expect(await update({ sid: 3, action: 'subscribe_underlyings' })).toMatchObject({ type: 'error', sid: 3, msg: { code: 28 } })
  })
})

describe('updating a subscription', () => {
  beforeEach(() => start())

  it('counts answers, snapshots and its own errors in one sequence over all markets', async () => {
    await subscribe(['orderbook_delta'])
    await stream.ofType('orderbook_snapshot')
    expect(await update({ sid: 1, action: 'delete_markets', market_ticker: TICKER })).toMatchObject({ seq: 2, msg: { market_tickers: [] } })
    expect(await update({ sid: 1, action: 'add_markets' })).toMatchObject({ type: 'error', sid: 1, seq: 3, msg: { code: 14 } })
    expect(await update({ sids: [1], action: 'get_snapshot', market_tickers: [OTHER] })).toMatchObject({
      type: 'orderbook_snapshot',
      sid: 1,
      seq: 4,
    })
    expect(await update({ sids: [1], action: 'add_markets', market_tickers: [OTHER] })).toMatchObject({ type: 'ok', seq: 5 })
    expect(await stream.next()).toMatchObject({ type: 'orderbook_snapshot', seq: 6, msg: { market_ticker: OTHER } })
    await sim.event(external(OTHER, 'bid', '0.3000'))
    expect(await stream.next()).toMatchObject({ type: 'orderbook_delta', seq: 7 })
    expect(await ask(stream, 'unsubscribe', { sids: [1] })).toMatchObject({ type: 'unsubscribed', sid: 1, seq: 8 })
  })

  it('get_snapshot leaves the subscription as it is', async () => {
    await subscribe(['orderbook_delta'])
    await update({ sid: 1, action: 'get_snapshot', market_tickers: [OTHER] })
    await sim.event(external(OTHER, 'bid', '0.3000'))
    await flush(stream)
    expect(stream.messages.filter((message) => message.type === 'orderbook_delta')).toEqual([])
  })

  it('leaves the list out of the answer for who asked for that', async () => {
    await subscribe(['orderbook_delta'], { market_tickers: [TICKER], skip_ticker_ack: true })
    expect(untimed(await ask(stream, 'update_subscription', { sid: 1, action: 'add_markets', market_ticker: OTHER }, 7))).toEqual({
      type: 'ok',
      id: 7,
      sid: 1,
      seq: 2,
    })
  })

  it('finds markets by id on the ticker channel only', async () => {
    const { market_id } = (await subscribe(['orderbook_delta']).then(() => stream.ofType('orderbook_snapshot'))).msg
    await subscribe(['ticker'], { market_id })
    expect((await update({ sid: 2, action: 'add_markets', market_ids: [market_id] })).msg).toEqual({
      market_tickers: [TICKER],
      market_ids: [market_id],
    })
    expect(await subscribe(['trade'], { market_id })).toMatchObject({ type: 'error', msg: { code: 11 } })
  })

  it('answers numbered also where the data is not, and data does not consume a number there', async () => {
    await subscribe(['user_orders'], {})
    await sim.alpha.order({ ticker: TICKER, price: '0.1000', time_in_force: 'good_till_canceled' })
    expect(await stream.ofType('user_order')).not.toHaveProperty('seq')
    expect(await update({ sid: 1, action: 'add_markets', market_ticker: TICKER })).toMatchObject({ seq: 1 })
    expect(await ask(stream, 'unsubscribe', { sids: [1] })).toMatchObject({ seq: 2 })
  })
})

const subscribing = (params: object): unknown => ({ id: 7, cmd: 'subscribe', params })
const updating = (params: object): unknown => ({ id: 7, cmd: 'update_subscription', params })
const shards = (params: object): unknown => subscribing({ channels: ['communications'], ...params })
/** What is sent after a subscription of one book (sid 1) and of the lifecycle (sid 2). */
const WRONG: readonly (readonly [code: number, command: unknown])[] = [
  [1, '{'],
  [1, '[]'],
  [1, { id: 'seven', cmd: 'list_subscriptions' }],
  [2, { id: 7, cmd: 'subscribe' }],
  [3, subscribing({})],
  [4, { id: 7, cmd: 'unsubscribe', params: { sids: [] } }],
  [5, { id: 7, cmd: 'dance', params: {} }],
  [7, { id: 7, cmd: 'unsubscribe', params: { sids: [9] } }],
  [7, updating({ sid: 9, action: 'add_markets', market_ticker: TICKER })],
  [8, subscribing({ channels: ['ticker_v2'] })],
  [11, subscribing({ channels: ['trade'], market_ticker: TICKER, market_tickers: [TICKER] })],
  [11, subscribing({ channels: ['trade'], market_tickers: [7] })],
  [11, subscribing({ channels: ['orderbook_delta'], market_ticker: TICKER, use_yes_price: 'yes' })],
  [12, updating({ action: 'add_markets', market_ticker: TICKER })],
  [12, updating({ sid: 1, sids: [1], action: 'add_markets', market_ticker: TICKER })],
  [12, updating({ sids: [1, 2], action: 'add_markets', market_ticker: TICKER })],
  [13, updating({ sid: 1, action: 'dance', market_ticker: TICKER })],
  [13, updating({ sid: 2, action: 'add_markets', market_ticker: TICKER })],
  [14, subscribing({ channels: ['orderbook_delta'] })],
  [14, updating({ sid: 1, action: 'get_snapshot' })],
  [15, updating({ sid: 1, market_ticker: TICKER })],
  [19, shards({ shard_factor: 0 })],
  [20, shards({ shard_key: 1 })],
  [21, shards({ shard_factor: 2, shard_key: 2 })],
  [22, shards({ shard_factor: 101 })],
]

describe('errors', () => {
  it.each(WRONG)('%i for %j', async (code, command) => {
    await start()
    await subscribe(['orderbook_delta'])
    await subscribe(['market_lifecycle_v2'])
    stream.send(command)
    expect((await stream.ofType('error')).msg).toMatchObject({ code })
  })

  it('name the market that is unknown', async () => {
    await start()
    expect((await subscribe(['orderbook_delta'], { market_tickers: [TICKER, 'KXNONE-1'] })).msg).toEqual({
      code: 11,
      msg: 'Invalid parameter',
      market_ticker: 'KXNONE-1',
    })
  })

  it('26 when a subscription would name too many markets, and nothing is added', async () => {
    await start({ ws_markets_max: 1 })
    expect(await subscribe(['trade'], { market_tickers: [TICKER, OTHER] })).toMatchObject({ type: 'error', msg: { code: 26 } })
    await subscribe(['trade'])
    expect(await update({ sid: 1, action: 'add_markets', market_ticker: OTHER })).toMatchObject({ sid: 1, seq: 1, msg: { code: 26 } })
    expect((await update({ sid: 1, action: 'add_markets', market_ticker: TICKER })).msg).toEqual({ market_tickers: [TICKER] })
  })

  it('27 when commands come too fast, until the second is over', async () => {
    const scenario = kalshiScenario({ settings: { ws_commands_per_second: 2, max_skew_ms: 10_000_000_000_000 } })
    sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    stream = await openStream(sim)
    const types: string[] = []
    for (let at = 0; at < 3; at++) types.push((await ask(stream, 'list_subscriptions')).type)
    expect(types).toEqual(['ok', 'ok', 'error'])
    await sim.event({ venue: 'clock', type: 'advance', ms: 1_000 })
    expect((await ask(stream, 'list_subscriptions')).type).toBe('ok')
  })

  it('any other by fault, for one command', async () => {
    await start()
    for (const code of [9, 18, 23]) {
      await sim.event(control('fault', { name: `ws_error:${code}` }))
      expect((await subscribe(['trade'])).msg['code']).toBe(code)
    }
    expect((await subscribe(['trade'])).type).toBe('subscribed')
  })
})
