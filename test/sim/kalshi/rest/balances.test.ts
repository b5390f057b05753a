import { kalshiScenario, RunningSim, TICKER } from '../../support/running'
import type { Reply } from '../../support/client'

const ALLOCATION = '/portfolio/target_balance_allocation'
let sim: RunningSim
const begin = async (scenario = kalshiScenario()): Promise<void> => void (sim = await RunningSim.start(scenario))
afterEach(() => sim.stop())

describe('a target allocation', () => {
  const set = (allocations: unknown): Promise<Reply> => sim.alpha.call('POST', ALLOCATION, { allocations })

  it('that was never set is an empty list, and so is one that was ended by an empty list', async () => {
    await begin()
    expect((await sim.alpha.get(ALLOCATION)).body).toEqual({ allocations: [], resting_margin_reservation: 'max' })
    const all = [{ exchange_index: 0, percent: 100 }]
    expect((await set(all)).status).toBe(200)
    expect((await sim.alpha.get(ALLOCATION)).body).toMatchObject({ allocations: all })
    expect((await set([])).status).toBe(200)
    expect((await sim.alpha.get(ALLOCATION)).body).toMatchObject({ allocations: [] })
  })

  it('must be a list that makes 100 otherwise', async () => {
    await begin()
    expect((await set([{ exchange_index: 0, percent: 99 }])).status).toBe(400)
    expect((await set(undefined)).status).toBe(400)
  })

  it('that was ended moves nothing any more', async () => {
    const settings = { max_skew_ms: 10_000_000_000_000 }
    await begin({ ...kalshiScenario({ settings }), clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } })
    await set([
      { exchange_index: 0, percent: 0 },
      { exchange_index: 3, percent: 100 },
    ])
    await set([])
    await sim.event({ venue: 'clock', type: 'advance', ms: 20_001 })
    expect((await sim.alpha.get('/portfolio/balance')).body['balance_breakdown']).toEqual([{ exchange_index: 0, balance: '100.0000' }])
  })
})

describe('a balance', () => {
  it('is the sum of what its shards tell, each cut off to the grid', async () => {
    const balances = [{ exchange_index: 3, balance_dollars: '20.000067' }]
    await begin(kalshiScenario({ alpha: { balance_dollars: '10.000067', balances } }))
    expect((await sim.alpha.get('/portfolio/balance')).body).toMatchObject({
      balance: 3_000,
      balance_dollars: '30.0000',
      balance_breakdown: [
        { exchange_index: 0, balance: '10.0000' },
        { exchange_index: 3, balance: '20.0000' },
      ],
    })
  })

  it('tells one shard at least: of a subaccount without cash, and of a shard without any', async () => {
    await begin()
    const nothing = { balance: 0, balance_dollars: '0.0000' }
    expect((await sim.alpha.get('/portfolio/balance?exchange_index=3')).body).toMatchObject({
      ...nothing,
      balance_breakdown: [{ exchange_index: 3, balance: '0.0000' }],
    })
    await sim.alpha.call('POST', '/portfolio/subaccounts', {})
    expect((await sim.alpha.get('/portfolio/balance?subaccount=1')).body).toMatchObject({
      ...nothing,
      balance_breakdown: [{ exchange_index: 0, balance: '0.0000' }],
    })
    expect((await sim.alpha.order({ ticker: TICKER, price: '0.5200' })).status).toBe(201)
  })
})
