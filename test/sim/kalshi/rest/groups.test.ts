import type { Reply } from '../../support/client'
import { kalshiScenario, OTHER, RunningSim } from '../../support/running'

const GTC = { time_in_force: 'good_till_canceled' }
const MANUAL = { clock: { mode: 'manual', start: '2026-11-02T00:00:00Z' } }

describe('an order group', () => {
  let sim: RunningSim
  beforeEach(async () => {
    sim = await RunningSim.start({ ...kalshiScenario({ settings: { max_skew_ms: 10_000_000_000_000 } }), ...MANUAL })
  })
  afterEach(() => sim.stop())

  const create = async (limit: number): Promise<string> =>
    String((await sim.alpha.call('POST', '/portfolio/order_groups/create', { contracts_limit: limit })).body['order_group_id'])
  const place = (group: string, fields: object = {}): Promise<Reply> =>
    sim.alpha.order({ ticker: OTHER, price: '0.5000', count: '2.00', order_group_id: group, ...GTC, ...fields })
  const sell = (count: string): Promise<unknown> =>
    sim.event({ venue: 'kalshi', type: 'external_order', ticker: OTHER, side: 'ask', price: '0.5000', count })
  const state = async (group: string): Promise<Record<string, unknown>> => (await sim.alpha.get(`/portfolio/order_groups/${group}`)).body
  const advance = (ms: number): Promise<unknown> => sim.event({ venue: 'clock', type: 'advance', ms })

  it('triggers at its limit: its orders are cancelled, new ones refused until a reset', async () => {
    const group = await create(3)
    for (const _ of ['first', 'second', 'third']) await place(group)
    expect((await state(group))['orders']).toHaveLength(3)
    await sell('3.00')
    expect(await state(group)).toEqual({ is_auto_cancel_enabled: false, contracts_limit_fp: '3.00', exchange_index: 0, orders: [] })
    expect((await sim.alpha.get('/portfolio/orders?status=resting')).body['orders']).toEqual([])
    expect((await place(group)).body).toMatchObject({ error: { code: 'invalid_order', details: 'order group is triggered' } })
    await sim.alpha.call('PUT', `/portfolio/order_groups/${group}/reset`, {})
    expect((await place(group)).status).toBe(201)
  })

  it('counts over fifteen seconds that roll', async () => {
    const group = await create(3)
    for (const _ of ['first', 'second']) await place(group)
    await sell('2.00')
    await advance(15_001)
    await sell('2.00')
    expect((await state(group))['is_auto_cancel_enabled']).toBe(true)
    await place(group)
    await advance(14_000)
    await sell('1.00')
    expect((await state(group))['is_auto_cancel_enabled']).toBe(false)
  })

  it('stops a sweep in the middle', async () => {
    const group = await create(1)
    for (const _ of ['first', 'second', 'third']) await sell('1.00')
    const { body } = await place(group, { count: '3.00', time_in_force: 'immediate_or_cancel' })
    expect(body).toMatchObject({ fill_count: '1.00', remaining_count: '0.00' })
  })

  it('triggers when its limit is lowered to what was filled, and goes with its orders', async () => {
    const group = await create(5)
    for (const _ of ['first', 'second']) await place(group)
    await sell('2.00')
    await sim.alpha.call('PUT', `/portfolio/order_groups/${group}/limit`, { contracts_limit: 2 })
    expect((await state(group))['is_auto_cancel_enabled']).toBe(false)
    const other = await create(5)
    await place(other)
    expect((await sim.alpha.call('DELETE', `/portfolio/order_groups/${other}`)).status).toBe(200)
    expect((await sim.alpha.get('/portfolio/orders?status=resting')).body['orders']).toEqual([])
    expect((await sim.alpha.get(`/portfolio/order_groups/${other}`)).status).toBe(404)
  })

  it('belongs to its account, and has a limit between one and a million', async () => {
    const group = await create(5)
    expect((await sim.beta.get(`/portfolio/order_groups/${group}`)).status).toBe(404)
    expect((await sim.beta.order({ ticker: OTHER, order_group_id: group })).status).toBe(400)
    for (const limit of [0, 1_000_001])
      expect((await sim.alpha.call('POST', '/portfolio/order_groups/create', { contracts_limit: limit })).status).toBe(400)
  })
})
