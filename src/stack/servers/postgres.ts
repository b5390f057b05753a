import { execFile, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { assertNever } from '../../core/assert'
import { unlessAborted } from '../../ports/limit'
import { startChild, waitUntilReady } from '../child'
import type { RunningServer } from '../child'
import { StackError } from '../ownership'
import { majorOf } from '../sources'
import type { PostgresPrograms } from '../sources'
import { handOver } from './roles'

export interface PostgresOptions {
  readonly programs: PostgresPrograms
  /** Holds the cluster and, beside it, the record of how it was made. */
  readonly dataDir: string
  readonly logDir: string
  readonly runDir: string
  readonly port: number
  readonly signal: AbortSignal
}

/**
 * How Postgres, which refuses to run as root, is run. `same-user`: we are not root. `user-namespace`: root is shown to it as nobody; no user is made, files
 * stay root's, and folders closed to others work. `set-uid`: as an existing user, who must be able to reach the programs and the data.
 */
export type Route =
  | { readonly kind: 'same-user' }
  | { readonly kind: 'user-namespace' }
  | { readonly kind: 'set-uid'; readonly user: string; readonly uid: number; readonly gid: number }

/**
 * Loopback only, and no password: who can log in to this machine can read this ledger. A shared machine sets DATABASE_URL instead. The product itself connects
 * as a role that may do less (./roles).
 */
const SUPERUSER = 'postgres'
export const DATABASE = 'crossbook'

/** One trader on one machine: memory where it helps, and none of the parallelism that two cores do not have. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '', // their path would have a limit of 107 bytes
  shared_buffers: '64MB',
  max_connections: 60,
  max_wal_size: '512MB',
  max_parallel_workers: 0,
  autovacuum_max_workers: 1,
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
} as const

/** Recovery after a crash replays at most max_wal_size; a warm start takes 0.04 s. */
const READY_MS_MAX = 60_000
/** A server on the same machine answers in milliseconds; one that hangs must not keep its connection open. */
const ANSWER_MS_MAX = 5_000
/** initdb takes 0.7–0.8 s. */
const INITDB_MS_MAX = 60_000
/** SIGINT is Postgres's fast shutdown: it ends sessions, writes a checkpoint, and needs no recovery afterwards. Stopped last: it is the truth about money. */
const STOP = { signal: 'SIGINT', msMax: 30_000, order: 4 } as const

/** Starts Postgres on a data directory, which is made first when it is not there, with the database `crossbook` in it. @throws StackError. */
export async function startPostgres(options: PostgresOptions): Promise<RunningServer> {
  const data = join(options.dataDir, 'cluster')
  mkdirSync(options.dataDir, { recursive: true })
  const route = chooseRoute(options.dataDir, options.programs)
  if (!existsSync(join(data, 'PG_VERSION'))) await createCluster(options, route, data)
  mustMatch(data, options.programs)
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = await startChild({
    name: 'postgres',
    ...through(route, options.programs.command, ['-D', data, '-p', String(options.port), ...settings]),
    cwd: '/', // a user without access to the current folder could not even start
    logFile: join(options.logDir, 'postgres.log'),
    runDir: options.runDir,
    stop: STOP,
  })
  const urlOf = (database: string): string => `postgres://${SUPERUSER}@127.0.0.1:${options.port}/${database}`
  await waitUntilReady(child, { probe: (signal) => askPostgres(urlOf('postgres'), signal), msMax: READY_MS_MAX, signal: options.signal })
  await createDatabase(urlOf('postgres'))
  const address = urlOf(DATABASE)
  await withClient(address, AbortSignal.timeout(READY_MS_MAX), async (client) => void (await handOver(client)))
  return {
    name: child.name,
    pid: child.pid,
    exited: child.exited,
    stop: () => child.stop(),
    address,
    health: (signal) => askPostgres(address, signal),
  }
}

/** The major version that made this data directory; null when it has none. */
export function clusterMajor(dataDir: string): number | null {
  const file = join(dataDir, 'cluster', 'PG_VERSION')
  return existsSync(file) ? Number(readFileSync(file, 'utf8')) : null
}

/** Made beside its place and renamed: a start that is killed in the middle leaves no half of a cluster. */
async function createCluster(options: PostgresOptions, route: Route, data: string): Promise<void> {
  const making = `${data}.new`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { mode: 0o700 })
  if (route.kind === 'set-uid') chownSync(making, route.uid, route.gid)
  // the builtin locale sorts the same on every machine and every version of its C library
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const { command, args, user } = through(route, options.programs.initdb, [
    '-D',
    making,
    '-U',
    SUPERUSER,
    '--auth=trust',
    ...locale,
    '--no-instructions',
  ])
  try {
    await promisify(execFile)(command, [...args], { cwd: '/', timeout: INITDB_MS_MAX, signal: options.signal, ...user })
  } catch (failure) {
    rmSync(making, { recursive: true, force: true })
    throw new StackError(`Postgres could not make its data directory (${route.kind}): ${firstLine(failure)}`)
  }
  chmodSync(making, 0o700)
  writeFileSync(routeFile(options.dataDir), `${JSON.stringify({ route, program: options.programs }, null, 2)}\n`)
  renameSync(making, data)
}

