import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { configDirOf, ConfigurationError, dataDirOf, environment, type Environment } from '../config/environment'
import { readFile } from '../config/files'
import { readLimitsFile } from '../config/limits'
import { endpointsFile, externalServers, loadConfig, type Config } from '../config/load'
import { refuseMisplaced } from '../config/places'
import { pairsSchema } from '../config/schema/pairs'
import { schedulesSchema } from '../config/schema/schedules'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import { importLimits } from '../operator/limits'
import { importPairs } from '../operator/pairs/import'
import { applySchedules, triggerSchedule } from '../operator/schedules/schedules'
import { readStatus, type StatusReport } from '../operator/status'
import { listTrades } from '../operator/trades'
import { verifyLedger } from '../operator/ledger'
import { readLeaseHolders } from '../stores/postgres/lease'
import { readLimitsRecord } from '../stores/postgres/limits'
import { createLog } from '../telemetry/log'
import { followClock, systemClock } from '../wiring/clock'
import { refuseOtherLedger } from '../wiring/paper/accounts'
import { migrateLedger, openConnections, pingRedis, type Connections } from '../wiring/stores'
import { explainKalshi, openForecastex, openKalshi } from '../wiring/venues'
import { parseStackArguments, type StackArguments } from './arguments'
import type { Child } from './child'
import { rememberPorts } from './free-ports'
import { StackError } from './ownership'
import { runProcess, type ProcessOptions } from './processes'
import type { PreparedScenario } from './scenario'
import { screenText, summary, titleText, whereToLook, type TapeState } from './screen'
import { startServers, type Servers } from './servers'
import { portNames, shardsAt, streamingProcesses } from './shards'
import { PROJECT_ROOT } from './sources'
import { endFenced } from './supervision/fencing'
import { scrapeTargets } from './supervision/scrape'
import type { Supervised } from './supervision/supervise'
import { endpointsOf, PRODUCT_PORTS, simulator, venuesOf, type Ports } from './venues'

const SYSTEM = { name: 'npm start', role: 'system' } as const
const SCREEN_EVERY_MS = 1_000
/** A venue's catalogue answers in milliseconds; a stack whose simulated venues do not is not up. */
const IMPORT_LIMIT_MS = 15_000
/** All trades of a session fit the screen's summary. */
const TRADES_READ = 1_000
/** Of the processes: those that hold leases. */
const MAY_HOLD = /^(?:streaming|standby)/
const CLEAR_SCREEN = '\u001b[2J\u001b[H'

const clock = systemClock()

type Report = (line: string) => void

interface Running {
  readonly config: Config
  readonly connections: Connections
  /** In the order in which they were started. */
  readonly processes: readonly Supervised<Child>[]
  /** Of the simulated venues; null: there are none. */
  readonly controlUrl: string | null
}

/**
 * Starts the product on running servers: simulated venues where they are simulated, limits and pairs, worker, schedules, streaming.
 * @throws ConfigurationError, StackError; what was started is stopped then
 */
