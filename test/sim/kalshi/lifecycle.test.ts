import { kalshiScenario, OTHER, RunningSim, TICKER } from '../support/running'

const settle = (ticker: string, result: string, more: object = {}): Record<string, unknown> => ({
  venue: 'kalshi',
  type: 'settle',
  ticker,
  result,
  ...more,
})

describe('settlement', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
  })
  afterEach(() => sim.stop())

  const balance = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_dollars']

  it('pays a winning YES one dollar, records it, and the position is gone', async () => {
    expect((await sim.event(settle(TICKER, 'yes'))).status).toBe(200)
    expect(await balance()).toBe('100.9250')
    expect((await sim.alpha.get('/portfolio/positions')).body['market_positions']).toEqual([])
    expect((await sim.alpha.get('/portfolio/positions?settlement_status=settled')).body['market_positions']).toMatchObject([
      { ticker: TICKER, position_fp: '0.00', realized_pnl_dollars: '0.960000' },
    ])
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([
      {
        ticker: TICKER,
        event_ticker: 'KXU3-25MAR',
        market_result: 'yes',
        yes_count_fp: '2.00',
        yes_total_cost_dollars: '1.040000',
        no_count_fp: '0.00',
        revenue: 200,
        value: 100,
        fee_cost: '0.035000',
      },
    ])
    expect((await sim.anyone.get(`/markets/${TICKER}`)).body['market']).toMatchObject({
      status: 'finalized',
      result: 'yes',
      settlement_value_dollars: '1.0000',
    })
  })

  it('pays a losing YES nothing', async () => {
    await sim.event(settle(TICKER, 'no'))
    expect(await balance()).toBe('98.9250')
  })

  it('pays a scalar value, whole cents only', async () => {
    await sim.event(settle(TICKER, 'scalar', { settlement_value_dollars: '0.3333' }))
    expect(await balance()).toBe('99.5850')
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([{ revenue: 66, fee_cost: '0.041600' }])
  })

  it('refuses to settle twice, with a reason', async () => {
    await sim.event(settle(TICKER, 'yes'))
    expect(await sim.event(settle(TICKER, 'no'))).toEqual({ status: 400, body: { error: `${TICKER} is settled already as yes` } })
  })

  it('tells the stream: empty book, determined, settled', async () => {
    const stream = await sim.stream()
    await stream.subscribe(['orderbook_delta'], [TICKER])
    await stream.subscribe(['market_lifecycle_v2'])
    await sim.event(settle(TICKER, 'yes'))
    const settled = await stream.next((message) => message.msg?.['event_type'] === 'settled')
    expect(settled.msg).toMatchObject({ market_ticker: TICKER })
    const determined = stream.messages.find((message) => message.msg?.['event_type'] === 'determined')
    expect(determined?.msg).toMatchObject({ result: 'yes', settlement_value: '1.0000' })
    const last = stream.messages.filter((message) => message.type === 'orderbook_snapshot').at(-1)
    expect(Object.keys(last?.msg ?? {}).sort()).toEqual(['market_id', 'market_ticker'])
  })
})

describe('market status', () => {
  it('closes by time: orders are cancelled and refused', async () => {
    const scenario = kalshiScenario({ first: { close_time: '+60s' }, settings: { max_skew_ms: 10_000_000_000_000 } })
    const sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    await sim.alpha.order({ ticker: TICKER, price: '0.1000', time_in_force: 'good_till_canceled' })
    await sim.event({ venue: 'clock', type: 'advance', ms: 60_000 })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'canceled' }])
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 409, body: { error: { code: 'market_inactive' } } })
    expect((await sim.anyone.get(`/markets/${TICKER}`)).body['market']).toMatchObject({ status: 'closed', result: '' })
    await sim.stop()
  })

  it('expires orders', async () => {
    const scenario = kalshiScenario({ settings: { max_skew_ms: 10_000_000_000_000 } })
    const sim = await RunningSim.start({ ...scenario, clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    const expiration_time = Date.parse('2026-11-02T00:00:30Z') / 1000
    await sim.alpha.order({ ticker: OTHER, price: '0.1000', time_in_force: 'good_till_canceled', expiration_time })
    await sim.event({ venue: 'clock', type: 'advance', ms: 30_000 })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'canceled', remaining_count_fp: '0.00' }])
    await sim.stop()
  })

  it('cancels everything on reactivation', async () => {
    const sim = await RunningSim.start()
    await sim.alpha.order({ ticker: TICKER, price: '0.1000', time_in_force: 'good_till_canceled' })
    await sim.event({ venue: 'kalshi', type: 'market_status', ticker: TICKER, status: 'inactive' })
    expect(await sim.alpha.order({ ticker: TICKER })).toMatchObject({ status: 409, body: { error: { code: 'trading_is_paused' } } })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'resting' }])
    await sim.event({ venue: 'kalshi', type: 'market_status', ticker: TICKER, status: 'active' })
    expect((await sim.alpha.get('/portfolio/orders')).body['orders']).toMatchObject([{ status: 'canceled' }])
    await sim.stop()
  })
})
