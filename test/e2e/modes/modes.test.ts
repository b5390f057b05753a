import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { prepareScenario } from '../../../src/stack/scenario'
import { query } from '../../../src/stores/questdb/query'
import { configWith, shortScenario, Stack, temporaryData, type ReconcileJson } from '../stack'

/** Cold starts, with room for a machine that does something else beside. */
jest.setTimeout(300_000)
const UP_MS = 120_000
/** One question to QuestDB. */
const ANSWER_MS = 10_000
const LINES = 28
const SPEED = 60

interface Venues {
  readonly kalshi: { readonly rest_url: string; readonly ws_url: string }
  readonly ibkr: { readonly host: string; readonly port: number }
  readonly control: { readonly url: string }
}
interface SimState {
  readonly kalshi: {
    readonly accounts: readonly { readonly orders: readonly object[]; readonly ended_orders: readonly { client_order_id: string }[] }[]
  }
  readonly ibkr: { readonly open_orders: readonly object[]; readonly completed_orders: readonly { readonly orderRef: string }[] }
}
interface DrillJson {
  readonly outcome: string
  readonly reasons: readonly string[]
  readonly canaries: readonly {
    readonly venue: string
    readonly state: string
    readonly canary: { readonly clientOrderId: string } | null
  }[]
}
interface StatusJson {
  readonly feeds: readonly { readonly venue: string; readonly state: string }[]
}

const configOf = (mode: string, kalshi: string, forecastex: string, ...lines: string[]): string => {
  const folder = configWith(...lines)
  const file = path.join(folder, 'venues.yaml')
  const text = fs
    .readFileSync(file, 'utf8')
    .replace(/^mode: sim$/m, `mode: ${mode}`)
    .replace(/^kalshi:$/m, `kalshi:\n${kalshi}`)
    .replace(/^forecastex:$/m, `forecastex:\n${forecastex}`)
  fs.writeFileSync(file, text)
  return folder
}
const remove = (...folders: string[]): void => folders.forEach((folder) => fs.rmSync(folder, { recursive: true, force: true }))

async function rows<T extends object>(stack: Stack, query: string): Promise<readonly T[]> {
  const client = new Client({ connectionString: stack.endpoints().databaseUrl })
  await client.connect()
  return client
    .query<T>(query)
    .then(({ rows: found }) => found)
    .finally(() => client.end())
}

/** Verdict and mode of the finds that a gate refused, as the record has them. @throws while the record has no decisions yet */
async function refusedBy(stack: Stack, gate: string): Promise<readonly (readonly unknown[])[]> {
  const { httpUrl } = stack.endpoints().questdb ?? { httpUrl: '' }
  const asked = query(httpUrl, `SELECT DISTINCT verdict, mode FROM decisions WHERE reason = '${gate}'`, AbortSignal.timeout(ANSWER_MS))
  return (await asked).rows
}

