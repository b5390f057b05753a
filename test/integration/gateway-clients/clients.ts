import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compileSim, SimProcess, type CompiledSim } from '../../sim/support/process'

/** The simulated gateway as a process, and the clients of others in front of it. */

const ROOT = join(__dirname, '../../..')
const REQUIREMENTS = join(__dirname, 'requirements.txt')
/** 30 MB from the package index, on a slow line. */
export const INSTALL_MS_MAX = 240_000
/** A course takes some seconds; one that hangs is stopped. */
const COURSE_MS_MAX = 55_000

export const YES = 800001
export const NO = 800002

/** The version of python3, or null when there is none: the clients of others are then not tested. */
export function pythonVersion(): string | null {
  const found = spawnSync('python3', ['--version'], { encoding: 'utf8' })
  return found.status === 0 ? found.stdout.trim() : null
}

/** The clients, installed into a folder of .crossbook that is kept for later runs; pip is all it takes. @returns the folder. */
export function installClients(version: string): string {
  const key = createHash('sha256').update(version).update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 16)
  const directory = join(ROOT, '.crossbook', 'gateway-clients', `site-${key}`)
  const complete = join(directory, 'complete')
  if (existsSync(complete)) return directory
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary', ':all:']
  const install = ['-m', 'pip', 'install', ...quiet, '--target', directory, '--require-hashes', '-r', REQUIREMENTS]
  execFileSync('python3', install, { stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_MS_MAX })
  writeFileSync(complete, '')
  return directory
}

/** YES 0.56/0.58 and NO 0.42/0.44, with 10 000 dollars; `noSize` is what the ask of YES offers. */
const scenario = (settings: object, noSize: number): object => ({
  schema_version: 1,
  seed: 7,
  ibkr: {
    settings: { max_messages_per_second: 1000, ...settings },
    accounts: [{ account: 'DU1234567', cash: '10000.00' }],
    contracts: [
      {
        ...{ symbol: 'FF', trading_class: 'FF', under_con_id: 658663572, long_name: 'US Fed Funds Target Rate' },
        ...{ last_trade_date: '20301209', time_zone: 'US/Central', strike: '3.625' },
        yes: { con_id: YES, local_symbol: "FF Dec09'30 3.625 YES", bids: [['0.56', 40]] },
        no: { con_id: NO, local_symbol: "FF Dec09'30 3.625 NO", bids: [['0.42', noSize]] },
      },
    ],
  },
})

export interface RunningGateway {
  readonly port: number
  readonly control: string
}

/** Compiled once for all gateways of a test file. */
export class Gateways {
  readonly #built: CompiledSim = compileSim()
  readonly #folder = mkdtempSync(join(tmpdir(), 'crossbook-gateway-clients-'))
  readonly #running: SimProcess[] = []

  async start(settings: object = {}, noSize = 30): Promise<RunningGateway> {
    const file = join(this.#folder, `scenario-${this.#running.length}.json`)
    writeFileSync(file, JSON.stringify(scenario(settings, noSize)))
    const sim = SimProcess.start(this.#built, ['--scenario', file])
    this.#running.push(sim)
    const { ibkr, control } = await sim.ready()
    return { port: ibkr.port, control: control.url }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((sim) => sim.kill('SIGTERM')))
    this.#built.remove()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Runs a script of this folder. @returns the JSON it prints. @throws Error with what it said when it fails. */
export async function runScript(clients: string, script: string, args: readonly (string | number)[]): Promise<unknown> {
  const child = spawn('python3', ['-B', join(__dirname, script), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONPATH: clients },
    timeout: COURSE_MS_MAX,
  })
  let out = ''
  let errors = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  child.stderr.on('data', (data: Buffer) => (errors += data.toString()))
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${errors}`)
  return JSON.parse(out)
}
