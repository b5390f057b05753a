import { Worker } from '@temporalio/worker'
import { ConfigurationError, environment } from '../config/environment'
import { loadConfig, type Config } from '../config/load'
import { refuseMisplaced } from '../config/places'
import { alarmMeasure, countAlarms, type CountingLog } from '../telemetry/alarms'
import { serveHealth } from '../telemetry/health'
import { createLog } from '../telemetry/log'
import { processMetrics, type SdkPage } from '../telemetry/metrics'
import { storeMeasures } from '../telemetry/stores'
import { whileAlerting } from '../wiring/alerts/alerting'
import { openBackoffice } from '../wiring/backoffice'
import { followClock, systemClock } from '../wiring/clock'
import { drillMeasures } from '../wiring/drills/measures'
import { installRuntime } from '../wiring/telemetry/runtime'
import { connectTemporal, temporalClient } from '../wiring/temporal'
import { QUEUES } from '../workflows/messages'
import { BUNDLE_FILE } from './bundle'

const SHUTDOWN_GRACE = '5s'

/** Ingest and back office in one process: one worker per queue, no session that places orders. */
async function run(config: Config, sdk: SdkPage, log: CountingLog, signal: AbortSignal): Promise<void> {
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const office = openBackoffice(config, temporalClient(connection, config.namespace), log)
  const ended = new AbortController()
  const session = office.gateway.run(ended.signal)
  const common = { connection, namespace: config.namespace, workflowBundle: { codePath: BUNDLE_FILE }, shutdownGraceTime: SHUTDOWN_GRACE }
  const workers = [
    await Worker.create({ ...common, taskQueue: QUEUES.ingest, activities: { ...office.ingest, ...office.odds } }),
    await Worker.create({
      ...common,
      taskQueue: QUEUES.backoffice,
      activities: {
        ...{ ...office.settlement, ...office.controls, ...office.sweep, ...office.reconciliation, ...office.drills.activities },
        ...office.schedules,
        ...office.replay,
        ...office.calibration,
        ...office.backup,
      },
    }),
  ]
  const isReady = (): boolean => office.stores.ready && workers.every((worker) => worker.getState() === 'RUNNING')
  const closeHealth = await serveHealth(
    config.endpoints.workerHealthPort,
    () => ({ ready: isReady(), stores: office.stores.state(), gateway: office.gateway.session, drill: office.drills.watch.state() }),
    log,
    processMetrics(
      [...drillMeasures(office.drills.watch), ...office.measures, ...storeMeasures(office.stores, isReady), alarmMeasure(log)],
      sdk,
    ),
  )
  const watching = [
    office.watchHalts(ended.signal),
    office.drills.watch.run(ended.signal),
    office.keepPositions(ended.signal),
    office.keepCaptures(ended.signal),
    office.stores.run(ended.signal),
    office.keepMeasures(ended.signal),
  ]
  signal.addEventListener('abort', () => workers.forEach((worker) => worker.shutdown()), { once: true })
  try {
    await Promise.all(workers.map((worker) => worker.run()))
  } finally {
    ended.abort()
    await Promise.allSettled([session, ...watching])
    await closeHealth()
    await connection.close()
    await office.close()
  }
}

async function main(): Promise<number> {
  let log = countAlarms(createLog({ process: 'worker', level: 'info' }))
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const config = followClock(loadConfig(environment()))
    refuseMisplaced(config, environment())
    log = countAlarms(createLog({ process: 'worker', level: config.logLevel, nowMs: systemClock().nowMs }))
    const sdk = await installRuntime()
    await whileAlerting(config, 'worker', log, 'delivers', () => run(config, sdk, log, ended.signal))
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    log.error({ error: (error as Error).message }, 'the worker ends')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main().then((code) => process.exit(code))