describe('npm start with mode: demo, at venues that were there before it', () => {
  const dataDir = temporaryData()
  const simDir = temporaryData()
  const folder = shortScenario(LINES, SPEED)
  let venues: Venues
  let sim: ChildProcess
  let config = ''
  let stack: Stack

  beforeAll(async () => {
    const file = path.join(folder, 'scenario.json')
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('"relist":true', '"relist":false')) // its markets keep their names
    const scenario = prepareScenario(folder, simDir, path.join(__dirname, '..', '..', '..', 'config'))
    const main = path.join(__dirname, '..', '..', '..', 'dist', 'sim', 'main.js')
    sim = spawn(process.execPath, [main, '--scenario', scenario.scenarioFile, '--state', path.join(simDir, 'sim')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    venues = await new Promise((resolve, reject) => {
      sim.once('exit', (code) => reject(new Error(`the simulated venues ended with ${code}`)))
      createInterface({ input: sim.stdout as NodeJS.ReadableStream }).on('line', (line) => {
        if (line.includes('"ready"')) resolve(JSON.parse(line) as Venues)
      })
    })
    const { kalshi, ibkr } = venues
    const demo = `  demo: { account: mock, rest_url: '${kalshi.rest_url}', ws_url: '${kalshi.ws_url}', key_id: ${scenario.keyId}, private_key_file: ${scenario.privateKeyFile} }`
    const gateway = `  gateway: { host: ${ibkr.host}, port: ${ibkr.port}, account: ${scenario.ibkrAccount} }`
    config = configOf('demo', demo, gateway, `drill: { canaries: { kalshi: KXU3-25MAR-T4.0, forecastex: '710000001' } }`)
    stack = new Stack(dataDir, null, [], { CROSSBOOK_CONFIG: config })
    await stack.says('Where to look', UP_MS)
  })
  afterAll(async () => {
    await stack?.interrupt()
    sim.kill('SIGTERM')
    remove(dataDir, simDir, folder, config)
  })

  it('brings no venues of its own, sees both feeds, and takes the limits of config/limits.yaml once', async () => {
    expect(stack.hasSaid('simulated venues are up')).toBe(false)
    expect(stack.hasSaid('of config/limits.yaml are in force')).toBe(true)
    await stack.until('both feeds connected', UP_MS, async () =>
      (await stack.ask<StatusJson>('status')).feeds.every(({ state }) => state === 'connected'),
    )
  })

  it('opens its ledger with what both accounts have, and agrees with them', async () => {
    await stack.until('both accounts opened', UP_MS, async () => {
      const opened = await rows<{ id: string }>(stack, `select id from transfer where kind = 'deposit' and starts_with(id, 'opening:')`)
      return opened.length >= 2
    })
    const opened = await rows<{ id: string }>(stack, `select id from transfer where kind = 'deposit' order by id`)
    expect(opened.map(({ id }) => id)).toEqual(['opening:forecastex:DU1234567', 'opening:kalshi:mock'])
    const { venues: compared } = await stack.ask<ReconcileJson>('reconcile')
    expect(compared.map(({ venue, breaks }) => ({ venue, breaks }))).toEqual([
      { venue: 'kalshi', breaks: [] },
      { venue: 'forecastex', breaks: [] },
    ])
  })

  it('E27 rests its canaries at the venues themselves, and cancels them there', async () => {
    const drill = await stack.ask<DrillJson>('drill', 'kill')
    expect(drill).toMatchObject({ outcome: 'passed', reasons: [] })
    const [atKalshi, atForecastex] = drill.canaries.map(({ canary }) => canary?.clientOrderId)
    const { kalshi, ibkr } = (await (await fetch(`${venues.control.url}/state`)).json()) as SimState
    expect(kalshi.accounts.flatMap(({ ended_orders: ended }) => ended.map(({ client_order_id: id }) => id))).toContain(atKalshi)
    expect(ibkr.completed_orders.map(({ orderRef }) => orderRef)).toContain(atForecastex)
    expect([...kalshi.accounts.flatMap(({ orders }) => orders), ...ibkr.open_orders]).toEqual([])
  })
})

describe('npm start with mode: observe, on simulated feeds', () => {
  const dataDir = temporaryData()
  const scenario = shortScenario(LINES, SPEED)
  const config = configOf('observe', '  # -', '  # -')
  const stack = new Stack(dataDir, scenario, [], { CROSSBOOK_CONFIG: config })

  afterAll(async () => {
    await stack.interrupt()
    remove(dataDir, scenario, config)
  })

  it('sees margins, says that its mode trades nothing, and trades nothing', async () => {
    await stack.says('Where to look', UP_MS)
    await stack.until('a margin that only the mode refuses', UP_MS, async () => {
      const told = await stack.streaming<{ refusals: Readonly<Record<string, number>> }>()
      return (told?.refusals['mode trades'] ?? 0) > 0
    })
    await stack.until('that margin on record', UP_MS, async () => (await refusedBy(stack, 'mode trades')).length > 0)
    expect(await refusedBy(stack, 'mode trades')).toEqual([['refused', 'observe']])
    expect(await rows(stack, 'select trade_id from trade')).toEqual([])
    expect(await rows(stack, 'select client_order_id from paper_order')).toEqual([])
    const { kalshi, ibkr } = await stack.sim<SimState>('/state')
    const seen = [
      ...kalshi.accounts.flatMap(({ orders, ended_orders: ended }) => [...orders, ...ended]),
      ...ibkr.open_orders,
      ...ibkr.completed_orders,
    ]
    expect(seen).toEqual([])
  })
})