async function startProduct(
  servers: Servers,
  args: StackArguments,
  env: Environment,
  report: Report,
  log: Log,
  signal: AbortSignal,
): Promise<Running> {
  const dataDir = dataDirOf(env)
  const { file, scenario, endpoints } = venuesOf(args, env)
  const names = args.shards ?? (args.standby ? [file.shard] : [])
  const remembered = await rememberPorts(path.join(dataDir, 'ports.json'), [...new Set([...PRODUCT_PORTS, ...portNames(names, args)])])
  const ports = remembered.ports as Ports & Readonly<Record<string, number>>
  const shards = names.length === 0 ? null : shardsAt(names, args, (name) => ports[name] ?? 0)
  const common = { env: { ...env, NODE_ENV: 'production' }, logDir: servers.logDir, runDir: servers.runDir, report }
  const migrated = await migrateLedger(servers.ledgerUrl, log)
  if (migrated.length > 0) report(`ledger schema: ${migrated.join(', ')}`)
  const processes: Supervised<Child>[] = []
  const start = async (options: ProcessOptions): Promise<void> => void processes.push(await runProcess(options, signal))
  try {
    if (scenario) {
      await start({ ...common, ...simulator(scenario, ports, dataDir), readyLine: (line) => line.includes('"ready"') })
      report('simulated venues are up: Kalshi (REST, WebSocket) and an IB gateway with ForecastEx')
    }
    const found = endpointsOf(servers, endpoints(ports), ports, shards)
    fs.writeFileSync(endpointsFile(dataDir), `${JSON.stringify(found, null, 2)}\n`, { mode: 0o600 })
    fs.writeFileSync(path.join(dataDir, 'run', 'scrape.json'), `${JSON.stringify(scrapeTargets(found, file.shard), null, 2)}\n`)
    const config = followClock(loadConfig(env))
    refuseMisplaced(config, env)
    const connections = openConnections(config, log)
    await refuseOtherLedger(config, connections.database)
    if (scenario) await importScenario(config, connections, scenario, report, log, signal)
    else await importFirstLimits(config, connections, report, signal)
    await start({ ...common, name: 'worker', program: 'worker', args: [], readyUrl: `http://127.0.0.1:${ports.workerHealth}/readyz` })
    const client = await connections.temporal()
    const schedules = await applySchedules(client, readFile(path.join(config.configDir, 'schedules.yaml'), schedulesSchema))
    for (const first of ['ingestMarkets', 'ingestContracts']) await triggerSchedule(client, first)
    report(`schedules applied: ${schedules.join(', ')}`)
    for (const each of streamingProcesses(config.shards, common, scenario === null)) await start(each)
    await start({ ...common, name: 'api', program: 'api', args: [], readyUrl: `http://127.0.0.1:${ports.api}/healthz` })
    report(`the API answers on http://127.0.0.1:${ports.api}/docs`)
    report(
      scenario
        ? 'streaming is up: both feeds connected'
        : `streaming is up in mode ${config.mode}: crossbook status tells how the feeds are`,
    )
    return { config, connections, processes, controlUrl: found.simControlUrl }
  } catch (error) {
    for (const each of processes.toReversed()) await each.stop()
    throw error
  }
}

/** Limits and pairs of the scenario into the ledger: limits as they are, pairs by the listings that are open now. */
async function importScenario(
  config: Config,
  { database }: Connections,
  scenario: PreparedScenario,
  report: Report,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  await importLimits(database, readLimitsFile(scenario.limitsFile, config.configDir, environment()), SYSTEM, clock.nowMs(), signal)
  const kalshi = openKalshi(config, null, log)
  const forecastex = openForecastex(config, 'cli', null, log)
  const ended = new AbortController()
  const session = forecastex.gateway.run(ended.signal)
  try {
    const pairs = readFile(scenario.pairsFile, pairsSchema)
    const sources = { database, kalshi: kalshi.catalog, forecastex: forecastex.catalog, by: SYSTEM, nowMs: () => clock.nowMs() }
    const imported = await withLimit([signal], IMPORT_LIMIT_MS, async (limit) => {
      await forecastex.gateway.whenUp(limit)
      return importPairs(sources, pairs, limit)
    })
    report(
      `pairs approved for the simulation: ${imported.flatMap(({ id, state }) => (state === 'active' ? [id] : [])).join(', ') || 'none'}`,
    )
    for (const { id, state } of imported)
      if (state !== 'active') report(`pair ${id} is ${state} and is not traded: crossbook pairs show ${id}`)
  } catch (error) {
    throw explainKalshi(error, config)
  } finally {
    ended.abort()
    await session.catch(() => undefined)
    await kalshi.rest.close()
  }
}

/**
 * At real venues the file is the first import alone: later limits are changed by proposals (`crossbook limits`). Pairs are proposed and approved one by one.
 */
async function importFirstLimits(config: Config, { database }: Connections, report: Report, signal: AbortSignal): Promise<void> {
  if ((await readLimitsRecord(database)) !== null) return
  const limits = readLimitsFile(path.join(config.configDir, 'limits.yaml'), config.configDir, environment())
  await importLimits(database, limits, SYSTEM, clock.nowMs(), signal)
  report(`limits "${limits.version}" of config/limits.yaml are in force: crossbook limits show`)
}

const statusOf = ({ connections: { database, temporal }, config: { endpoints } }: Running): Promise<StatusReport> =>
  readStatus({ database, temporal, endpoints, pingRedis })

