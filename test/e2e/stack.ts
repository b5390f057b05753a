import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const ROOT = path.join(__dirname, '..', '..')
const EXAMPLE = path.join(ROOT, 'examples', 'first-trade')
const HEALTH_LIMIT_MS = 2_000
const POLL_MS = 200

/** The first scenario cut to its first lines and played `speed` times as fast as it was recorded. */
export function shortScenario(lines: number, speed: number): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-scenario-'))
  fs.cpSync(EXAMPLE, folder, { recursive: true })
  const prints = fs.readFileSync(path.join(EXAMPLE, 'prints.ndjson'), 'utf8').trimEnd().split('\n')
  fs.writeFileSync(path.join(folder, 'prints.ndjson'), `${prints.slice(0, lines).join('\n')}\n`)
  const scenario = JSON.parse(fs.readFileSync(path.join(EXAMPLE, 'scenario.json'), 'utf8')) as { tapes: { speed: number }[] }
  for (const tape of scenario.tapes) tape.speed = speed
  fs.writeFileSync(path.join(folder, 'scenario.json'), JSON.stringify(scenario))
  return folder
}

export interface Exit {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Where the parts of a running stack are. */
export interface Endpoints {
  readonly databaseUrl: string
  /** null: the stack keeps no record. */
  readonly questdb: { readonly httpUrl: string } | null
  readonly redisUrl: string
  readonly simControlUrl: string
  readonly streamingHealthPort: number
  readonly workerHealthPort: number
  readonly temporal: { readonly address: string }
  readonly forecastex: { readonly host: string; readonly port: number; readonly account: string }
}

/** `npm start` itself, on a data folder of its own. */
export class Stack {
  readonly #child: ChildProcess
  readonly #exit: Promise<Exit>
  readonly dataDir: string
  readonly #env: Readonly<Record<string, string | undefined>>
  #stderr = ''

  /** @param scenario null: of a mode whose venues are real ones */
  constructor(dataDir: string, scenario: string | null, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    this.dataDir = dataDir
    this.#env = { ...process.env, ...env, CROSSBOOK_DATA: dataDir }
    const command = ['start', '--silent', '--', ...(scenario === null ? [] : ['--scenario', scenario]), '--headless', ...args]
    this.#child = spawn('npm', command, { cwd: ROOT, env: this.#env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    this.#child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#stderr += chunk.toString()))
    this.#exit = new Promise((resolve) => this.#child.once('close', (code) => resolve({ code, stdout, stderr: this.#stderr })))
  }

  get stderr(): string {
    return this.#stderr
  }
  exited(): Promise<Exit> {
    return this.#exit
  }

  /** Ctrl-C as a terminal sends it to the stack. */
  async interrupt(): Promise<Exit> {
    const pid = this.stackPid()
    if (pid !== null) process.kill(pid, 'SIGINT')
    return this.#exit
  }

  /** Nobody reads its output any more. */
  stopReading(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  /** Everything that it has started, servers included. */
  pids(): readonly number[] {
    const folder = path.join(this.dataDir, 'run')
    const texts = fs.readdirSync(folder).map((file) => fs.readFileSync(path.join(folder, file), 'utf8'))
    return texts.flatMap((text) => (text.startsWith('{') ? ((JSON.parse(text) as { pid?: number }).pid ?? []) : []))
  }

  /** The stack's own process: npm stands between it and us. */
  stackPid(): number | null {
    return this.#owner()?.pid ?? null
  }
  #owner(): { readonly pid: number } | null {
    const file = path.join(this.dataDir, 'run', 'owner.json')
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as { pid: number }) : null
  }

  /** The pid of a process or server of the stack, by its pid file. */
  pidOf(name: string): number {
    const folder = path.join(this.dataDir, 'run')
    for (const file of fs.readdirSync(folder)) {
      const text = fs.readFileSync(path.join(folder, file), 'utf8')
      const owned = text.startsWith('{') ? (JSON.parse(text) as { name?: string; pid?: number }) : {}
      if (owned.name === name && owned.pid !== undefined) return owned.pid
    }
    throw new Error(`no pid file of ${name} in ${folder}`)
  }

  endpoints(): Endpoints {
    return JSON.parse(fs.readFileSync(path.join(this.dataDir, 'run', 'endpoints.json'), 'utf8')) as never
  }

