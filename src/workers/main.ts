import { Runtime, Worker } from '@temporalio/worker'
import { createIngestActivities, createSettlementActivities } from '../activities'
import { ConfigurationError, environment, loadConfig, type Config } from '../config/load'
import type { Log } from '../ports/log'
import { openDatabase } from '../stores/postgres/pool'
import { pairsWithLots, saveListings } from '../stores/postgres/registry'
import { settleMarket } from '../stores/postgres/settlement'
import { ledgerCash, openLots } from '../stores/postgres/verify'
import { serveHealth } from '../streaming/health'
import { createLog } from '../telemetry/log'
import { systemClock } from '../wiring/clock'
import { connectTemporal } from '../wiring/temporal'
import { openForecastex, openKalshi } from '../wiring/venues'
import { QUEUES } from '../workflows/messages'
import { BUNDLE_FILE } from './bundle'

const SHUTDOWN_GRACE = '5s'
const clock = systemClock()

/** Ingest and back office in one process: one worker per queue, no session that places orders. */
async function run(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  const kalshi = openKalshi(config, null, log)
  const forecastex = openForecastex(config, 'worker', null, log)
  const ended = new AbortController()
  const gateway = forecastex.gateway.run(ended.signal)
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const common = { connection, namespace: config.namespace, workflowBundle: { codePath: BUNDLE_FILE }, shutdownGraceTime: SHUTDOWN_GRACE }
  const ingest = createIngestActivities({
    catalogs: [
      { catalog: kalshi.catalog, series: config.venues.kalshi.series },
      { catalog: forecastex.catalog, series: config.venues.forecastex.symbols },
    ],
    save: (listings) => saveListings(database, listings, clock.nowMs()),
  })
  const settlement = createSettlementActivities({
    kalshi: { catalog: kalshi.catalog },
    forecastex: { account: forecastex.account },
    openPairs: () => pairsWithLots(database),
    lots: () => openLots(database),
    ledger: async () => ({ forecastexCash: (await ledgerCash(database))['forecastex'] ?? 0, openTrades: await openTrades(database) }),
    settle: (venue, market, yesPays, atMs, stop) => settleMarket(database, venue, market, yesPays, atMs, stop),
    clock,
    log,
  })
  const workers = [
    await Worker.create({ ...common, taskQueue: QUEUES.ingest, activities: { ...ingest } }),
    await Worker.create({ ...common, taskQueue: QUEUES.backoffice, activities: { ...settlement } }),
  ]
  const isReady = (): boolean => workers.every((worker) => worker.getState() === 'RUNNING')
  const closeHealth = await serveHealth(
    config.endpoints.workerHealthPort,
    () => ({ ready: isReady(), gateway: forecastex.gateway.session }),
    log,
  )
  signal.addEventListener('abort', () => workers.forEach((worker) => worker.shutdown()), { once: true })
  try {
    await Promise.all(workers.map((worker) => worker.run()))
  } finally {
    ended.abort()
    await gateway.catch(() => undefined)
    await closeHealth()
    await connection.close()
    await Promise.all([kalshi.rest.close(), database.end()])
  }
}

async function openTrades(database: ReturnType<typeof openDatabase>): Promise<number> {
  const read = await database.query<{ n: number }>('select count(*) as n from trade where ended_ms is null')
  return read.rows[0]?.n ?? 0
}

async function main(): Promise<number> {
  let log = createLog({ process: 'worker', level: 'info' })
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const config = loadConfig(environment())
    log = createLog({ process: 'worker', level: config.logLevel })
    Runtime.install({ shutdownSignals: [], telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    await run(config, log, ended.signal)
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    log.error({ error: (error as Error).message }, 'the worker ends')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main().then((code) => process.exit(code))