async function tapesOf({ controlUrl }: Running): Promise<readonly TapeState[]> {
  if (controlUrl === null) return []
  const response = await fetch(`${controlUrl}/tapes`, { signal: AbortSignal.timeout(1_000) }).catch(() => null)
  return response?.ok ? ((await response.json()) as TapeState[]) : []
}

/** What is traded, and with whose money. */
const titleOf = ({ config: { mode }, controlUrl }: Running): string => titleText(mode, controlUrl !== null)

/** Redraws the screen until the signal; without a terminal, tells each change of the trades' summary once. */
async function show(
  running: Running,
  args: StackArguments,
  links: { temporalUi: string | null; questdb: string | null },
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const live = !args.headless && process.stdout.isTTY
  if (!live) report(whereToLook(links))
  let last = ''
  while (!signal.aborted) {
    const trades = await listTrades(running.connections.database, TRADES_READ).catch(() => null)
    if (trades !== null && live)
      process.stdout.write(
        `${CLEAR_SCREEN}${screenText(titleOf(running), await statusOf(running), trades, await tapesOf(running), links)}\n`,
      )
    else if (trades !== null && summary(trades) !== last) report((last = summary(trades)))
    await pause(SCREEN_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

/** What `--json` prints on exit, read while everything still runs. */
async function finalReport(running: Running, servers: Servers): Promise<unknown> {
  const { database } = running.connections
  const [status, trades, ledger] = await Promise.all([statusOf(running), listTrades(database, TRADES_READ), verifyLedger(database)])
  const urls = { temporalUi: servers.temporal.uiUrl, questdb: servers.questdb?.httpUrl ?? null, simControl: running.controlUrl }
  return { services: status.services, urls, trades, ledger, latency: status.latency }
}

async function run(args: StackArguments, env: Environment, report: Report, signal: AbortSignal): Promise<void> {
  const dataDir = dataDirOf(env)
  const log = createLog({ process: 'stack', level: 'warn' })
  report('starting Temporal, Postgres, Valkey and QuestDB')
  const servers = await startServers({
    dataDir,
    external: externalServers(env),
    report,
    signal,
    onLost: (name, reason) => report(`${name} is lost: ${reason}`),
  })
  report('servers are up')
  const links = { temporalUi: servers.temporal.uiUrl, questdb: servers.questdb?.httpUrl ?? null }
  let running: Running | null = null
  const fencing = new AbortController()
  try {
    if (!args.sim) {
      report(whereToLook(links))
      return await withLimit([signal], args.forMs, untilAborted)
    }
    const started = (running = await startProduct(servers, args, env, report, log, signal))
    void endFenced(
      {
        processes: started.processes.filter(({ name }) => MAY_HOLD.test(name)),
        holders: () => readLeaseHolders(started.connections.database),
        host: os.hostname(),
        report,
      },
      fencing.signal,
    )
    await withLimit([signal], args.forMs, (limit) => show(started, args, links, report, limit))
    if (args.json) process.stdout.write(`${JSON.stringify(await finalReport(running, servers), null, 2)}\n`)
  } finally {
    report('stopping')
    fencing.abort()
    for (const each of running?.processes.toReversed() ?? []) await each.stop()
    await running?.connections.close()
    await servers.stop()
    fs.rmSync(endpointsFile(dataDir), { force: true })
    report('stopped')
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })))

async function main(argv: readonly string[]): Promise<number> {
  const startedAt = performance.now()
  const report: Report = (line) => process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)
  const ended = new AbortController()
  // a terminal that is closed, and a reader of the output that has gone, end it as Ctrl-C does: what was started would trade on with nobody beside it
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.abort())
  for (const output of [process.stdout, process.stderr]) output.on('error', () => ended.abort())
  try {
    const env = environment()
    const args = parseStackArguments(argv, path.join(PROJECT_ROOT, 'examples', 'first-trade'))
    if (!fs.existsSync(configDirOf(env))) throw new ConfigurationError(`${configDirOf(env)} is missing: start in the folder of the clone`)
    await run(args, env, report, ended.signal)
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    const expected = error instanceof StackError || error instanceof ConfigurationError
    report(expected ? (error as Error).message : `failed: ${(error as Error).message}`)
    if (!expected) createLog({ process: 'stack', level: 'error' }).error({ stack: (error as Error).stack }, 'unexpected')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main(process.argv.slice(2)).then((code) => process.exit(code))
