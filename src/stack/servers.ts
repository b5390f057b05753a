import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { withLimit } from '../ports/limit'
import type { RunningServer } from './child'
import { rememberPorts } from './free-ports'
import { claim, StackError, stopOrphans } from './ownership'
import { checkPostgres, clusterMajor, startPostgres } from './servers/postgres'
import { APP, asRole } from './servers/roles'
import { checkQuestdb, startQuestdb } from './servers/questdb'
import { checkRedis, startRedis } from './servers/redis'
import { findPostgres, findQuestdb, findRedis, findTemporal, PROJECT_ROOT } from './sources'
import type { Place } from './sources'
import { supervise } from './supervision/supervise'
import type { SupervisedState } from './supervision/supervise'
import { checkTemporal, NAMESPACE, startTemporal } from './servers/temporal'

/** Servers that somebody else runs, by address. What is absent is started here. */
export interface ExternalServers {
  readonly databaseUrl?: string | undefined
  readonly redisUrl?: string | undefined
  /** The HTTP address, which also takes rows. */
  readonly questdbUrl?: string | undefined
  readonly temporalAddress?: string | undefined
  /** Of that server; `default` when absent. */
  readonly temporalNamespace?: string | undefined
}

export interface StartServersOptions {
  /** Everything the servers keep: data, logs, pid files, ports. Survives a restart; belongs to one running stack at a time. */
  readonly dataDir: string
  readonly external: ExternalServers
  /** One line for each thing a person should know. */
  readonly report: (line: string) => void
  /** Ends the start; a stack that is up is ended by `stop`. */
  readonly signal: AbortSignal
  /** A server died too often and stays down. */
  readonly onLost?: (server: ServerName, reason: string) => void
  /** Where programs are looked for; the project itself when absent. */
  readonly place?: Place
}

export type ServerName = 'temporal' | 'postgres' | 'redis' | 'questdb'

export interface ServerHealth {
  readonly name: ServerName
  readonly state: SupervisedState['kind'] | 'external'
  /** Time of one question and its answer; null when it did not answer. */
  readonly latencyMs: number | null
  readonly problem: string | null
}

/** The servers are up. */
export interface Servers {
  /** As who owns the server: it may make databases. */
  readonly databaseUrl: string
  /** As what the product may be: on a server of ours a role with no more rights than it needs, else what DATABASE_URL says. */
  readonly ledgerUrl: string
  readonly redisUrl: string
  /** Null when this machine cannot run QuestDB: everything works but history. `ilp` is `host:port` for rows over HTTP. */
  readonly questdb: { readonly httpUrl: string; readonly ilp: string } | null
  /** Why there is no history, and how to get it; null when there is. */
  readonly questdbMissing: string | null
  /** `uiUrl` is null for a server that somebody else runs. */
  readonly temporal: { readonly address: string; readonly uiUrl: string | null }
  /** For the processes that are started beside the servers: their pid files and logs belong here. */
  readonly runDir: string
  readonly logDir: string
  /** Asks every server a real question; an answer that does not come by the signal is a problem, not an exception. */
  health(signal: AbortSignal): Promise<readonly ServerHealth[]>
  /** Stops what was started here: Temporal, QuestDB, Redis, Postgres last. Gives the data directory up. */
  stop(): Promise<void>
}

