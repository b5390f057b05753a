import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RestClient } from './support/client'
import { compileSim, SimProcess, type CompiledSim } from './support/process'
import { ALPHA, kalshiScenario, OTHER, writeScenario, type ScenarioFolder } from './support/running'

jest.setTimeout(60_000)

describe('the process', () => {
  let built: CompiledSim
  let folder: ScenarioFolder
  let state: string
  const started: SimProcess[] = []
  beforeAll(() => {
    built = compileSim()
    folder = writeScenario(kalshiScenario())
    state = mkdtempSync(join(tmpdir(), 'crossbook-sim-state-'))
  })
  afterEach(() => Promise.all(started.splice(0).map((sim) => sim.kill('SIGKILL'))))
  afterAll(() => {
    built.remove()
    folder.remove()
    rmSync(state, { recursive: true, force: true })
  })

  const start = (...args: string[]): SimProcess => {
    const sim = SimProcess.start(built, args)
    started.push(sim)
    return sim
  }

  it('says where it listens in one line, and stops cleanly', async () => {
    const sim = start('--scenario', folder.file)
    const ready = await sim.ready()
    expect(ready).toEqual({
      event: 'ready',
      kalshi: {
        rest_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/trade-api\/v2$/),
        ws_url: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\/trade-api\/ws\/v2$/),
      },
      control: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    })
    expect(await sim.kill('SIGTERM')).toEqual({ code: 0, signal: null })
    expect(sim.stdout.trim().split('\n')).toHaveLength(1)
  })

  it.each([
    [['--scenario', '/nowhere/scenario.json'], 'the scenario file cannot be read'],
    [[], '--scenario FILE is missing'],
    [['--scenario', 'x', '--speed', '3'], 'Unknown option'],
  ])('ends with 2 and one sentence on %j', async (args, sentence) => {
    const sim = start(...args)
    expect((await sim.exited).code).toBe(2)
    expect(sim.stderr).toContain(sentence)
    expect(sim.stderr.trim().split('\n')).toHaveLength(1)
  })

  it('keeps every acknowledged order through kill -9', async () => {
    const first = start('--scenario', folder.file, '--state', state)
    const client = new RestClient((await first.ready()).kalshi.rest_url, ALPHA)
    const acknowledged: string[] = []
    const sending = Array.from({ length: 40 }, async (_, n) => {
      const reply = await client.order({ ticker: OTHER, price: '0.0100', time_in_force: 'good_till_canceled', client_order_id: `n${n}` })
      if (reply.status === 201) acknowledged.push(String(reply.body['order_id']))
      if (acknowledged.length === 15) first.child.kill('SIGKILL')
    })
    await Promise.allSettled(sending)
    expect((await first.exited).signal).toBe('SIGKILL')
    expect(acknowledged.length).toBeGreaterThanOrEqual(15)
    const second = start('--scenario', folder.file, '--state', state)
    const after = new RestClient((await second.ready()).kalshi.rest_url, ALPHA)
    const { orders } = (await after.get('/portfolio/orders?status=resting')).body as { orders: { order_id: string }[] }
    expect(orders.map((order) => order.order_id)).toEqual(expect.arrayContaining(acknowledged))
  })
})
