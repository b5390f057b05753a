import { kalshiScenario, RunningSim, TICKER } from '../../support/running'

const SETTINGS = { rate_limits: true, max_skew_ms: 10_000_000_000_000 }
const MANUAL = { clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } }

/** Basic: 100 tokens of Write a second and no more at once, on every shard. */
describe('token buckets', () => {
  let sim: RunningSim
  beforeEach(async () => {
    const scenario = kalshiScenario({
      settings: SETTINGS,
      alpha: { usage_tier: 'basic', balances: [{ exchange_index: 1, balance_dollars: '0.00' }] },
    })
    sim = await RunningSim.start({ ...scenario, ...MANUAL })
  })
  afterEach(() => sim.stop())

  const item = {
    ticker: TICKER,
    side: 'bid',
    count: '1.00',
    price: '0.0100',
    time_in_force: 'good_till_canceled',
    self_trade_prevention_type: 'maker',
  }
  const batch = async (size: number): Promise<number> =>
    (await sim.alpha.call('POST', '/portfolio/events/orders/batched', { orders: Array.from({ length: size }, () => item) })).status
  const order = async (fields: object = {}): Promise<number> => (await sim.alpha.order({ ...item, ...fields })).status
  const times = async (count: number, call: () => Promise<number>): Promise<number[]> => {
    const statuses: number[] = []
    for (let at = 0; at < count; at++) statuses.push(await call())
    return statuses
  }

  it('a batch is billed for each item and fits as a whole or not at all', async () => {
    expect(await batch(11)).toBe(429)
    expect(await batch(10)).toBe(201)
    expect(await batch(1)).toBe(429)
    await sim.event({ venue: 'clock', type: 'advance', ms: 100 })
    expect(await batch(1)).toBe(201)
  })

  it('cancels cost two, creates ten', async () => {
    const cancel = async (): Promise<number> => (await sim.alpha.cancel('nobody')).status
    expect((await times(50, cancel)).every((status) => status === 404)).toBe(true)
    expect(await cancel()).toBe(429)
  })

  it('a named shard pays alone; an order that the venue routes is paid by every shard', async () => {
    expect((await times(10, () => order({ exchange_index: 0 }))).at(-1)).toBe(201)
    expect(await order({ exchange_index: 0 })).toBe(429)
    expect(await order({ exchange_index: 1 })).toBe(404)
    expect(await order()).toBe(429)
    await sim.event({ venue: 'clock', type: 'advance', ms: 100 })
    expect(await order()).toBe(201)
    expect(await order({ exchange_index: 0 })).toBe(429)
  })

  it('reads have a bucket of their own, and the costs are listed', async () => {
    await times(10, order)
    expect((await sim.alpha.get('/portfolio/orders')).status).toBe(200)
    const costs = (await sim.anyone.get('/account/endpoint_costs')).body
    expect(costs['default_cost']).toBe(10)
    expect(costs['endpoint_costs']).toContainEqual({ cost: 2, method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/batched' })
  })
})
