import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { withLimit } from '../ports/limit'
import { startChild, type Child } from './child'
import { ConfigurationError } from '../config/environment'
import { StackError } from './ownership'
import { supervise, type Supervised } from './supervision/supervise'

/** A process that is not ready by then will not be; its log says why. */
const READY_LIMIT_MS = 30_000
const READY_POLL_MS = 50
/** In this long a process ends its trades in flight, flushes its files and gives up its lease. */
const STOP_LIMIT_MS = 15_000

/** Whoever opens trades stops first, the venues last; all of them before the servers (orders 1 and up). */
const PROGRAMS = {
  streaming: { folder: 'streaming', stopOrder: -2 },
  worker: { folder: 'workers', stopOrder: -1 },
  api: { folder: 'api', stopOrder: -1 },
  sim: { folder: 'sim', stopOrder: 0 },
} as const

const WRONG_INPUT = 2

export interface ProcessOptions {
  /** In logs and pid files. */
  readonly name: string
  readonly program: keyof typeof PROGRAMS
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logDir: string
  readonly runDir: string
  readonly report: (line: string) => void
  /** Resolves when a line of its output says it is ready; absent: `readyUrl` is asked. */
  readonly readyLine?: (line: string) => boolean
  readonly readyUrl?: string
}

/** Starts a process of the product, waits until it is ready and keeps it running. @throws StackError with the log's last line when it is not. */
export function runProcess(options: ProcessOptions, signal: AbortSignal): Promise<Supervised<Child>> {
  return supervise({ name: options.name, start: (stop) => startReady(options, stop), report: options.report }, signal)
}

async function startReady(options: ProcessOptions, signal: AbortSignal): Promise<Child> {
  const { name, program, args, env, logDir, runDir, readyLine, readyUrl } = options
  let said = (): void => undefined
  const line = new Promise<void>((resolve) => (said = resolve))
  const child = await startChild({
    name,
    command: process.execPath,
    args: [path.join(__dirname, '..', PROGRAMS[program].folder, 'main.js'), ...args],
    env,
    logFile: path.join(logDir, `${name}.log`),
    onLine: (text) => (readyLine?.(text) ? said() : undefined),
    runDir,
    stop: { signal: 'SIGTERM', msMax: STOP_LIMIT_MS, order: PROGRAMS[program].stopOrder },
  })
  const died = child.exited.then(({ code }) => Promise.reject(endedAtOnce(child, code)))
  died.catch(() => undefined) // later deaths are the supervisor's to hear
  try {
    await withLimit([signal], READY_LIMIT_MS, (limit) =>
      Promise.race([readyUrl === undefined ? line : answers(readyUrl, limit), overdue(child, limit), died]),
    )
    return child
  } catch (error) {
    await child.stop()
    throw error
  }
}

/** Exit code 2 is wrong input: its own last sentence says what to change. */
function endedAtOnce({ name, logFile }: Child, code: number | null): Error {
  if (code !== WRONG_INPUT) return new StackError(`${name} ended at once (exit code ${code}); its log is ${logFile}`)
  const lines = fs.readFileSync(logFile, 'utf8').trimEnd().split('\n')
  return new ConfigurationError(lines.at(-1) ?? `${name} refuses its input; its log is ${logFile}`)
}

function overdue({ name, logFile }: Child, limit: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    limit.addEventListener(
      'abort',
      () => reject(new StackError(`${name} is not ready after ${READY_LIMIT_MS / 1000} s; its log is ${logFile}`)),
      { once: true },
    )
  })
}

async function answers(url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ok = await fetch(url, { signal }).then(
      (response) => response.ok,
      () => false,
    )
    if (ok) return
    await pause(READY_POLL_MS, undefined, { signal })
  }
}
