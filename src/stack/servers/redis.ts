import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { unlessAborted } from '../../ports/limit'
import { startChild, waitUntilReady } from '../child'
import type { RunningServer } from '../child'
import { StackError } from '../ownership'
import type { Program } from '../sources'

export interface RedisOptions {
  readonly program: Program
  readonly dataDir: string
  readonly logDir: string
  readonly runDir: string
  readonly port: number
  readonly signal: AbortSignal
}

/** A cache that may be wiped at any time, kept over restarts for convenience: at most the last second is lost. */
const SETTINGS = [
  '--appendonly',
  'yes',
  '--appendfsync',
  'everysec',
  '--save',
  '',
  '--maxmemory',
  '256mb',
  '--maxmemory-policy',
  'noeviction',
] as const

/** It starts in 0.05 s; reading an append-only file of the maximum size takes seconds. */
const READY_MS_MAX = 30_000
/** A server on the same machine answers in a millisecond; one that hangs must not keep its connection open. */
const ANSWER_MS_MAX = 5_000
const STOP = { signal: 'SIGTERM', msMax: 10_000, order: 3 } as const

/** Starts Valkey, or any other server with Redis's command line. @throws StackError when it does not become ready. */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  mkdirSync(options.dataDir, { recursive: true })
  const child = await startChild({
    name: 'redis',
    command: options.program.command,
    args: ['--bind', '127.0.0.1', '--port', String(options.port), '--dir', options.dataDir, '--daemonize', 'no', ...SETTINGS],
    logFile: join(options.logDir, 'redis.log'),
    runDir: options.runDir,
    stop: STOP,
  })
  const address = `redis://127.0.0.1:${options.port}`
  const health = (signal: AbortSignal): Promise<void> => askRedis(address, signal)
  await waitUntilReady(child, { probe: health, msMax: READY_MS_MAX, signal: options.signal })
  return { name: child.name, pid: child.pid, exited: child.exited, stop: () => child.stop(), address, health }
}

/** A server that another person runs. @throws StackError. */
export async function checkRedis(url: string, signal: AbortSignal): Promise<void> {
  try {
    await askRedis(url, signal)
  } catch (failure) {
    throw new StackError(`Redis (REDIS_URL) cannot be used: ${failure instanceof Error ? failure.message : String(failure)}`)
  }
}

function askRedis(url: string, signal: AbortSignal): Promise<void> {
  return unlessAborted(writeAndRead(url), signal)
}

/** A write and its reading back: a server that is loading, full or read-only still answers PING. */
async function writeAndRead(url: string): Promise<void> {
  // no ready check: the client would answer "loading" with a pause of a second, where we look again in milliseconds
  const once = { lazyConnect: true, enableReadyCheck: false, enableOfflineQueue: false, retryStrategy: () => null }
  const client = new Redis(url, { ...once, connectTimeout: ANSWER_MS_MAX, commandTimeout: ANSWER_MS_MAX })
  const broken: Error[] = []
  client.on('error', (failure: Error) => broken.push(failure))
  try {
    await client.connect()
    await client.set(HEALTH_KEY, HEALTH_VALUE, 'PX', HEALTH_KEY_MS)
    const value = await client.get(HEALTH_KEY)
    if (value !== HEALTH_VALUE) throw new Error(`the key ${HEALTH_KEY} was written and then read as ${value}`)
  } catch (failure) {
    throw broken[0] ?? failure // "connection is closed" says less than what closed it
  } finally {
    client.disconnect()
  }
}

const HEALTH_KEY = 'crossbook:stack:health'
const HEALTH_VALUE = 'ok'
/** Long enough to be read back on a machine under load; then it leaves no trace. */
const HEALTH_KEY_MS = 60_000
