import type { Reply } from '../../support/client'
import { eventually, kalshiScenario, OTHER, RunningSim, TICKER } from '../../support/running'

const GTC = { time_in_force: 'good_till_canceled' }

describe('changing an order', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
  })
  afterEach(() => sim.stop())

  const rest = async (fields: object): Promise<string> =>
    String((await sim.alpha.order({ ticker: OTHER, price: '0.3000', count: '4.00', ...GTC, ...fields })).body['order_id'])
  const amend = (id: string, fields: object): Promise<Reply> =>
    sim.alpha.call('POST', `/portfolio/events/orders/${id}/amend`, {
      ticker: OTHER,
      side: 'bid',
      price: '0.3000',
      count: '4.00',
      ...fields,
    })
  const decrease = (id: string, fields: object): Promise<Reply> => sim.alpha.call('POST', `/portfolio/events/orders/${id}/decrease`, fields)
  const ahead = async (id: string): Promise<unknown> =>
    (await sim.alpha.get(`/portfolio/orders/${id}/queue_position`)).body['queue_position_fp']
  const order = async (id: string): Promise<Record<string, unknown>> =>
    (await sim.alpha.get(`/portfolio/orders/${id}`)).body['order'] as Record<string, unknown>
  const outside = (side: 'bid' | 'ask', price: string, count: string): Promise<unknown> =>
    sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side, price, count })

  it('keeps its place when it shrinks or only expires elsewhere; loses it when it grows or moves', async () => {
    const id = await rest({})
    await outside('bid', '0.3000', '7.00')
    expect((await amend(id, { count: '3.00' })).body).toMatchObject({ remaining_count: '3.00', fill_count: '0.00' })
    await amend(id, { count: '3.00', expiration_time: Math.floor(Date.now() / 1000) + 600 })
    await decrease(id, { reduce_to: '2.00' })
    expect(await ahead(id)).toBe('0.00')
    await amend(id, { count: '5.00' })
    expect(await ahead(id)).toBe('7.00')
    await outside('bid', '0.3100', '2.00')
    await amend(id, { price: '0.3100', count: '5.00' })
    expect(await ahead(id)).toBe('2.00')
  })

  it('counts an amendment from what is filled already, and may cross', async () => {
    const id = await rest({})
    await outside('ask', '0.3000', '1.00')
    await outside('ask', '0.3500', '2.00')
    expect((await amend(id, { price: '0.3500', count: '6.00' })).body).toMatchObject({
      fill_count: '2.00',
      remaining_count: '3.00',
      average_fill_price: '0.3500',
    })
    expect(await order(id)).toMatchObject({
      initial_count_fp: '6.00',
      fill_count_fp: '3.00',
      remaining_count_fp: '3.00',
      maker_fill_cost_dollars: '0.300000',
    })
    expect((await amend(id, { price: '0.3500', count: '2.00' })).status).toBe(400)
    expect((await amend(id, { price: '0.3500', count: '3.00' })).body).toMatchObject({ remaining_count: '0.00' })
    expect(await order(id)).toMatchObject({ status: 'canceled', fill_count_fp: '3.00' })
  })

  it('refuses an amendment that is not of this order, and leaves the order as it was', async () => {
    const id = await rest({ client_order_id: 'mine' })
    const code = async (fields: object): Promise<unknown> => ((await amend(id, fields)).body['error'] as { code: string }).code
    expect(await code({ ticker: TICKER })).toBe('order_ticker_mismatch')
    expect(await code({ side: 'ask' })).toBe('order_side_mismatch')
    expect(await code({ client_order_id: 'other' })).toBe('order_id_and_client_order_id_mismatch')
    expect(await code({ updated_client_order_id: 'mine' })).toBe('order_already_exists')
    expect(await code({ price: '0.3050' })).toBe('invalid_price')
    expect(await code({ count: '900.00' })).toBe('insufficient_balance')
    expect(await order(id)).toMatchObject({ yes_price_dollars: '0.3000', remaining_count_fp: '4.00' })
    expect((await amend('nobody', {})).body).toEqual({ error: { code: 'not_found', message: 'not found' } })
  })

  it('takes a new client order id and burns it', async () => {
    const id = await rest({ client_order_id: 'first' })
    expect((await amend(id, { updated_client_order_id: 'second' })).body['client_order_id']).toBe('second')
    expect((await sim.alpha.order({ ticker: OTHER, client_order_id: 'second' })).status).toBe(409)
  })

  it('decreases by or to, exactly one of them; to nothing is a cancel', async () => {
    const id = await rest({})
    expect((await decrease(id, { reduce_by: '1.00', reduce_to: '1.00' })).status).toBe(400)
    expect((await decrease(id, {})).status).toBe(400)
    expect((await decrease(id, { reduce_by: '1.50' })).body).toMatchObject({ remaining_count: '2.50' })
    expect((await decrease(id, { reduce_by: '9.00' })).body).toMatchObject({ remaining_count: '0.00' })
    expect((await order(id))['status']).toBe('canceled')
  })

  it('amends a post-only order only where it still rests', async () => {
    const id = await rest({ post_only: true })
    await outside('ask', '0.3500', '1.00')
    expect((await amend(id, { price: '0.3500' })).body).toMatchObject({ error: { details: 'post only cross' } })
    expect((await order(id))['yes_price_dollars']).toBe('0.3000')
  })
})

