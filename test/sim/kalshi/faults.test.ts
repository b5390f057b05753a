import { eventually, kalshiScenario, RunningSim, TICKER } from '../support/running'

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

describe('faults of the stream', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario({ settings: { ping_interval_ms: 30 } }))
  })
  afterEach(() => sim.stop())

  const move = (price: string): Promise<unknown> =>
    sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'bid', price, count: '1.00' })

  it('drop_ws closes what is open', async () => {
    const stream = await sim.stream()
    await sim.fault('drop_ws')
    expect(await stream.until(() => (stream.closed ? true : null))).toBe(true)
  })

  it('seq_gap loses a message, duplicate_frame repeats one', async () => {
    const stream = await sim.stream()
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('seq_gap')
    await move('0.3000')
    await sim.fault('duplicate_frame')
    await move('0.3100')
    const first = await stream.ofType('orderbook_delta')
    expect(first).toMatchObject({ seq: 3, msg: { price_dollars: '0.3100' } })
    expect(await stream.ofType('orderbook_delta')).toEqual(first)
  })

  it('half_open_ws: silence without a close', async () => {
    const stream = await sim.stream()
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('half_open_ws')
    const heard = stream.messages.length
    await move('0.3000')
    const other = await sim.stream()
    await other.until(() => (other.pings.length >= 3 ? true : null))
    expect(stream.messages).toHaveLength(heard)
    expect(stream.closed).toBe(false)
  })

  it('ws_error_25 ends the subscriptions', async () => {
    const stream = await sim.stream()
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await sim.fault('ws_error_25')
    expect(await stream.ofType('error')).toMatchObject({ sid: 1, msg: { code: 25 } })
    stream.send({ id: 2, cmd: 'list_subscriptions' })
    expect((await stream.ofType('ok')).msg).toEqual([])
  })
})