const firstLine = (failure: unknown): string => {
  const { stderr, message } = failure as { stderr?: string; message: string }
  return (stderr ?? '').trim().split('\n')[0] || message
}

function mustMatch(data: string, programs: PostgresPrograms): void {
  const made = readFileSync(join(data, 'PG_VERSION'), 'utf8').trim()
  if (Number(made) === majorOf(programs)) return
  throw new StackError(
    `${data} was made by Postgres ${made}, and ${programs.command} is ${programs.version}. Put Postgres ${made} on PATH, or start with another data directory.`,
  )
}

const routeFile = (dataDir: string): string => join(dataDir, 'route.json')

/** The route by which the cluster was made, when that still works; for a new cluster the first that works. Files made by one are not readable by another. */
function chooseRoute(dataDir: string, programs: PostgresPrograms): Route {
  const recorded = recordedRoute(dataDir)
  const route = possibleRoutes(programs).find((each) => recorded === null || sameRoute(each, recorded))
  if (route !== undefined) return route
  if (recorded !== null) {
    throw new StackError(
      `${dataDir} was made as ${nameRoute(recorded)}, which is not possible now. Start as you did then, or start with another data directory.`,
    )
  }
  throw new StackError(
    'Postgres does not run as root, this machine allows no user namespace, and no user postgres or nobody can reach its programs. ' +
      'Start as an ordinary user, or set DATABASE_URL.',
  )
}

function recordedRoute(dataDir: string): Route | null {
  const file = routeFile(dataDir)
  return existsSync(file) && existsSync(join(dataDir, 'cluster'))
    ? (JSON.parse(readFileSync(file, 'utf8')) as { route: Route }).route
    : null
}

const nameRoute = (route: Route): string => (route.kind === 'set-uid' ? `user ${route.user}` : route.kind)
const sameRoute = (a: Route, b: Route): boolean => nameRoute(a) === nameRoute(b)

/** The routes that work here, the best first. Each is tried with the real program. */
export function possibleRoutes(programs: PostgresPrograms): readonly Route[] {
  if (process.getuid?.() !== 0) return [{ kind: 'same-user' }]
  const candidates: readonly Route[] = [{ kind: 'user-namespace' }, ...setUidRoutes(readFileSync('/etc/passwd', 'utf8'))]
  return candidates.filter((route) => {
    const { command, args, user } = through(route, programs.command, ['--version'])
    return spawnSync(command, args, { cwd: '/', ...user }).status === 0
  })
}

/** Postgres looks its user up by name, so only users of the password file will do. */
export function setUidRoutes(passwd: string): readonly Route[] {
  const rows = passwd.split('\n').map((line) => line.split(':'))
  return ['postgres', 'nobody'].flatMap((user) => {
    const row = rows.find(([name]) => name === user)
    return row === undefined ? [] : [{ kind: 'set-uid', user, uid: Number(row[2]), gid: Number(row[3]) } as const]
  })
}

interface Command {
  readonly command: string
  readonly args: readonly string[]
  readonly user?: { readonly uid: number; readonly gid: number }
}

function through(route: Route, command: string, args: readonly string[]): Command {
  switch (route.kind) {
    case 'same-user':
      return { command, args }
    case 'user-namespace':
      return { command: 'unshare', args: ['--user', '--map-user=65534', '--map-group=65534', '--', command, ...args] }
    case 'set-uid':
      return { command, args, user: { uid: route.uid, gid: route.gid } }
    default:
      return assertNever(route, 'route')
  }
}

/** Logs in and reads a row. @throws whatever keeps it from doing so. */
async function askPostgres(url: string, signal: AbortSignal): Promise<void> {
  await withClient(url, signal, async (client) => {
    await client.query('select count(*) from pg_database')
  })
}

async function createDatabase(url: string): Promise<void> {
  await withClient(url, AbortSignal.timeout(READY_MS_MAX), async (client) => {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`create database ${DATABASE}`)
  })
}

/** A server that another person runs: it must answer, and be new enough. @throws StackError. */
export async function checkPostgres(url: string, signal: AbortSignal): Promise<void> {
  try {
    await askPostgres(url, signal)
  } catch (failure) {
    throw new StackError(`Postgres (DATABASE_URL) cannot be used: ${failure instanceof Error ? failure.message : String(failure)}`)
  }
}

function withClient(connectionString: string, signal: AbortSignal, use: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: ANSWER_MS_MAX, query_timeout: ANSWER_MS_MAX })
  client.on('error', () => undefined) // a connection that breaks between two queries is reported by the next one
  const work = async (): Promise<void> => {
    try {
      await client.connect()
      await use(client)
    } finally {
      await client.end()
    }
  }
  return unlessAborted(work(), signal)
}