describe('meeting one’s own order', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.5100', count: '2.00', ...GTC })
  })
  afterEach(() => sim.stop())

  const buy = (fields: object): Promise<Reply> => sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00', ...fields })
  const statuses = async (): Promise<unknown[]> =>
    ((await sim.alpha.get('/portfolio/orders')).body['orders'] as { status: string }[]).map((each) => each.status)

  it('maker: the resting order is cancelled and matching goes on', async () => {
    const { body } = await buy({ self_trade_prevention_type: 'maker', time_in_force: 'immediate_or_cancel' })
    expect(body).toMatchObject({ fill_count: '3.00', average_fill_price: '0.5200' })
    expect(await statuses()).toEqual(['executed', 'canceled'])
  })

  it('taker_at_cross: the incoming rest is cancelled, what was filled before stands', async () => {
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.5000', count: '1.00' })
    expect((await buy({})).body).toMatchObject({ fill_count: '1.00', remaining_count: '0.00' })
    expect(await statuses()).toEqual(['canceled', 'resting'])
  })

  it('fill or kill beside an own order may end filled in part', async () => {
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.5000', count: '1.00' })
    const { status, body } = await buy({ time_in_force: 'fill_or_kill' })
    expect([status, body['fill_count'], body['remaining_count']]).toEqual([201, '1.00', '0.00'])
  })
})

describe('order flags', () => {
  it('reduce_only sells what is held and no more', async () => {
    const sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    const sold = await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4700', count: '3.00', reduce_only: true })
    expect(sold.body).toMatchObject({ fill_count: '2.00', remaining_count: '0.00' })
    const nothing = await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4700', reduce_only: true })
    expect([nothing.status, nothing.body['fill_count']]).toEqual([201, '0.00'])
    expect((await sim.alpha.order({ ticker: TICKER, reduce_only: true, ...GTC })).status).toBe(400)
    await sim.stop()
  })

  it('expires at its time and not before', async () => {
    const settings = { max_skew_ms: 10_000_000_000_000 }
    const sim = await RunningSim.start({ ...kalshiScenario({ settings }), clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    const at = Date.parse('2026-11-02T00:00:30Z') / 1000
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.1000', expiration_time: at, ...GTC })
    const status = async (): Promise<unknown> =>
      ((await sim.alpha.get(`/portfolio/orders/${String(body['order_id'])}`)).body['order'] as { status: string }).status
    await sim.event({ venue: 'clock', type: 'advance', ms: 29_000 })
    expect(await status()).toBe('resting')
    await sim.event({ venue: 'clock', type: 'advance', ms: 2_000 })
    expect(await eventually(async () => ((await status()) === 'canceled' ? true : null))).toBe(true)
    await sim.stop()
  })
})
