import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadScenario } from '../../../../src/sim/scenario'
import { World } from '../../../../src/sim/world'
import { writeScenario, type ScenarioFolder } from '../../support/running'
import { contract, IbClient, order, section, stopAll, until, YES } from '../rig'

const START = '2026-11-21T19:30:00Z'
const folders: ScenarioFolder[] = []
const worlds: World[] = []
let state = ''
beforeEach(() => void (state = mkdtempSync(join(tmpdir(), 'crossbook-ibkr-state-'))))
afterEach(async () => {
  await stopAll()
  await Promise.all(worlds.splice(0).map((world) => world.close()))
  for (const folder of folders.splice(0)) folder.remove()
  rmSync(state, { recursive: true, force: true })
})

async function open(seed: number, settings: object, directory: string | null = null): Promise<{ world: World; port: number }> {
  const folder = writeScenario({ schema_version: 1, clock: { mode: 'manual', start: START }, ibkr: section({ settings }) })
  folders.push(folder)
  const loaded = loadScenario(folder.file, Date.parse(START))
  const world = new World(loaded, directory, seed)
  worlds.push(world)
  const { ibkr } = await world.listen({ host: '127.0.0.1', kalshiPort: 0, ibkrPort: 0 })
  world.start()
  return { world, port: (ibkr as { port: number }).port }
}

/** Ten orders one after the other, of which chance rejects some and splits some, and one that comes back a minute later. */
async function course(seed: number, settings: object): Promise<readonly string[]> {
  const { world, port } = await open(seed, settings)
  world.apply({ venue: 'ibkr', type: 'fault', name: 'reject:201', probability: 0.3 })
  world.apply({ venue: 'ibkr', type: 'fault', name: 'partial:3', probability: 0.5 })
  const client = new IbClient(port)
  const first = await client.up()
  for (let n = 0; n < 10; n++) {
    client.api.placeOrder(first + n, contract(YES), order({ totalQuantity: 3, orderRef: `n${n}` }))
    await client.wait('orderStatus', ([, id, status]) => id === first + n && (status === 'Filled' || status === 'Inactive'))
  }
  world.apply({ venue: 'clock', type: 'advance', ms: 60_000 })
  await client.end('currentTime', () => client.api.reqCurrentTime())
  return world.wire.lines().map(({ at_ms, dir, text }) => `${at_ms} ${dir} ${text}`)
}

describe('the seed and the clock', () => {
  it('the same seed gives the same wire, token for token and at the same times; another seed another one', async () => {
    const [one, same, other] = [await course(5, {}), await course(5, {}), await course(6, {})]
    expect(one.length).toBeGreaterThan(80)
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('simulated time alone decides: the port stays closed until the clock is advanced', async () => {
    const { world, port } = await open(1, {})
    world.apply({ venue: 'ibkr', type: 'restart', ms: 60_000 })
    const early = new IbClient(port)
    early.api.connect()
    await early.waitCode(502)
    world.apply({ venue: 'clock', type: 'advance', ms: 60_000 })
    let client = new IbClient(port)
    client.api.connect()
    await until('somebody can connect', () => {
      if (client.of('nextValidId').length > 0) return true
      if (client.of('error').length > 0) {
        client = new IbClient(port)
        client.api.connect()
      }
      return false
    })
  })
})

describe('a restart of the simulator with --state', () => {
  it('order ids, resting orders, executions and positions go on', async () => {
    const { world, port } = await open(1, {}, state)
    const client = new IbClient(port)
    const first = await client.up()
    client.api.placeOrder(first, contract(YES), order())
    await client.wait('commissionReport')
    client.api.placeOrder(first + 1, contract(YES), order({ lmtPrice: 0.3, tif: 'GTC' }))
    await client.wait('orderStatus', ([, id, status]) => id === first + 1 && status === 'Submitted')
    await world.close()
    const again = new IbClient((await open(1, {}, state)).port)
    expect(await again.up()).toBe(first + 2)
    await again.end('openOrderEnd', () => again.api.reqOpenOrders())
    await again.end('execDetailsEnd', () => again.api.reqExecutions(31, {}))
    await again.end('positionEnd', () => again.api.reqPositions())
    expect([again.of('openOrder').length, again.of('execDetails').length, again.of('position').length]).toEqual([1, 1, 1])
    again.api.placeOrder(first - 1, contract(YES), order())
    await again.waitCode(103)
  })
})

describe('a scenario that is wrong', () => {
  it.each([
    [{ writes: 'sometimes' }, 'writes'],
    [{ depth: 'l3' }, 'depth'],
    [{ market_data_type: 5 }, 'market_data_type'],
    [{ readonly: true }, 'read_only'],
  ])('%j is one sentence that names the place', (settings, place) => {
    const ibkr = { settings, accounts: [{ account: 'DU1', cash: '1.00' }] }
    const folder = writeScenario({ schema_version: 1, ibkr })
    folders.push(folder)
    expect(() => loadScenario(folder.file, Date.parse(START))).toThrow(place)
  })

  it.each([
    [{ type: 'fault', name: 'market_data_refused' }, 'name the fault "market_data_refused:<code>"'],
    [{ type: 'fault', name: 'port_closed' }, 'needs a number "ms"'],
    [{ type: 'fault', name: 'drop', ending: 'slowly', once: true, probability: 1 }, '"ending"'],
    [{ type: 'drop', ending: 'slowly' }, '"ending" must be one of'],
    [{ type: 'restart' }, '"ms" must be a number'],
    [{ type: 'burst', frames: 0 }, '"frames" must be'],
    [{ type: 'manual_order', con_id: YES }, 'a manual order has'],
    [{ type: 'rain' }, 'unknown event type "rain"'],
  ])('%j is refused', async (event, sentence) => {
    const { world } = await open(1, {})
    expect(() => world.apply({ venue: 'ibkr', ...event })).toThrow(sentence)
  })
})
