import { kalshiScenario, RunningSim, TICKER } from '../support/running'
import { control } from './ws/rig'

let sim: RunningSim
beforeEach(async () => {
  sim = await RunningSim.start()
  await sim.alpha.order({ ticker: TICKER, price: '0.5200', count: '2.00' })
})
afterEach(() => sim.stop())
const outcome = (type: string, result: string, more: object = {}) => sim.event(control(type, { ticker: TICKER, result, ...more }))
const balance = async (): Promise<unknown> => (await sim.alpha.get('/portfolio/balance')).body['balance_dollars']

it('a settlement that was paid is paid by another result, in cash and in its record', async () => {
  expect((await outcome('amend_settlement', 'yes')).body.error).toContain('only a settlement that was paid can be amended')
  await outcome('settle', 'yes')
  expect(await balance()).toBe('100.9250')
  await outcome('amend_settlement', 'scalar', { settlement_value_dollars: '0.3333' })
  expect(await balance()).toBe('99.5850')
  const [record] = (await sim.alpha.get('/portfolio/settlements')).body['settlements'] as object[]
  expect(record).toMatchObject({ market_result: 'scalar', revenue: 66, fee_cost: '0.041600' })
  const told = { status: 'finalized', result: 'scalar', settlement_value_dollars: '0.3333' }
  expect((await sim.anyone.get(`/markets/${TICKER}`)).body['market']).toMatchObject(told)
  await outcome('amend_settlement', 'yes')
  expect(await balance()).toBe('100.9250')
  expect((await outcome('amend_settlement', 'yes')).body.error).toBe(`${TICKER} is settled as yes already`)
})

it('a market that settled before the historical cutoff is in the archive alone', async () => {
  const archive = await RunningSim.start(kalshiScenario({ settings: { historical_cutoff: '+1h' } }))
  expect((await archive.anyone.get(`/markets/${TICKER}`)).status).toBe(200)
  await archive.event(control('settle', { ticker: TICKER, result: 'yes' }))
  expect((await archive.anyone.get(`/markets/${TICKER}`)).status).toBe(404)
  expect((await archive.anyone.get(`/historical/markets/${TICKER}`)).status).toBe(200)
  await archive.stop()
})
