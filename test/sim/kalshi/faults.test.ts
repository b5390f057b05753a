import { ALPHA, BETA, eventually, kalshiScenario, OTHER, RunningSim, TICKER } from '../support/running'
import { StreamClient, type Message } from '../support/client'
import { ask, external, flush, openStream } from './ws/rig'

describe('faults', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario({ settings: { ping_interval_ms: 30 } }))
  })
  afterEach(() => sim.stop())

  const orders = async (): Promise<Record<string, unknown>[]> =>
    (await sim.alpha.get('/portfolio/orders')).body['orders'] as Record<string, unknown>[]
  const send = (limitMs?: number): Promise<{ status: number }> =>
    sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'x' }, limitMs)

  it('names what is unknown', async () => {
    const { status, body } = await sim.event({ venue: 'kalshi', type: 'fault', name: 'drop_wss' })
    expect(status).toBe(400)
    expect(body.error).toContain('unknown fault "drop_wss": use one of drop_ws')
  })

  it('error_after_accept: the order stands although the answer is 503', async () => {
    await sim.fault('error_after_accept')
    expect((await send()).status).toBe(503)
    expect(await orders()).toMatchObject([{ client_order_id: 'x', status: 'executed' }])
    expect((await send()).status).toBe(409)
  })

  it('reset_after_accept: the order stands although the connection is reset', async () => {
    await sim.fault('reset_after_accept')
    await expect(send()).rejects.toThrow('fetch failed')
    expect(await orders()).toMatchObject([{ client_order_id: 'x', status: 'executed' }])
  })

  it('timeout_before_accept: nothing is answered and nothing happened', async () => {
    await sim.fault('timeout_before_accept')
    await expect(send(150)).rejects.toThrow('aborted')
    expect(await orders()).toEqual([])
    expect((await send()).status).toBe(201)
  })

  it('late_accept: reads show nothing, then the order executes', async () => {
    await sim.fault('late_accept', { ms: 300 })
    await expect(send(100)).rejects.toThrow('aborted')
    expect(await orders()).toEqual([])
    expect(await eventually(async () => (await orders())[0] ?? null)).toMatchObject({ client_order_id: 'x', status: 'executed' })
  })

  it('late_accept: never, once the window of its signature has passed', async () => {
    const scenario = kalshiScenario({ settings: { max_skew_ms: 5_000 } })
    const manual = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: new Date().toISOString() } })
    for (const [ms, filled] of [
      [5_001, false],
      [4_000, true],
    ] as const) {
      await manual.fault('late_accept', { ms })
      await expect(manual.alpha.order({ ticker: TICKER, price: '0.5200' }, 300)).rejects.toThrow('aborted')
      manual.world.apply({ venue: 'clock', type: 'advance', ms })
      expect(JSON.stringify(manual.world.state()).includes('"fill_id"')).toBe(filled)
      if (!filled) manual.world.apply({ venue: 'kalshi', type: 'fault', name: 'clock_offset', ms: -ms })
    }
    await manual.stop()
  })

  it('reject:<code> and rate_limit answer as the venue would', async () => {
    await sim.fault('reject:insufficient_balance')
    expect(await send()).toEqual({ status: 400, body: { error: { code: 'insufficient_balance', message: 'insufficient balance' } } })
    await sim.fault('rate_limit')
    expect(await send()).toEqual({ status: 429, body: { error: 'too many requests' } })
    expect(await orders()).toEqual([])
  })

  it('partial:<fraction> and fractional_fill leave a part', async () => {
    await sim.fault('partial:0.4', { ticker: TICKER })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00' })).body).toMatchObject({ fill_count: '1.00' })
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.5200', count: '3.00' })
    await sim.fault('fractional_fill')
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00' })).body).toMatchObject({ fill_count: '2.63' })
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.5200', count: '3.00' })
    await sim.fault('fractional_fill', { left: '1.50' })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00' })).body).toMatchObject({ fill_count: '1.50' })
  })

  it('is disarmed by its name', async () => {
    await sim.fault('reject:invalid_order', { once: false })
    expect((await send()).status).toBe(400)
    await sim.fault('reject:invalid_order', { clear: true })
    expect((await send()).status).toBe(201)
  })

  it('strikes only what it is aimed at', async () => {
    await sim.fault('reject:invalid_order', { client_order_id: 'other' })
    expect((await send()).status).toBe(201)
    expect((await sim.alpha.order({ ticker: TICKER, client_order_id: 'other' })).status).toBe(400)
  })

  it('read_lag: one write stays unseen for a while', async () => {
    await sim.fault('read_lag', { ms: 200, times: 8 })
    await send()
    expect(await orders()).toEqual([])
    expect(await eventually(async () => (await orders())[0] ?? null)).toMatchObject({ client_order_id: 'x' })
  })

  it('delay: the answer comes late', async () => {
    await sim.fault('delay', { ms: 100 })
    const sent = Date.now()
    await send()
    expect(Date.now() - sent).toBeGreaterThanOrEqual(99)
  })
})

