import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { withLimit } from '../ports/limit'
import { identify, removePidFile, StackError, writePidFile } from './ownership'
import type { Owned, StopRule } from './ownership'

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A process of ours. */
export interface Child {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  /** Resolves once, when the process has ended for whatever reason. */
  readonly exited: Promise<Exit>
  /** Stops it by its rule and resolves when it is gone. May be called again, and when it has already ended. */
  stop(): Promise<void>
  /** Ends it at once: for what does not answer any more. @returns whether there was something to end. */
  kill(): boolean
}

/** A server that answered, until it is stopped or dies. */
export interface RunningServer extends Omit<Child, 'logFile' | 'kill'> {
  /** Where clients reach it: a URL or `host:port`. */
  readonly address: string
  /** Asks a real question. @throws when the answer does not come, is wrong, or the signal fires. */
  health(signal: AbortSignal): Promise<void>
}

export interface ChildOptions {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  /** The whole environment of the child; the parent's own when absent. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Run as somebody else: only root may. */
  readonly user?: { readonly uid: number; readonly gid: number }
  /** Standard output and error are appended here. */
  readonly logFile: string
  /** Hears every line of standard output, which goes to the log all the same. */
  readonly onLine?: (line: string) => void
  /** Folder of the pid files. */
  readonly runDir: string
  readonly stop: StopRule
}

/**
 * Starts a process of ours: in a process group of its own, so that Ctrl-C reaches only the parent, which then stops everything in order;
 * and with a pid file, so that the next start recognises it when the parent was killed.
 * @throws StackError when the program cannot be run at all.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  mkdirSync(dirname(options.logFile), { recursive: true })
  turnOver(options.logFile)
  const log = openSync(options.logFile, 'a')
  const child = spawnInto(log, options)
  const exited = exitOf(child)
  // after the last line of its output, which may come later than its exit
  child.once('close', () => closeSync(log))
  if (options.onLine !== undefined && child.stdout !== null) hearLines(child.stdout, log, options.onLine)
  if (child.pid === undefined) {
    const [failure] = (await once(child, 'error')) as [NodeJS.ErrnoException]
    throw cannotStart(options, failure)
  }
  return own(child, child.pid, exited, options)
}

/** One earlier log is kept; the servers themselves write little. */
const LOG_BYTES_MAX = 10_000_000

function turnOver(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES_MAX) renameSync(logFile, `${logFile}.1`)
}

function spawnInto(log: number, options: ChildOptions): ChildProcess {
  const { cwd, env, user } = options
  try {
    return spawn(options.command, options.args, {
      detached: true,
      stdio: ['ignore', options.onLine === undefined ? log : 'pipe', log],
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env: { ...env } }),
      ...user,
    })
  } catch (failure) {
    closeSync(log)
    throw cannotStart(options, failure as Error)
  }
}

const cannotStart = (options: ChildOptions, failure: Error): StackError =>
  new StackError(`${options.name} cannot be started: ${options.command}: ${failure.message}`)

function own(child: ChildProcess, pid: number, exited: Promise<Exit>, options: ChildOptions): Child {
  // a process that has ended before it could be looked at needs no pid file
  const identity = identify(pid)
  const owned: Owned | null = identity === null ? null : { ...identity, name: options.name, stop: options.stop }
  if (owned !== null) writePidFile(options.runDir, owned)
  const forgotten = exited.then((exit) => {
    if (owned !== null) removePidFile(options.runDir, owned)
    return exit
  })
  let stopping: Promise<void> | null = null
  const stop = (): Promise<void> => (stopping ??= stopChild(child, forgotten, options.stop))
  return { name: options.name, pid, logFile: options.logFile, exited: forgotten, stop, kill: () => child.kill('SIGKILL') }
}

function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

async function stopChild(child: ChildProcess, exited: Promise<Exit>, rule: StopRule): Promise<void> {
  child.kill(rule.signal) // nothing happens, and nothing is thrown, when it has already ended
  const limit = new AbortController()
  const late = pause(rule.msMax, true, { signal: limit.signal }).catch(() => false)
  if (await Promise.race([exited.then(() => false), late])) child.kill('SIGKILL')
  limit.abort()
  await exited
}

function hearLines(stdout: NodeJS.ReadableStream, log: number, onLine: (line: string) => void): void {
  createInterface({ input: stdout }).on('line', (line) => {
    onLine(line)
    writeSync(log, `${line}\n`)
  })
}

export interface Readiness {
  /** Rejects while the server is not ready. */
  readonly probe: (signal: AbortSignal) => Promise<void>
  /** After this the start has failed. */
  readonly msMax: number
  readonly signal: AbortSignal
}

/** Between two looks at a starting server: short against the fastest start (Valkey, 50 ms), long against the cost of a look. */
const LOOK_EVERY_MS = 25

/** One look must not use up the whole limit when a server accepts a connection and then says nothing. */
const LOOK_MS_MAX = 2_000

/**
 * Waits until the probe succeeds. Stops the child when it does not.
 * @throws StackError with the end of the child's log when it ended or was not ready in time; the signal's reason when that fired.
 */
export async function waitUntilReady(child: Child, readiness: Readiness): Promise<void> {
  const ended = new AbortController()
  void child.exited.then(() => ended.abort())
  let last: unknown = null
  const isReady = await withLimit([readiness.signal, ended.signal], readiness.msMax, async (limit) => {
    while (!limit.aborted) {
      try {
        await withLimit([limit], LOOK_MS_MAX, readiness.probe)
        return true
      } catch (failure) {
        last = failure
        await pause(LOOK_EVERY_MS, undefined, { signal: limit }).catch(() => undefined)
      }
    }
    return false
  })
  if (isReady) return
  const what = ended.signal.aborted ? 'ended while starting' : `was not ready within ${readiness.msMax} ms (${String(last)})`
  await child.stop()
  readiness.signal.throwIfAborted()
  throw new StackError(`${child.name} ${what}. Its log, ${child.logFile}, ends with: ${lastLines(child.logFile)}`)
}

/** The end of a log, on one line: a cause is usually in the last few lines. */
const LOG_LINES_SHOWN = 4
const LOG_CHARACTERS_SHOWN = 600

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.slice(-LOG_LINES_SHOWN).join(' | ').slice(-LOG_CHARACTERS_SHOWN)
}
