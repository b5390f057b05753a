import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { environment } from '../../config/environment'
import { readFile } from '../../config/files'
import { endpointsSchema, type Endpoints } from '../../config/schema/stack'
import { withLimit } from '../../ports/limit'
import type { Ground } from './scenario'
import { pidOf } from './processes'

const DIST = path.join(__dirname, '..', '..')
/** Servers, venues and feeds from nothing take ten seconds; a machine that does much else beside may need minutes. */
const UP_LIMIT_MS = 300_000
/** The stack ends its trades in flight and stops everything in order. */
const DOWN_LIMIT_MS = 60_000
const POLL_MS = 100
/** A standby that died is back as soon as one of the stack's own processes would be. */
const STANDBY_AGAIN_MS = 200
/** A command of the operator, loaded on a busy machine and answered by servers that may be stopped. */
const COMMAND_LIMIT_MS = 30_000
/** What the stack says last, for whoever asks why it did not start. */
const SAID_CHARS = 4_000

/** What a streaming process says of itself. */
export interface StreamingHealth {
  readonly role: 'trading' | 'standby'
  readonly ready: boolean
}

/** A stack that was not up in time, with what it said last. */
export class NotStarted extends Error {}

/** A lane's own stack, as a user starts it, and a warm standby beside it. */
export class LaneStack {
  readonly #stack: ChildProcess
  readonly #ended: Promise<void>
  readonly #stopping = new AbortController()
  #said = ''
  #standby: ChildProcess | null = null
  #standbyKept: Promise<void> = Promise.resolve()

  constructor(readonly ground: Ground) {
    const main = path.join(DIST, 'stack', 'main.js')
    this.#stack = this.#spawn([main, '--scenario', ground.scenarioDir, '--headless'], (text) => {
      this.#said = (this.#said + text).slice(-SAID_CHARS)
    })
    this.#ended = new Promise((resolve) => this.#stack.once('close', () => resolve()))
  }

  /** @throws NotStarted when it does not come up. */
  async up(signal: AbortSignal): Promise<void> {
    await withLimit([signal], UP_LIMIT_MS, async (limit) => {
      while (!this.#said.includes('Where to look')) {
        if (limit.aborted || this.#stack.exitCode !== null) throw new NotStarted(`the stack did not start: ${this.#said}`)
        await pause(POLL_MS)
      }
    })
    this.#standbyKept = this.#keepStandby()
  }
  /** Ends what it started, in order. */
  async down(): Promise<void> {
    this.#stopping.abort()
    this.#standby?.kill('SIGCONT')
    this.#standby?.kill('SIGTERM')
    await this.#standbyKept
    this.#stack.kill('SIGINT')
    await withLimit([], DOWN_LIMIT_MS, async (limit) => {
      limit.addEventListener('abort', () => this.#stack.kill('SIGKILL'), { once: true })
      await this.#ended
    })
  }

  endpoints(): Endpoints {
    return readFile(path.join(this.ground.dataDir, 'run', 'endpoints.json'), endpointsSchema)
  }
  /** The pid of a process or server of the stack while it runs. */
  pidOf(name: string): number | null {
    return pidOf(this.ground.dataDir, name)
  }
  /** Both streaming processes: the stack's own and the standby. */
  streamingPids(): readonly number[] {
    const standby = this.#standby?.exitCode === null && this.#standby.signalCode === null ? this.#standby.pid : undefined
    return [this.pidOf('streaming'), standby ?? null].filter((pid) => pid !== null)
  }
  /** What both say of themselves; one that does not answer is left out. */
  async health(signal: AbortSignal): Promise<readonly StreamingHealth[]> {
    const answers = await Promise.all([this.#log('streaming'), this.#log('standby')].map((log) => healthBy(log, signal)))
    return answers.filter((each) => each !== null)
  }

  /** A crossbook command against this stack, whether or not it did all it should. @throws Error with what it said when it has no JSON answer. */
  async command(args: readonly string[], signal: AbortSignal): Promise<Record<string, unknown>> {
    const [out, said]: [string[], string[]] = [[], []]
    const child = this.#spawn(
      [path.join(DIST, 'cli', 'main.js'), ...args, '--json'],
      (text) => said.push(text),
      (text) => out.push(text),
    )
    await withLimit([signal], COMMAND_LIMIT_MS, async (limit) => {
      limit.addEventListener('abort', () => child.kill('SIGKILL'), { once: true })
      await new Promise((resolve) => child.once('close', resolve))
    })
    if (out.length === 0) throw new Error(`crossbook ${args.join(' ')}: ${said.join('').trim() || 'no answer'}`)
    return JSON.parse(out.join('')) as Record<string, unknown>
  }

  /** Starts the standby again whenever it has ended: it may be the one that trades. */
  async #keepStandby(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const standby = (this.#standby = this.#spawn([path.join(DIST, 'streaming', 'main.js')], (text) =>
        fs.appendFileSync(this.#logFile('standby'), text),
      ))
      await new Promise((resolve) => standby.once('close', resolve))
      await pause(STANDBY_AGAIN_MS, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  #spawn(args: readonly string[], say: (text: string) => unknown, answer: (text: string) => unknown = say): ChildProcess {
    const { dataDir, configDir } = this.ground
    const child = spawn(process.execPath, args, {
      env: { ...environment(), CROSSBOOK_DATA: dataDir, CROSSBOOK_CONFIG: configDir, NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // Ctrl-C reaches only us, and we stop everything in order
    })
    child.stdout?.on('data', (chunk: Buffer) => answer(chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => say(chunk.toString()))
    return child
  }
  #logFile(name: string): string {
    return path.join(this.ground.dataDir, 'logs', `${name}.log`)
  }
  #log(name: string): string {
    return fs.existsSync(this.#logFile(name)) ? fs.readFileSync(this.#logFile(name), 'utf8') : ''
  }
}

/** A health page answers at once. */
const HEALTH_LIMIT_MS = 1_000

/** By the port that its log named last. */
async function healthBy(log: string, signal: AbortSignal): Promise<StreamingHealth | null> {
  const port = [...log.matchAll(/"port":(\d+),"msg":"health is served"/g)].at(-1)?.[1]
  if (port === undefined) return null
  try {
    return await withLimit([signal], HEALTH_LIMIT_MS, async (limit) => {
      const response = await fetch(`http://127.0.0.1:${port}/status`, { signal: limit })
      return (await response.json()) as StreamingHealth
    })
  } catch {
    return null
  }
}
