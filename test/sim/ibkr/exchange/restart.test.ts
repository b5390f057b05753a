import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mulberry32 } from '../../../../src/core/random'
import { compileSim, SimProcess, type CompiledSim } from '../../support/process'
import { writeScenario } from '../../support/running'
import { contract, IbClient, NO, order, section, stopAll, YES } from '../rig'
import { executions, RESTING, SEED, stopVenues, trading, type Execution, type State } from './rig'

afterEach(async () => {
  await stopAll()
  await stopVenues()
})

/** What a client does that meets many of the faults by chance. */
async function session(seed: number): Promise<readonly string[]> {
  const rig = await trading()
  const random = mulberry32(seed)
  for (const name of ['duplicate_status', 'status_reordered', 'partial:3', 'correction', 'cancel_late', 'commission_late', 'warning:399'])
    rig.arm(name, { probability: 0.3 })
  for (let n = 0; n < 20; n++) {
    const conId = random() % 2 === 0 ? YES : NO
    await rig.place(rig.id + n, { totalQuantity: 1 + (random() % 20), lmtPrice: (40 + (random() % 25)) / 100, tif: 'DAY' }, conId)
    if (random() % 3 === 0) rig.client.api.cancelOrder(rig.id + n)
    if (random() % 3 === 0) rig.event('external_order', { con_id: conId, price: '0.45', size: 7 })
    rig.clock.advance(random() % 500)
  }
  await rig.client.end('execDetailsEnd', () => rig.client.api.reqExecutions(31, {}))
  await rig.client.end('completedOrdersEnd', () => rig.client.api.reqCompletedOrders(true))
  expect(rig.state().violations).toEqual([])
  return rig.sent
}

describe('determinism', () => {
  it('the same seed and the same inputs give the same bytes', async () => {
    const first = await session(SEED)
    expect(first.length).toBeGreaterThan(200)
    expect(await session(SEED)).toEqual(first)
  })
})

describe('kill -9', () => {
  let built: CompiledSim
  let state: string
  let sim: SimProcess
  beforeAll(() => {
    built = compileSim()
  })
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'crossbook-sim-kill-'))
  })
  afterEach(() => {
    sim.child.kill('SIGKILL')
    rmSync(state, { recursive: true, force: true })
  })
  afterAll(() => built.remove())

  it('at a random execution: nothing that was told is lost, and nothing is there twice', async () => {
    const { accounts, contracts } = section()
    const folder = writeScenario({ schema_version: 1, ibkr: { accounts, contracts: contracts.map(deep) } })
    const begin = async () => {
      sim = SimProcess.start(built, ['--scenario', folder.file, '--state', state])
      const { ibkr, control } = await sim.ready()
      const client = new IbClient(ibkr.port)
      return { client, id: await client.up(), control }
    }
    const random = mulberry32(SEED)
    const told = new Map<string, Execution>()
    for (let round = 0; round < 4; round++) {
      const { client, id } = await begin()
      for (let n = 0; n < 12; n++)
        client.api.placeOrder(id + n, contract(YES), order(n % 4 === 3 ? RESTING : { totalQuantity: 2, lmtPrice: 0.99 }))
      await client.wait('execDetails', () => client.of('execDetails').length > random() % 8)
      sim.child.kill('SIGKILL')
      await sim.exited
      for (const execution of executions(client)) told.set(execution.execId, execution)
      client.close()
    }
    const { client, control } = await begin()
    await client.end('execDetailsEnd', () => client.api.reqExecutions(31, {}))
    const read = executions(client)
    expect(told.size).toBeGreaterThan(0)
    expect(new Set(read.map(({ execId }) => execId)).size).toBe(read.length)
    expect(read.map(({ execId }) => execId)).toEqual(expect.arrayContaining([...told.keys()]))
    const { ibkr } = (await (await fetch(`${control.url}/state`)).json()) as { ibkr: State }
    expect(ibkr).toMatchObject({ violations: [], positions: [{ con_id: YES, size: read.reduce((sum, { shares }) => sum + shares, 0) }] })
    folder.remove()
  }, 60_000)
})

/** Deep enough that nothing runs out. */
const deep = (question: ReturnType<typeof section>['contracts'][number]): object => ({
  ...question,
  no: { ...question.no, bids: [['0.42', 1000]] },
})
