import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common'
import { startChild, waitUntilReady } from '../child'
import type { RunningServer } from '../child'
import { StackError } from '../ownership'
import type { Program } from '../sources'

export interface TemporalOptions {
  readonly program: Program
  /** Holds the database file. */
  readonly dataDir: string
  readonly logDir: string
  readonly runDir: string
  readonly port: number
  readonly uiPort: number
  readonly namespace: string
  readonly signal: AbortSignal
}

export interface TemporalServer extends RunningServer {
  readonly uiUrl: string
}

/** What a trade's workflow can be found by, in the Web UI and in list queries. */
export const SEARCH_ATTRIBUTES = {
  CrossbookStrategy: 'Keyword',
  CrossbookMode: 'Keyword',
  CrossbookSubject: 'Keyword',
  CrossbookTradeId: 'Keyword',
  CrossbookOutcome: 'Keyword',
  CrossbookEdgeMicros: 'Int',
  CrossbookPnlMicros: 'Int',
} as const

/**
 * The server's own defaults are made for a fleet, not for one fast machine. Values are JSON, so durations carry their quotes.
 * An unknown key is accepted silently: test/integration/temporal-settings.test.ts asserts what these do, not that they are set.
 */
export const DYNAMIC_CONFIGURATION = {
  'history.transferProcessorMaxPollRPS': 2000, // default 20 a second on the one shard: every workflow task then waits for a 50 ms slot
  'history.timerProcessorMaxPollRPS': 2000, // needed by the next one
  'history.timerProcessorMaxTimeShift': '10ms', // default 1 s: a retry after 100 ms would come after 1 s
  'system.enableActivityEagerExecution': true, // the worker that finished a workflow task gets the next activity in the same answer
  'matching.numTaskqueueReadPartitions': 1, // default 4: at our rates partitions only add forwarding
  'matching.numTaskqueueWritePartitions': 1,
} as const

/** Without these SQLite commits through a rollback journal: 158 instead of 67 ms a saga. A killed process loses nothing, a power cut perhaps the last commits. */
const SQLITE_PRAGMAS = { journal_mode: 'WAL', synchronous: 'NORMAL' } as const

/** Made by every server; another one is asked for by name. */
export const NAMESPACE = 'default'

/** The development server forgets closed workflows after a day; yesterday's trades are looked at next week. */
const RETENTION = '30 days'

/** A new database takes 1 s, an old one 0.3 s, measured on two cores. */
const READY_MS_MAX = 60_000

/** Connecting to a server on the same network takes milliseconds. */
const CONNECT_MS_MAX = 2_000
/** The default of a second would hold up the start by a second. */
const RECONNECT_MS = 50

/** It ends in 1.1–1.8 s when idle. */
const STOP = { signal: 'SIGTERM', msMax: 15_000, order: 1 } as const

/** Starts the development server with its Web UI on a SQLite file. @throws StackError when it does not become ready. */
export async function startTemporal(options: TemporalOptions): Promise<TemporalServer> {
  mkdirSync(options.dataDir, { recursive: true })
  const child = await startChild({
    name: 'temporal',
    command: options.program.command,
    args: serverArguments(options),
    logFile: join(options.logDir, 'temporal.log'),
    runDir: options.runDir,
    stop: STOP,
  })
  const address = `127.0.0.1:${options.port}`
  const connection = connectTo(address)
  void child.exited.then(() => connection.close())
  const health = (signal: AbortSignal): Promise<void> => askTemporal(connection, options.namespace, signal)
  await waitUntilReady(child, { probe: health, msMax: READY_MS_MAX, signal: options.signal })
  await keepHistory(connection, options.namespace, options.signal)
  return {
    name: child.name,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(),
    address,
    uiUrl: `http://127.0.0.1:${options.uiPort}`,
    health,
  }
}

/** The command line. Repeating `--search-attribute` on a database that has it is harmless. */
export function serverArguments({
  dataDir,
  port,
  uiPort,
  namespace,
}: Pick<TemporalOptions, 'dataDir' | 'port' | 'uiPort' | 'namespace'>): readonly string[] {
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort), '--ui-disable-news-fetch'],
    ...(namespace === NAMESPACE ? [] : ['--namespace', namespace]),
    ...['--log-level', 'error', '--db-filename', join(dataDir, 'temporal.db')],
    ...Object.entries(SQLITE_PRAGMAS).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...Object.entries(DYNAMIC_CONFIGURATION).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ]
}

/** A server that another person runs: it must answer, and know our search attributes. @throws StackError. */
export async function checkTemporal(address: string, namespace: string, signal: AbortSignal): Promise<void> {
  const connection = connectTo(address)
  try {
    await askTemporal(connection, namespace, signal)
  } catch (failure) {
    throw new StackError(
      `Temporal at ${address} (TEMPORAL_ADDRESS) cannot be used: ${failure instanceof Error ? failure.message : String(failure)}`,
    )
  } finally {
    await connection.close()
  }
}

/** A connection that tells at once what it finds: whoever asks for health repeats the question himself. */
function connectTo(address: string): Connection {
  return Connection.lazy({
    address,
    connectTimeout: CONNECT_MS_MAX,
    interceptors: [], // without the retries of the client's default interceptor
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': RECONNECT_MS,
      'grpc.min_reconnect_backoff_ms': RECONNECT_MS,
      'grpc.max_reconnect_backoff_ms': RECONNECT_MS,
    },
  })
}

/** The namespace is read from the server's database, and every search attribute must be there: without them a trade's workflow cannot start. */
async function askTemporal(connection: Connection, namespace: string, signal: AbortSignal): Promise<void> {
  await connection.withAbortSignal(signal, async () => {
    await connection.workflowService.describeNamespace({ namespace })
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes))
    if (missing.length === 0) return
    const create = missing.map(([name, type]) => `--name ${name} --type ${type}`).join(' ')
    throw new StackError(`search attributes are missing; run: temporal operator search-attribute create --namespace ${namespace} ${create}`)
  })
}

async function keepHistory(connection: Connection, namespace: string, signal: AbortSignal): Promise<void> {
  await connection.withAbortSignal(signal, () =>
    connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: msToTs(RETENTION) },
    }),
  )
}
