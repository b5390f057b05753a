import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openControl, type ControlServer } from '../../../src/sim/control'
import { loadScenario } from '../../../src/sim/scenario'
import { World } from '../../../src/sim/world'
import { makeKey, RestClient, StreamClient, type KeyPair, type Signer } from './client'

const ALPHA_KEY = 'a1b2c3d4-0000-4000-8000-000000000001'
const BETA_KEY = 'a1b2c3d4-0000-4000-8000-000000000002'
const keys: { alpha: KeyPair; beta: KeyPair } = { alpha: makeKey('rsa'), beta: makeKey('ed25519') }

export const TICKER = 'KXU3-25MAR-T4.0'
export const OTHER = 'KXU3-25MAR-T4.1'

interface MarketOverrides {
  readonly [field: string]: unknown
}

const market = (ticker: string, overrides: MarketOverrides = {}): Record<string, unknown> => ({
  ticker,
  title: `Above ${ticker.slice(-3)}%`,
  status: 'active',
  open_time: '-1d',
  close_time: '+1d',
  price_level_structure: 'linear_cent',
  strike_type: 'greater',
  floor_strike: Number(ticker.slice(-3)),
  ...overrides,
})

/** Two accounts, two markets; the first has outside bids at 0.47 and an ask at 0.52, as in the recorded session. */
export function kalshiScenario(
  overrides: { settings?: object; event?: object; first?: MarketOverrides; series?: object; alpha?: object } = {},
): Record<string, unknown> {
  const book = { yes: [['0.4700', '3.00']], no: [['0.4800', '3.00']] }
  const account = (account_id: string, key_id: string, more: object = {}): Record<string, unknown> => ({
    account_id,
    usage_tier: 'prestige',
    balance_dollars: '100.0000',
    api_keys: [{ key_id, public_key_file: `${account_id}.pub.pem` }],
    ...more,
  })
  return {
    schema_version: 1,
    seed: 42,
    kalshi: {
      settings: { ...overrides.settings },
      accounts: [account('alpha', ALPHA_KEY, overrides.alpha), account('beta', BETA_KEY)],
      series: [
        { ticker: 'KXU3', title: 'Unemployment', category: 'Economics', frequency: 'monthly', fee_type: 'quadratic', ...overrides.series },
      ],
      events: [
        {
          event_ticker: 'KXU3-25MAR',
          series_ticker: 'KXU3',
          title: 'Unemployment rate in March?',
          markets: [market(TICKER, { book, ...overrides.first }), market(OTHER)],
          ...overrides.event,
        },
      ],
    },
  }
}

export interface ScenarioFolder {
  readonly directory: string
  readonly file: string
  remove(): void
}

/** A folder with the scenario, its public keys and other files. */
export function writeScenario(scenario: unknown, files: Readonly<Record<string, string>> = {}): ScenarioFolder {
  const directory = mkdtempSync(join(tmpdir(), 'crossbook-sim-'))
  writeFileSync(join(directory, 'alpha.pub.pem'), keys.alpha.publicPem)
  writeFileSync(join(directory, 'beta.pub.pem'), keys.beta.publicPem)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  const file = join(directory, 'scenario.json')
  writeFileSync(file, JSON.stringify(scenario))
  return { directory, file, remove: () => rmSync(directory, { recursive: true, force: true }) }
}

export const ALPHA: Signer = { keyId: ALPHA_KEY, privateKey: keys.alpha.privateKey }
export const BETA: Signer = { keyId: BETA_KEY, privateKey: keys.beta.privateKey }

const running = new Set<RunningSim>()
/** Whatever a test left open, also one that failed: nothing may keep jest alive. */
afterAll(() => Promise.all([...running].map((sim) => sim.stop())))

/** A simulator in this process, on ports of its own. */
export class RunningSim {
  readonly alpha: RestClient
  readonly beta: RestClient
  readonly anyone: RestClient
  readonly #streams: StreamClient[] = []

  private constructor(
    readonly world: World,
    readonly control: ControlServer,
    readonly restUrl: string,
    readonly wsUrl: string,
    readonly ibkrPort: number,
    private readonly folder: ScenarioFolder | null,
  ) {
    this.alpha = new RestClient(restUrl, ALPHA)
    this.beta = new RestClient(restUrl, BETA)
    this.anyone = new RestClient(restUrl, null)
    running.add(this)
  }

  static async start(scenario: unknown = kalshiScenario(), files: Readonly<Record<string, string>> = {}): Promise<RunningSim> {
    const folder = writeScenario(scenario, files)
    return RunningSim.startIn(folder, null, folder)
  }

  static async startIn(folder: ScenarioFolder, state: string | null, owned: ScenarioFolder | null = null): Promise<RunningSim> {
    const loaded = loadScenario(folder.file, Date.now())
    const world = new World(loaded, state, loaded.scenario.seed)
    const { kalshi, ibkr } = await world.listen({ host: '127.0.0.1', kalshiPort: 0, ibkrPort: 0 })
    const control = await openControl(world, '127.0.0.1', 0)
    world.start()
    const { rest_url, ws_url } = (kalshi ?? { rest_url: '', ws_url: '' }) as { rest_url: string; ws_url: string }
    return new RunningSim(world, control, rest_url, ws_url, (ibkr as { port: number } | undefined)?.port ?? 0, owned)
  }

  async stream(signer: Signer = ALPHA): Promise<StreamClient> {
    const stream = await StreamClient.open(this.wsUrl, signer)
    this.#streams.push(stream)
    return stream
  }

  /** A control event through its endpoint. */
  async event(event: Record<string, unknown>): Promise<{ status: number; body: { error?: string } }> {
    const response = await fetch(`${this.control.url}/events`, {
      method: 'POST',
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(20_000),
    })
    return { status: response.status, body: (await response.json()) as { error?: string } }
  }

  fault = (name: string, more: Record<string, unknown> = {}): Promise<unknown> =>
    this.event({ venue: 'kalshi', type: 'fault', name, ...more })

  async state<T>(): Promise<T> {
    return (await (await fetch(`${this.control.url}/state`, { signal: AbortSignal.timeout(20_000) })).json()) as T
  }

  async stop(): Promise<void> {
    if (!running.delete(this)) return
    for (const stream of this.#streams) stream.close()
    await this.control.close()
    await this.world.close()
    this.folder?.remove()
  }
}

/** Polls until `look` gives something. */
export async function eventually<T>(look: () => Promise<T | null> | T | null, limitMs = 20_000): Promise<T> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > deadline) throw new Error(`nothing within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
