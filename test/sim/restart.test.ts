import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kalshiScenario, RunningSim, TICKER, writeScenario, type ScenarioFolder } from './support/running'

describe('a restart with --state', () => {
  let state: string
  let folder: ScenarioFolder
  let sim: RunningSim
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'crossbook-sim-state-'))
  })
  afterEach(async () => {
    await sim.stop()
    folder.remove()
    rmSync(state, { recursive: true, force: true })
  })

  async function begin(scenario: unknown): Promise<void> {
    folder = writeScenario(scenario)
    sim = await RunningSim.startIn(folder, state)
  }
  async function again(scenario?: unknown): Promise<void> {
    await sim.stop()
    if (scenario !== undefined) {
      folder.remove()
      folder = writeScenario(scenario)
    }
    sim = await RunningSim.startIn(folder, state)
  }

  it('keeps cash, positions, fills, resting orders, client ids and outside volume', async () => {
    await begin(kalshiScenario())
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'a' })
    await sim.alpha.order({ ticker: TICKER, price: '0.1000', client_order_id: 'b', time_in_force: 'good_till_canceled' })
    const read = async (): Promise<unknown[]> =>
      Promise.all(
        ['/portfolio/orders', '/portfolio/fills', '/portfolio/positions', `/markets/${TICKER}/orderbook`].map(
          async (path) => (await sim.alpha.get(path)).body,
        ),
      )
    const before = await read()
    await again()
    expect(await read()).toEqual(before)
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe('99.3625')
    expect((await sim.alpha.order({ ticker: TICKER, client_order_id: 'a' })).status).toBe(409)
    const next = await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'c' })
    expect((before[0] as { orders: { order_id: string }[] }).orders.map((order) => order.order_id)).not.toContain(next.body['order_id'])
  })

  it('only adds what is new in the scenario', async () => {
    await begin(kalshiScenario({ event: { markets: [{ ticker: TICKER, open_time: '-1d', close_time: '+1d' }] } }))
    await sim.event({ venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'no' })
    await again(kalshiScenario())
    const { body } = await sim.anyone.get('/markets')
    expect(body['markets']).toMatchObject([
      { ticker: TICKER, status: 'finalized' },
      { ticker: 'KXU3-25MAR-T4.1', status: 'active' },
    ])
  })

  const relisting = {
    ...kalshiScenario({ event: { relist: true } }),
    timeline: [{ at_ms: 3_600_000, venue: 'kalshi', type: 'settle', ticker: TICKER, result: 'yes' }],
  }

  it('lists a relisted event under the next suffix and settles what was left open', async () => {
    await begin(relisting)
    await sim.alpha.order({ ticker: TICKER, price: '0.5200', client_order_id: 'a' })
    await again()
    const { markets } = (await sim.anyone.get('/markets?status=open')).body as { markets: { ticker: string; event_ticker: string }[] }
    expect(markets.map((market) => market.ticker)).toEqual(['KXU3-25MAR.2-T4.0', 'KXU3-25MAR.2-T4.1'])
    expect((await sim.alpha.get('/portfolio/settlements')).body['settlements']).toMatchObject([
      { ticker: TICKER, market_result: 'yes', revenue: 100 },
    ])
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_dollars']).toBe('100.4625')
    await again()
    expect((await sim.anyone.get('/events/KXU3-25MAR.3')).status).toBe(200)
  })

  it('means the latest listing by the name in the scenario', async () => {
    await begin(relisting)
    await again()
    await sim.event({ venue: 'kalshi', type: 'external_order', ticker: TICKER, side: 'bid', price: '0.3000', count: '1.00' })
    const { body } = await sim.anyone.get('/markets/KXU3-25MAR.2-T4.0/orderbook')
    expect(body['orderbook_fp']).toMatchObject({
      yes_dollars: [
        ['0.3000', '1.00'],
        ['0.4700', '3.00'],
      ],
    })
  })
})
