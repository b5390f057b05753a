import { OTHER, RunningSim, TICKER, kalshiScenario } from '../support/running'

describe('orders', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
  })
  afterEach(() => sim.stop())

  const balance = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_dollars']

  it('fills 1 @ 0.52 with the recorded fee and average', async () => {
    const { status, body } = await sim.alpha.order({ ticker: TICKER, price: '0.9900', client_order_id: 'one' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      average_fee_paid: '0.0175',
      average_fill_price: '0.5200',
      client_order_id: 'one',
      fill_count: '1.00',
      remaining_count: '0.00',
    })
    const fills = (await sim.alpha.get('/portfolio/fills')).body['fills'] as Record<string, unknown>[]
    expect(fills).toHaveLength(1)
    expect(fills[0]).toMatchObject({
      fee_cost: '0.017500',
      yes_price_dollars: '0.5200',
      no_price_dollars: '0.4800',
      is_taker: true,
      count_fp: '1.00',
    })
    expect(await balance()).toBe('99.4625')
  })

  it('fills 1 @ 0.99 with the recorded fee: 100 becomes 98.0186 after two', async () => {
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side: 'ask', price: '0.9900', count: '2.00' })
    for (const _ of [1, 2]) await sim.alpha.order({ ticker: OTHER, price: '0.9900' })
    expect(await balance()).toBe('98.0186')
    const { body } = await sim.alpha.get('/portfolio/balance')
    expect(body).toMatchObject({ balance: 9801, portfolio_value: 198, balance_breakdown: [{ balance: '98.0186', exchange_index: 0 }] })
    expect((await sim.alpha.get('/portfolio/fills')).body['fills']).toMatchObject([{ fee_cost: '0.000700' }, { fee_cost: '0.000700' }])
  })

  it('reports an order as recorded: limit price kept, cost at execution', async () => {
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.9900' })
    const order = (await sim.alpha.get(`/portfolio/orders/${String(body['order_id'])}`)).body['order']
    expect(order).toMatchObject({
      action: 'buy',
      book_side: 'bid',
      outcome_side: 'yes',
      side: 'yes',
      status: 'executed',
      type: 'limit',
      yes_price_dollars: '0.9900',
      no_price_dollars: '0.0100',
      taker_fees_dollars: '0.017500',
      taker_fill_cost_dollars: '0.520000',
      fill_count_fp: '1.00',
      initial_count_fp: '1.00',
      remaining_count_fp: '0.00',
      maker_fees_dollars: '0.000000',
    })
  })

  it('rests, reserves, cancels once, and then knows the order no more', async () => {
    const placed = await sim.alpha.order({ ticker: TICKER, price: '0.0100', time_in_force: 'good_till_canceled', client_order_id: 'm' })
    expect(placed.body).toMatchObject({ fill_count: '0.00', remaining_count: '1.00' })
    expect(placed.body).not.toHaveProperty('average_fill_price')
    expect(await balance()).toBe('99.9900')
    const cancelled = await sim.alpha.cancel(placed.body['order_id'])
    expect(cancelled).toMatchObject({ status: 200, body: { order_id: placed.body['order_id'], reduced_by: '1.00' } })
    const again = await sim.alpha.cancel(placed.body['order_id'])
    expect(again).toEqual({ status: 404, body: { error: { code: 'not_found', message: 'not found' } } })
    expect((await sim.alpha.order({ ticker: TICKER, client_order_id: 'm' })).body).toEqual({
      error: { code: 'order_already_exists', message: 'order already exists' },
    })
    expect(await balance()).toBe('100.0000')
  })

  it('cancels what an IOC could not fill', async () => {
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '5.00' })
    expect(body).toMatchObject({ fill_count: '3.00', remaining_count: '0.00' })
    const order = (await sim.alpha.get(`/portfolio/orders/${String(body['order_id'])}`)).body['order']
    expect(order).toMatchObject({ status: 'canceled', initial_count_fp: '5.00', fill_count_fp: '3.00', remaining_count_fp: '0.00' })
  })

  it('fills or kills', async () => {
    const killed = await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '4.00', time_in_force: 'fill_or_kill' })
    expect(killed).toMatchObject({ status: 409, body: { error: { code: 'fill_or_kill_insufficient_resting_volume' } } })
    const filled = await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00', time_in_force: 'fill_or_kill' })
    expect(filled.body).toMatchObject({ fill_count: '3.00' })
  })

  it('prevents a trade with oneself as recorded', async () => {
    await sim.alpha.order({ ticker: TICKER, price: '0.4800', time_in_force: 'good_till_canceled' })
    const { status, body } = await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4800' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ fill_count: '0.00', remaining_count: '0.00' })
    const orders = (await sim.alpha.get('/portfolio/orders?status=resting')).body['orders']
    expect(orders).toMatchObject([{ yes_price_dollars: '0.4800', remaining_count_fp: '1.00' }])
  })

  it('refuses a crossing post-only order and leaves a cancelled record', async () => {
    const order = { ticker: TICKER, price: '0.9900', post_only: true, time_in_force: 'good_till_canceled', client_order_id: 'p' }
    expect(await sim.alpha.order(order)).toEqual({
      status: 400,
      body: { error: { code: 'invalid_order', message: 'invalid order', details: 'post only cross' } },
    })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ client_order_id: 'p', status: 'canceled' }])
  })

  it('trades between two accounts, first come first served', async () => {
    const rest = { ticker: OTHER, side: 'ask', price: '0.6000', count: '2.00', time_in_force: 'good_till_canceled' }
    await sim.beta.order(rest)
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side: 'ask', price: '0.6000', count: '2.00' })
    await sim.alpha.order({ ticker: OTHER, price: '0.6000', count: '3.00' })
    const fills = (await sim.beta.get('/portfolio/fills')).body['fills']
    expect(fills).toMatchObject([{ book_side: 'ask', outcome_side: 'no', is_taker: false, count_fp: '2.00', fee_cost: '0.000000' }])
    expect((await sim.beta.get('/portfolio/positions')).body['market_positions']).toMatchObject([
      { position_fp: '-2.00', market_exposure_dollars: '0.800000' },
    ])
  })
})