  /** A crossbook command against this stack. */
  cli(...args: string[]): Promise<Exit> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, [path.join(ROOT, 'dist', 'cli', 'main.js'), ...args], {
        cwd: ROOT,
        env: this.#env,
      })
      const out = { stdout: '', stderr: '' }
      child.stdout.on('data', (chunk: Buffer) => (out.stdout += chunk.toString()))
      child.stderr.on('data', (chunk: Buffer) => (out.stderr += chunk.toString()))
      child.once('close', (code) => resolve({ code, ...out }))
    })
  }
  /** A command's JSON answer. */
  async ask<T>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.cli(...args, '--json')
    if (stdout === '') throw new Error(`crossbook ${args.join(' ')} says: ${stderr}`)
    return JSON.parse(stdout) as T
  }

  /** One event, or several in their order. */
  async post(event: Record<string, unknown> | readonly Record<string, unknown>[]): Promise<void> {
    const response = await fetch(`${this.endpoints().simControlUrl}/events`, { method: 'POST', body: JSON.stringify(event) })
    if (!response.ok) throw new Error(`the simulator refused ${JSON.stringify(event)}: ${await response.text()}`)
  }
  async sim<T>(route: string): Promise<T> {
    return (await (await fetch(`${this.endpoints().simControlUrl}${route}`)).json()) as T
  }
  /** What streaming says of itself, or null while it does not answer. */
  async streaming<T>(): Promise<T | null> {
    const signal = AbortSignal.timeout(HEALTH_LIMIT_MS) // a frozen process accepts the question and says nothing
    const response = await fetch(`http://127.0.0.1:${this.endpoints().streamingHealthPort}/status`, { signal }).catch(() => null)
    return response?.ok ? ((await response.json()) as T) : null
  }

  hasSaid(text: string): boolean {
    return this.#stderr.includes(text)
  }
  /** Waits until the stack's own output has a text. */
  says(text: string, limitMs: number): Promise<void> {
    return this.until(`the stack says "${text}"`, limitMs, async () => this.hasSaid(text))
  }

  /** Polls until true. @throws with the stack's output when the limit is over or the stack has ended. */
  async until(what: string, limitMs: number, holds: () => Promise<boolean>): Promise<void> {
    const late = Date.now() + limitMs
    for (;;) {
      if (await holds().catch(() => false)) return
      if (Date.now() > late || this.#child.exitCode !== null)
        throw new Error(`not within ${limitMs} ms: ${what}\n${this.#stderr.slice(-2_000)}`)
      await pause(POLL_MS)
    }
  }
}

export interface TradeJson {
  readonly tradeId: string
  readonly outcome: string | null
  readonly pnlKind: string
  readonly pnlMicros: number
  readonly legs: readonly { readonly clientOrderId: string; readonly venue: string; readonly quantity: string; readonly state: string }[]
}
export interface LedgerJson {
  readonly transfers: number
  readonly sumMicros: number
  readonly violations: readonly string[]
}
export interface ReconcileJson {
  readonly venues: readonly { readonly venue: string; readonly breaks: readonly string[] }[]
}

/** The ledger proves itself, and equals what both venues say. */
export async function expectBalanced(stack: Stack): Promise<void> {
  const ledger = await stack.ask<LedgerJson>('ledger', 'verify')
  expect(ledger.violations).toEqual([])
  expect(ledger.sumMicros).toBe(0)
  const { venues } = await stack.ask<ReconcileJson>('reconcile')
  expect(venues.map(({ venue, breaks }) => ({ venue, breaks }))).toEqual([
    { venue: 'kalshi', breaks: [] },
    { venue: 'forecastex', breaks: [] },
  ])
}

/** Every order id that the simulated venues have seen, to prove that none came twice. */
export async function venueOrders(stack: Stack): Promise<readonly string[]> {
  const wire = await stack.sim<readonly { readonly dir: string; readonly text?: string; readonly message?: unknown }[]>('/wire')
  return wire.filter(({ dir }) => dir === 'in').flatMap((entry) => JSON.stringify(entry).match(/cb-[0-9A-Za-z]{1,20}-[abc]\d+/g) ?? [])
}

/** A copy of the shipped configuration with lines added to venues.yaml; whoever makes it removes it. */
export function configWith(...lines: readonly string[]): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
  fs.appendFileSync(path.join(folder, 'venues.yaml'), `${lines.join('\n')}\n`)
  return folder
}

export const temporaryData = (): string => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-e2e-'))
  fs.chmodSync(folder, 0o711) // Postgres may have to run as another user, who must be able to pass through
  return folder
}