describe('faults of an account', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
  })
  afterEach(() => sim.stop())

  it('wrong_shard: the cash of the order is elsewhere', async () => {
    await sim.fault('wrong_shard', { ticker: OTHER })
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(201)
    expect(await sim.alpha.order({ ticker: OTHER })).toMatchObject({ status: 400, body: { error: { code: 'insufficient_balance' } } })
    expect((await sim.alpha.order({ ticker: OTHER })).status).toBe(201)
  })

  it('clock_offset: a signature is checked by a clock that is off, on requests and on upgrades', async () => {
    await sim.fault('clock_offset', { ms: 60_000, times: 2 })
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 401, body: { error: { code: 'header_timestamp_expired' } } })
    await expect(StreamClient.open(sim.wsUrl, ALPHA)).rejects.toThrow('401')
    expect((await sim.alpha.order({ ticker: TICKER })).status).toBe(201)
  })

  it('cancel_all_tail: what follows a cancel-all is cancelled before it trades, for this account and for a while', async () => {
    await sim.fault('cancel_all_tail', { ms: 1_500 })
    const order = async (client = sim.alpha): Promise<unknown> =>
      (await client.order({ ticker: TICKER, price: '0.5200' })).body['fill_count']
    expect(await order()).toBe('1.00')
    await sim.alpha.call('DELETE', '/portfolio/events/orders')
    expect(await order()).toBe('0.00')
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'canceled' }, { status: 'executed' }])
    expect(await order(sim.beta)).toBe('1.00')
    expect(await eventually(async () => ((await order()) === '1.00' ? true : null))).toBe(true)
  })

  it('strikes by chance as the seed decides', async () => {
    const struck = async (seed: number): Promise<number[]> => {
      const other = await RunningSim.start({ ...kalshiScenario(), seed })
      await other.fault('rate_limit', { probability: 0.5 })
      const statuses: number[] = []
      for (let at = 0; at < 16; at++) statuses.push((await other.anyone.get(`/markets/${TICKER}`)).status)
      await other.stop()
      return statuses
    }
    const one = await struck(1)
    expect(new Set(one)).toEqual(new Set([200, 429]))
    expect(await struck(1)).toEqual(one)
    expect(await struck(2)).not.toEqual(one)
  })

  it('says what a fault lacks', async () => {
    const said = async (fields: object): Promise<unknown> => (await sim.event({ venue: 'kalshi', type: 'fault', ...fields })).body.error
    expect(await said({ name: 'reject' })).toBe('name the fault "reject:<code>"')
    expect(await said({ name: 'read_lag' })).toBe('fault "read_lag" needs a number "ms"')
    expect(await said({ name: 'delay', probability: 2 })).toBe('"probability" must be a number from 0 to 1')
    expect(await said({ name: 'delay', times: 0 })).toBe('"times" must be a positive integer')
  })
})