describe('netting', () => {
  it('pays a YES and a NO of one market back at once', async () => {
    const sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
    await sim.alpha.order({ ticker: TICKER, side: 'ask', price: '0.4700', count: '3.00' })
    const { body } = await sim.alpha.get('/portfolio/positions')
    expect(body['market_positions']).toMatchObject([
      { position_fp: '-1.00', market_exposure_dollars: '0.530000', realized_pnl_dollars: '-0.100000', total_traded_dollars: '2.510000' },
    ])
    const fees = 0.035 + 0.0524
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe((100 - 1.04 + 0.94 - 0.53 - fees).toFixed(4))
    await sim.stop()
  })
})

describe('fees', () => {
  it('charges makers where the series does', async () => {
    const sim = await RunningSim.start(kalshiScenario({ series: { fee_type: 'quadratic_with_maker_fees' } }))
    await sim.alpha.order({ ticker: OTHER, price: '0.5000', count: '100.00', time_in_force: 'good_till_canceled' })
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side: 'ask', price: '0.5000', count: '100.00' })
    expect((await sim.alpha.get('/portfolio/fills')).body['fills']).toMatchObject([{ fee_cost: '0.437500', is_taker: false }])
    await sim.stop()
  })

  it('rounds to the cent for accounts cleared by a broker, with rebates per order', async () => {
    const sim = await RunningSim.start(kalshiScenario({ alpha: { balance_precision: 'non_direct' } }))
    for (const count of ['1.00', '1.00', '1.00']) {
      await sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side: 'ask', price: '0.1000', count })
    }
    await sim.alpha.order({ ticker: OTHER, price: '0.1000', count: '3.00' })
    const fills = (await sim.alpha.get('/portfolio/fills')).body['fills'] as { fee_cost: string }[]
    expect(fills.map((fill) => fill.fee_cost).reverse()).toEqual(['0.010000', '0.010000', '0.000000'])
    await sim.stop()
  })

  it('lets an override of the event win over the series', async () => {
    const sim = await RunningSim.start(kalshiScenario({ event: { fee_multiplier_override: 2 } }))
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.5200' })
    expect(body['average_fee_paid']).toBe('0.0350')
    await sim.stop()
  })

  it('lets a scheduled override of an event begin at its time, and not before', async () => {
    const change = (scheduled_ts: string): object => ({
      event_ticker: 'KXU3-25MAR',
      fee_type_override: null,
      fee_multiplier_override: 2,
      scheduled_ts,
    })
    for (const [at, fee] of [
      ['-1h', '0.0350'],
      ['+1h', '0.0175'],
    ] as const) {
      const scenario = kalshiScenario()
      const sim = await RunningSim.start({ ...scenario, kalshi: { ...(scenario['kalshi'] as object), event_fee_changes: [change(at)] } })
      expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).body['average_fee_paid']).toBe(fee)
      await sim.stop()
    }
  })
})

describe('small prices and counts', () => {
  it('trades hundredths of a contract on a grid below the cent', async () => {
    const book = { yes: [], no: [['0.9850', '0.37']] }
    const sim = await RunningSim.start(kalshiScenario({ first: { price_level_structure: 'tapered_deci_cent', book } }))
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.0155' })).body).toMatchObject({ error: { code: 'invalid_price' } })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.1550' })).body).toMatchObject({ error: { code: 'invalid_price' } })
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.0160', count: '0.36' })
    expect(body).toMatchObject({ fill_count: '0.36', average_fill_price: '0.0150' })
    expect((await sim.anyone.get(`/markets/${TICKER}/orderbook`)).body).toMatchObject({
      orderbook_fp: { no_dollars: [['0.9850', '0.01']] },
    })
    await sim.stop()
  })
})
