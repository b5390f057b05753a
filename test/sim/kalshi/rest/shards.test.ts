import type { Reply } from '../../support/client'
import { kalshiScenario, OTHER, RunningSim, TICKER } from '../../support/running'

const GTC = { time_in_force: 'good_till_canceled' }

describe('cash is on a shard', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start(kalshiScenario({ event: { exchange_index: 3 } }))
  })
  afterEach(() => sim.stop())

  const breakdown = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_breakdown']
  const move = (cents: number, more: object = {}): Promise<Reply> =>
    sim.alpha.call('POST', '/portfolio/intra_exchange_instance_transfer', {
      ...{ source: 'event_contract', destination: 'event_contract', amount: cents * 100, destination_exchange_shard: 3 },
      ...more,
    })

  it('refuses an order until its shard is funded, in centicents', async () => {
    expect((await sim.alpha.order({ ticker: TICKER })).body).toMatchObject({ error: { code: 'insufficient_balance' } })
    await move(1000)
    expect(await breakdown()).toEqual([
      { balance: '90.0000', exchange_index: 0 },
      { balance: '10.0000', exchange_index: 3 },
    ])
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })).status).toBe(201)
    expect(await breakdown()).toEqual([
      { balance: '90.0000', exchange_index: 0 },
      { balance: '8.9250', exchange_index: 3 },
    ])
    expect((await sim.alpha.get('/portfolio/balance?exchange_index=3')).body).toMatchObject({ balance: 892, portfolio_value: 104 })
    expect((await move(100_000)).body).toMatchObject({ error: { code: 'insufficient_balance' } })
  })

  it('looks for an order where it is told to: another shard is a 404', async () => {
    await move(1000)
    expect((await sim.alpha.order({ ticker: TICKER, exchange_index: 0 })).body).toMatchObject({ error: { code: 'market_not_found' } })
    const { body } = await sim.alpha.order({ ticker: TICKER, price: '0.1000', exchange_index: 3, ...GTC })
    const id = body['order_id']
    expect((await sim.alpha.cancel(id)).status).toBe(404)
    expect((await sim.alpha.cancel(id, '?exchange_index=2')).status).toBe(404)
    expect((await sim.alpha.call('POST', `/portfolio/events/orders/${String(id)}/decrease`, { reduce_by: '0.50' })).status).toBe(404)
    expect((await sim.alpha.cancel(id, `?market_ticker=${TICKER}`)).status).toBe(200)
  })

  it('moves a replayed transfer once', async () => {
    const key = { client_transfer_id: '5d937db7-0c71-43cb-8b60-b56a4387af64' }
    expect((await move(100, key)).status).toBe(200)
    expect((await move(100, key)).status).toBe(409)
    expect(await breakdown()).toContainEqual({ balance: '1.0000', exchange_index: 3 })
  })
})

describe('a target allocation', () => {
  it('moves free cash every ten seconds, in the percentages asked for', async () => {
    const settings = { max_skew_ms: 10_000_000_000_000 }
    const sim = await RunningSim.start({
      ...kalshiScenario({ settings, event: { exchange_index: 3 } }),
      clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' },
    })
    const set = (percent: number): Promise<Reply> =>
      sim.alpha.call('POST', '/portfolio/target_balance_allocation', {
        allocations: [
          { exchange_index: 0, percent },
          { exchange_index: 3, percent: 25 },
        ],
      })
    expect((await set(70)).status).toBe(400)
    expect((await set(75)).status).toBe(200)
    const cash = async (): Promise<unknown> =>
      ((await sim.alpha.get('/portfolio/balance')).body['balance_breakdown'] as { balance: string }[]).map((each) => each.balance)
    await sim.event({ venue: 'clock', type: 'advance', ms: 9_999 })
    expect(await cash()).toEqual(['100.0000'])
    await sim.event({ venue: 'clock', type: 'advance', ms: 2 })
    expect(await cash()).toEqual(['75.0000', '25.0000'])
    await sim.stop()
  })
})