describe('faults of a line', () => {
  let sim: RunningSim
  let stream: StreamClient
  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario({ settings: { ping_interval_ms: 30, pong_timeout_ms: 500 } }))
    stream = await openStream(sim)
  })
  afterEach(() => sim.stop())

  const hasClosed = (client: StreamClient): Promise<true> => client.until(() => (client.closed ? true : null))
  const codes = (): unknown[] => stream.messages.flatMap(({ type, sid, seq, msg }) => (type === 'error' ? [[sid, seq, msg['code']]] : []))

  it('drop_ws closes what is open, of one account or of all, or by chance', async () => {
    const beta = await openStream(sim, BETA)
    await sim.fault('drop_ws', { account_id: 'beta' })
    await hasClosed(beta)
    await flush(stream)
    await stream.subscribe(['trade'])
    await sim.fault('drop_ws', { probability: 1 })
    await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    await hasClosed(stream)
  })

  it('half_open_ws: silence without an end, although nobody answers the heartbeat', async () => {
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('half_open_ws')
    const heard = stream.messages.length
    await sim.event(external(TICKER, 'bid', '0.3000'))
    const other = await openStream(sim)
    await other.until(() => (other.pings.length >= 25 ? true : null))
    expect(stream.messages).toHaveLength(heard)
    expect(stream.closed).toBe(false)
  })

  it.each(['ws_error_25', 'ws_error_10'])('%s ends the subscriptions, and the error is counted', async (name) => {
    await stream.subscribe(['orderbook_delta', 'trade'], [TICKER])
    await stream.ofType('orderbook_snapshot')
    await sim.fault(name, { channel: 'orderbook_delta' })
    const code = Number(name.slice(-2))
    expect(await stream.ofType('error')).toMatchObject({ sid: 1, seq: 2, msg: { code } })
    expect((await ask(stream, 'list_subscriptions')).msg).toEqual([{ channel: 'trade', sid: 2 }])
    await sim.fault(name)
    await flush(stream)
    expect(codes()).toEqual([
      [1, 2, code],
      [2, 1, code],
    ])
  })

  it('ws_error_25 by chance strikes the subscription of the message, which is lost', async () => {
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('ws_error_25', { probability: 1, once: true })
    await sim.event(external(TICKER, 'bid', '0.3000'))
    await flush(stream)
    expect(codes()).toEqual([[1, 2, 25]])
    expect(stream.messages.filter(({ type }) => type === 'orderbook_delta')).toEqual([])
  })

  it('reconnect_storm drops every connection again and again, and refuses the first upgrades', async () => {
    await sim.fault('reconnect_storm', { times: 3, ms: 700, refused: 1 })
    await hasClosed(stream)
    await expect(StreamClient.open(sim.wsUrl, ALPHA)).rejects.toThrow('502')
    for (let round = 0; round < 2; round++) {
      await hasClosed(await eventually(() => openStream(sim).catch(() => null)))
    }
    const last = await eventually(() => openStream(sim).catch(() => null))
    await last.until(() => (last.pings.length >= 30 ? true : null))
    expect(last.closed).toBe(false)
  })
})

describe('faults of a message', () => {
  let sim: RunningSim
  let stream: StreamClient
  beforeEach(async () => {
    sim = await RunningSim.start()
    stream = await openStream(sim)
  })
  afterEach(() => sim.stop())

  const move = (price: string): Promise<unknown> => sim.event(external(TICKER, 'bid', price))
  const deltas = async (): Promise<Message[]> => {
    await flush(stream)
    return stream.messages.filter(({ type }) => type === 'orderbook_delta')
  }

  it('seq_gap loses a message and its number, duplicate_frame repeats one', async () => {
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('seq_gap')
    await move('0.3000')
    await sim.fault('duplicate_frame')
    await move('0.3100')
    const [first, second] = await deltas()
    expect(first).toMatchObject({ seq: 3, msg: { price_dollars: '0.3100' } })
    expect(second).toEqual(first)
  })

  it('wrong_level: a delta is missing and no gap says so', async () => {
    await stream.subscribe(['orderbook_delta'], [TICKER, OTHER])
    await sim.fault('wrong_level', { ticker: TICKER })
    await sim.event(external(OTHER, 'bid', '0.3000'))
    await move('0.3000')
    await move('0.3100')
    expect((await deltas()).map(({ seq, msg }) => [seq, msg['market_ticker'], msg['price_dollars']])).toEqual([
      [3, OTHER, '0.3000'],
      [4, TICKER, '0.3100'],
    ])
  })

  it('drop_private_message leaves public messages alone', async () => {
    await stream.subscribe(['orderbook_delta', 'trade', 'ticker'], [TICKER])
    await sim.fault('drop_private_message')
    await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    await flush(stream)
    for (const type of ['orderbook_delta', 'trade', 'ticker']) expect(stream.messages.filter((each) => each.type === type)).toHaveLength(1)
  })

  it.each([
    ['fill', 'fill'],
    ['user_orders', 'user_order'],
    ['market_positions', 'market_position'],
  ])('drop_private_message loses one of %s alone', async (channel, type) => {
    await stream.subscribe(['fill', 'user_orders', 'market_positions', 'trade'])
    await sim.fault('drop_private_message', { channel })
    for (let at = 0; at < 2; at++) await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    await flush(stream)
    const count = (wanted: string): number => stream.messages.filter((message) => message.type === wanted).length
    expect(count('trade')).toBe(2)
    for (const each of ['fill', 'user_order', 'market_position']) expect([each, count(each)]).toEqual([each, each === type ? 1 : 2])
  })
})