/** A server in use, started here or not. */
interface InUse {
  readonly name: ServerName
  readonly address: string
  state(): SupervisedState['kind'] | 'external'
  health(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

interface Ground {
  readonly place: Place
  readonly dataDir: string
  readonly runDir: string
  readonly logDir: string
  readonly ports: Readonly<Record<(typeof PORTS)[number], number>>
  readonly options: StartServersOptions
}

const PORTS = ['temporal', 'temporalUi', 'postgres', 'redis', 'questdb'] as const

/**
 * Starts the four servers at once, after stopping what a killed parent left behind, and keeps them running.
 * @throws StackError when one that must be there is not; nothing is left running then. Only history may be missing.
 */
export async function startServers(options: StartServersOptions): Promise<Servers> {
  const dataDir = resolve(options.dataDir)
  const [runDir, logDir] = [join(dataDir, 'run'), join(dataDir, 'logs')]
  const release = claim(runDir)
  try {
    await stopOrphans(runDir, options.report)
    const { ports, moved } = await rememberPorts(join(dataDir, 'ports.json'), PORTS)
    for (const name of moved) options.report(`the port of ${name} is taken by another program; it moves to ${ports[name]}`)
    const ground: Ground = { place: options.place ?? { root: PROJECT_ROOT }, dataDir, runDir, logDir, ports, options }
    return await startAll(ground, release)
  } catch (failure) {
    release()
    throw failure
  }
}

async function startAll(ground: Ground, release: () => void): Promise<Servers> {
  const mandatory = await Promise.allSettled([temporal(ground), history(ground), redis(ground), postgres(ground)])
  const up = mandatory.flatMap((each) => (each.status === 'fulfilled' && 'health' in each.value ? [each.value] : []))
  const stop = async (): Promise<void> => {
    for (const server of up) await server.stop()
    release()
  }
  const [temporalServer, questdb, redisServer, postgresServer] = mandatory
  if (
    temporalServer.status === 'rejected' ||
    redisServer.status === 'rejected' ||
    postgresServer.status === 'rejected' ||
    questdb.status === 'rejected'
  ) {
    await stop()
    throw mandatory.find((each) => each.status === 'rejected')?.reason
  }
  const missing = 'missing' in questdb.value ? questdb.value.missing : null
  if (missing !== null) ground.options.report(`HISTORY IS OFF: ${missing}`)
  const uiUrl = ground.options.external.temporalAddress === undefined ? `http://127.0.0.1:${ground.ports.temporalUi}` : null
  return {
    databaseUrl: postgresServer.value.address,
    ledgerUrl: ground.options.external.databaseUrl ?? asRole(postgresServer.value.address, APP),
    redisUrl: redisServer.value.address,
    questdb: 'missing' in questdb.value ? null : { httpUrl: questdb.value.address, ilp: new URL(questdb.value.address).host },
    questdbMissing: missing,
    temporal: { address: temporalServer.value.address, uiUrl },
    runDir: ground.runDir,
    logDir: ground.logDir,
    health: (signal) => Promise.all(up.map((server) => ask(server, signal))),
    stop,
  }
}

async function ask(server: InUse, signal: AbortSignal): Promise<ServerHealth> {
  const state = server.state()
  const askedMs = performance.now()
  try {
    await server.health(signal)
    return { name: server.name, state, latencyMs: performance.now() - askedMs, problem: null }
  } catch (failure) {
    const problem = signal.aborted ? 'no answer in time' : failure instanceof Error ? failure.message : String(failure)
    return { name: server.name, state, latencyMs: null, problem }
  }
}

async function temporal(ground: Ground): Promise<InUse> {
  const { temporalAddress, temporalNamespace = NAMESPACE } = ground.options.external
  if (temporalAddress !== undefined)
    return external(ground, 'temporal', temporalAddress, (signal) => checkTemporal(temporalAddress, temporalNamespace, signal))
  const program = found('Temporal', await findTemporal(ground.place))
  record(ground, 'temporal', program)
  const { temporal: port, temporalUi: uiPort } = ground.ports
  return keepRunning(ground, 'temporal', (where) => startTemporal({ ...where, program, port, uiPort, namespace: temporalNamespace }))
}

async function postgres(ground: Ground): Promise<InUse> {
  const { databaseUrl } = ground.options.external
  if (databaseUrl !== undefined) return external(ground, 'postgres', databaseUrl, (signal) => checkPostgres(databaseUrl, signal))
  const programs = found('Postgres', await findPostgres(ground.place, clusterMajor(join(ground.dataDir, 'postgres'))))
  record(ground, 'postgres', programs)
  return keepRunning(ground, 'postgres', (where) => startPostgres({ ...where, programs, port: ground.ports.postgres }))
}

async function redis(ground: Ground): Promise<InUse> {
  const { redisUrl } = ground.options.external
  if (redisUrl !== undefined) return external(ground, 'redis', redisUrl, (signal) => checkRedis(redisUrl, signal))
  const program = found('Valkey', await findRedis(ground.place))
  record(ground, 'redis', program)
  return keepRunning(ground, 'redis', (where) => startRedis({ ...where, program, port: ground.ports.redis }))
}

/** QuestDB, or the reason why there is none: the one server that may be missing. An address that was asked for and does not answer is still an error. */
async function history(ground: Ground): Promise<InUse | { readonly missing: string }> {
  const { questdbUrl } = ground.options.external
  if (questdbUrl !== undefined) return external(ground, 'questdb', questdbUrl, (signal) => checkQuestdb(questdbUrl, signal))
  const program = await findQuestdb(ground.place)
  if (program === null) return { missing: 'QuestDB is not installed. Install Maven and Java 17 or newer, then run: npm run setup' }
  record(ground, 'questdb', program)
  try {
    return await keepRunning(ground, 'questdb', (where) => startQuestdb({ ...where, program, port: ground.ports.questdb }))
  } catch (failure) {
    if (failure instanceof StackError) return { missing: failure.message }
    throw failure
  }
}

interface Where {
  readonly dataDir: string
  readonly logDir: string
  readonly runDir: string
  readonly signal: AbortSignal
}

async function keepRunning(ground: Ground, name: ServerName, start: (where: Where) => Promise<RunningServer>): Promise<InUse> {
  const { runDir, logDir, dataDir, options } = ground
  const supervised = await supervise(
    {
      name,
      start: (signal) => start({ dataDir: join(dataDir, name), logDir, runDir, signal }),
      report: options.report,
      onGivenUp: (reason) => options.onLost?.(name, reason),
    },
    options.signal,
  )
  const address = supervised.current()?.address
  if (address === undefined) throw new StackError(`${name} ended as soon as it was ready; its log is in ${logDir}.`)
  const health = async (signal: AbortSignal): Promise<void> => {
    const running = supervised.current()
    if (running === null) throw new StackError(`${name} is down (${supervised.state().kind})`)
    await running.health(signal)
  }
  return { name, address, state: () => supervised.state().kind, health, stop: () => supervised.stop() }
}

/** An answer from a server elsewhere takes milliseconds; a wrong address should not hold up the start. */
const EXTERNAL_ANSWER_MS_MAX = 10_000

async function external(ground: Ground, name: ServerName, address: string, check: (signal: AbortSignal) => Promise<void>): Promise<InUse> {
  await withLimit([ground.options.signal], EXTERNAL_ANSWER_MS_MAX, check)
  return { name, address, state: () => 'external', health: check, stop: () => Promise.resolve() }
}

function found<T>(what: string, program: T | null): T {
  if (program === null) throw new StackError(`${what} is not installed. Run: npm run setup`)
  return program
}

/** Which program a server was started with: the first question when its data looks odd. */
function record(ground: Ground, name: ServerName, program: object): void {
  mkdirSync(join(ground.dataDir, name), { recursive: true })
  writeFileSync(join(ground.dataDir, `${name}.program.json`), `${JSON.stringify(program, null, 2)}\n`)
}
