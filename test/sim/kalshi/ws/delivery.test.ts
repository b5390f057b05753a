import WebSocket from 'ws'
import { ALPHA, BETA, kalshiScenario, RunningSim, TICKER } from '../../support/running'
import { signedHeaders, StreamClient } from '../../support/client'
import { ask, control, external, flush, openStream } from './rig'

const CHANNELS = ['orderbook_delta', 'trade', 'fill', 'user_orders', 'market_positions', 'ticker']

/** The types of a sweep's messages in the order in which they arrived. */
async function sweep(seed: number): Promise<string[]> {
  const sim = await RunningSim.start({ ...kalshiScenario(), seed })
  await sim.event(external(TICKER, 'ask', '0.5300', '2.00'))
  const stream = await openStream(sim)
  await stream.subscribe(CHANNELS, [TICKER])
  await sim.alpha.order({ ticker: TICKER, price: '0.5300', count: '5.00' })
  await flush(stream)
  await sim.stop()
  return stream.messages.map(({ type, seq }) => `${type} ${seq ?? ''}`).filter((text) => !/^(subscribed|ok)/.test(text))
}

describe('the order of messages', () => {
  it('is decided by the seed between channels, and kept within each', async () => {
    const one = await sweep(1)
    expect(await sweep(1)).toEqual(one)
    const others = await Promise.all([2, 3, 4].map(sweep))
    expect(others.some((other) => other.join() !== one.join())).toBe(true)
    for (const order of [one, ...others]) {
      expect([...order].sort()).toEqual([...one].sort())
      expect(order.filter((text) => text.startsWith('trade'))).toEqual(['trade 1', 'trade 2'])
      expect(order.filter((text) => text.startsWith('orderbook')).map((text) => text.split(' ')[1])).toEqual(['1', '2', '3'])
    }
  })
})

describe('own orders', () => {
  it('are named on the deltas they cause, to their own account alone, as taker and as maker', async () => {
    const sim = await RunningSim.start()
    const [alpha, beta] = [await openStream(sim), await openStream(sim, BETA)]
    for (const each of [alpha, beta]) await each.subscribe(['orderbook_delta'], [TICKER])
    await sim.alpha.order({ ticker: TICKER, price: '0.5000', count: '2.00', time_in_force: 'good_till_canceled', client_order_id: 'rest' })
    await sim.beta.order({ ticker: TICKER, side: 'ask', price: '0.5000', client_order_id: 'take' })
    const names = async (stream: StreamClient): Promise<unknown[]> => {
      await flush(stream)
      return stream.messages.flatMap(({ type, msg }) => (type === 'orderbook_delta' ? [msg['client_order_id']] : []))
    }
    expect(await names(alpha)).toEqual(['rest', 'rest'])
    expect(await names(beta)).toEqual([undefined, 'take'])
    await sim.stop()
  })
})

const hasOverflowed = (sim: RunningSim): boolean => sim.world.wire.lines().at(-1)?.text.includes('"code":25') ?? false

describe('the line', () => {
  const open = (url: string, options: object = {}): WebSocket =>
    new WebSocket(url, { headers: signedHeaders(ALPHA, 'GET', new URL(url).pathname), ...options })
  const answered = (socket: WebSocket): Promise<number | undefined> =>
    new Promise((resolve) => socket.once('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => undefined))

  it('is refused with 401 without a signature, and with 404 elsewhere', async () => {
    const sim = await RunningSim.start()
    expect(await answered(new WebSocket(sim.wsUrl))).toBe(401)
    expect(await answered(open(sim.wsUrl.replace('/v2', '/v3')))).toBe(404)
    await sim.stop()
  })

  it('is dropped when nobody answers the heartbeat, and only then', async () => {
    const sim = await RunningSim.start(kalshiScenario({ settings: { ping_interval_ms: 20, pong_timeout_ms: 500 } }))
    const mute = open(sim.wsUrl, { autoPong: false })
    const ended = new Promise<number>((resolve) => mute.once('close', resolve))
    const alive = await openStream(sim)
    expect(await ended).toBe(1006)
    await alive.until(() => (alive.pings.length >= 40 ? true : null))
    expect(alive.closed).toBe(false)
    await sim.stop()
  })

  it('ends a subscription whose client does not read', async () => {
    const sim = await RunningSim.start(kalshiScenario({ settings: { ws_buffer_bytes: 10_000 } }))
    const stream = await openStream(sim)
    await stream.subscribe(['orderbook_delta', 'trade'], [TICKER])
    stream.socket.pause()
    // how much the machine itself buffers is unknown: until the venue says that it is too much
    for (let at = 0; at < 200 && !hasOverflowed(sim); at++) {
      for (let order = 0; order < 500; order++) sim.world.apply(external(TICKER, 'bid', '0.3000'))
    }
    stream.socket.resume()
    expect(await stream.ofType('error')).toMatchObject({ sid: 1, msg: { code: 25 } })
    expect((await ask(stream, 'list_subscriptions')).msg).toEqual([{ channel: 'trade', sid: 2 }])
    await sim.stop()
  })

  it('compresses for a client that offers it, when the scenario says so', async () => {
    for (const deflate of [false, true]) {
      const sim = await RunningSim.start(kalshiScenario({ settings: { deflate } }))
      const stream = await openStream(sim)
      await stream.subscribe(['orderbook_delta'], [TICKER])
      expect((await stream.ofType('orderbook_snapshot')).msg['market_ticker']).toBe(TICKER)
      expect(stream.socket.extensions).toBe(deflate ? 'permessage-deflate' : '')
      await sim.stop()
    }
  })

  it('says on every message when it was queued, unless told not to', async () => {
    for (const sending_time of [true, false]) {
      const sim = await RunningSim.start(kalshiScenario({ settings: { sending_time } }))
      const stream = await openStream(sim)
      await stream.subscribe(CHANNELS, [TICKER])
      stream.send('{')
      await sim.event(external(TICKER, 'bid', '0.5200'))
      await stream.ofType('ticker')
      expect(new Set(stream.messages.map((message) => typeof message['sending_ts_ms']))).toEqual(
        new Set([sending_time ? 'number' : 'undefined']),
      )
      await sim.stop()
    }
  })

  it('goes with an exchange pause and does not come back before it is over', async () => {
    const sim = await RunningSim.start()
    const stream = await openStream(sim)
    await sim.event(control('pause', { scope: 'trading', on: true }))
    await flush(stream)
    await sim.event(control('pause', { scope: 'exchange', on: true }))
    await stream.until(() => (stream.closed ? true : null))
    expect(await answered(open(sim.wsUrl))).toBe(502)
    await sim.event(control('pause', { scope: 'exchange', on: false }))
    await flush(await openStream(sim))
    await sim.stop()
  })
})