describe('a subaccount', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start()
    await sim.alpha.call('POST', '/portfolio/subaccounts', {})
    await transfer({})
  })
  afterEach(() => sim.stop())

  const transfer = (fields: object): Promise<Reply> =>
    sim.alpha.call('POST', '/portfolio/subaccounts/transfer', {
      client_transfer_id: crypto.randomUUID(),
      from_subaccount: 0,
      to_subaccount: 1,
      amount_cents: 500,
      ...fields,
    })

  it('has cash, orders and positions of its own', async () => {
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00', subaccount: 1 })).body).toMatchObject({
      fill_count: '3.00',
    })
    expect((await sim.alpha.order({ ticker: OTHER, price: '0.9000', count: '9.00', subaccount: 1 })).body).toMatchObject({
      error: { code: 'insufficient_balance' },
    })
    expect((await sim.alpha.get('/portfolio/positions')).body['market_positions']).toEqual([])
    expect((await sim.alpha.get('/portfolio/positions?subaccount=1')).body['market_positions']).toMatchObject([{ position_fp: '3.00' }])
    expect((await sim.alpha.get('/portfolio/fills')).body['fills']).toMatchObject([{ subaccount_number: 1 }])
    expect((await sim.alpha.get('/portfolio/fills?subaccount=0')).body['fills']).toEqual([])
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe('95.0000')
    await sim.event({ venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'yes' })
    expect((await sim.alpha.get('/portfolio/balance?subaccount=1')).body['balance_dollars']).toBe('6.3875')
    expect((await sim.alpha.get('/portfolio/settlements?subaccount=1')).body['settlements']).toHaveLength(1)
  })

  it('reserves for its own orders alone', async () => {
    await sim.alpha.order({ ticker: OTHER, price: '0.5000', count: '9.00', subaccount: 1, ...GTC })
    const rest = { ticker: OTHER, price: '0.5000', count: '180.00', ...GTC }
    expect((await sim.alpha.order(rest)).status).toBe(201)
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe('5.0000')
    expect((await sim.alpha.get('/portfolio/balance?subaccount=1')).body['balance_dollars']).toBe('0.5000')
  })

  it('moves cents between existing subaccounts only', async () => {
    expect((await transfer({ to_subaccount: 9 })).status).toBe(400)
    expect((await transfer({ amount_cents: 0 })).status).toBe(400)
    expect((await transfer({ from_subaccount: 1, to_subaccount: 0, amount_cents: 501 })).body).toMatchObject({
      error: { code: 'insufficient_balance' },
    })
    expect((await sim.alpha.get('/portfolio/subaccounts/transfers')).body['transfers']).toMatchObject([
      { amount_cents: 500, to_subaccount: 1 },
    ])
    expect((await sim.alpha.get('/portfolio/subaccounts/balances')).body['subaccount_balances']).toMatchObject([
      { balance: '95.0000' },
      { balance: '5.0000' },
    ])
  })
})

describe('collateral return', () => {
  const buyNo = (sim: RunningSim, ticker: string, yesPrice: string): Promise<Reply> =>
    sim.alpha.order({ ticker, side: 'ask', price: yesPrice, count: '10.00' })
  const cash = async (sim: RunningSim): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_dollars']
  const start = async (kind: string, on: boolean): Promise<RunningSim> => {
    const event = { collateral_return_type: kind, mutually_exclusive: kind === 'MECNET' }
    const sim = await RunningSim.start(kalshiScenario({ event, series: { fee_multiplier: 0 }, alpha: { collateral_return: on } }))
    for (const [ticker, price] of [
      [TICKER, '0.4000'],
      [OTHER, '0.3000'],
    ]) {
      await sim.event({ venue: 'kalshi', type: 'external_order', ticker, side: 'bid', price, count: '10.00' })
    }
    return sim
  }

  it('MECNET: NO at 0.60 and NO at 0.70 cost 0.30 together, and settlement pays the rest', async () => {
    const sim = await start('MECNET', true)
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'ask', price: '0.4000', count: '3.00' })
    await buyNo(sim, TICKER, '0.4000')
    await buyNo(sim, OTHER, '0.3000')
    const before = (await sim.alpha.get('/portfolio/positions')).body['market_positions'] as {
      position_fp: string
      market_exposure_dollars: string
    }[]
    const cost = before.reduce((sum, row) => sum + Number(row.market_exposure_dollars), 0)
    const guaranteed = Math.min(...before.map((row) => Math.abs(Number(row.position_fp))))
    expect(Number(await cash(sim))).toBeCloseTo(100 - cost + guaranteed, 4)
    await sim.event({ venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'yes' })
    await sim.event({ venue: 'kalshi', type: 'settle', ticker: OTHER, result: 'no' })
    const paid = Math.abs(Number(before.find((row) => row.position_fp === '-10.00')?.position_fp))
    expect(Number(await cash(sim))).toBeCloseTo(100 - cost + paid, 4)
    await sim.stop()
  })

  it('is off unless the account has it', async () => {
    const sim = await start('MECNET', false)
    await buyNo(sim, OTHER, '0.3000')
    expect(await cash(sim)).toBe('93.0000')
    await sim.alpha.call('PUT', '/portfolio/subaccounts/netting', { subaccount_number: 0, enabled: true })
    expect((await sim.alpha.get('/portfolio/subaccounts/netting')).body['netting_configs']).toMatchObject([{ enabled: true }])
    await sim.stop()
  })

  it('DIRECNET: YES of the easier and NO of the harder threshold pay at least one', async () => {
    const sim = await start('DIRECNET', true)
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '3.00' })
    const before = Number(await cash(sim))
    await sim.alpha.order({ ticker: OTHER, side: 'ask', price: '0.3000', count: '3.00' })
    expect(Number(await cash(sim))).toBeCloseTo(before - 2.1 + 3, 4)
    await sim.stop()
  })

  it('DIRECNET: NO of both thresholds may both lose and guarantee nothing', async () => {
    const sim = await start('DIRECNET', true)
    await buyNo(sim, OTHER, '0.3000')
    await buyNo(sim, TICKER, '0.4000')
    const positions = (await sim.alpha.get('/portfolio/positions')).body['market_positions'] as { market_exposure_dollars: string }[]
    const cost = positions.reduce((sum, row) => sum + Number(row.market_exposure_dollars), 0)
    expect(Number(await cash(sim))).toBeCloseTo(100 - cost, 4)
    await sim.stop()
  })
})
