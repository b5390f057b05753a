import { setMaxListeners } from 'node:events'
import type { Worker } from '@temporalio/worker'
import { ConfigurationError, environment } from '../config/environment'
import { loadConfig, type Config } from '../config/load'
import { refuseMisplaced } from '../config/places'
import { unlessAborted, withLimit } from '../ports/limit'
import { countAlarms, type CountingLog } from '../telemetry/alarms'
import { serveHealth } from '../telemetry/health'
import { createLog } from '../telemetry/log'
import { processMetrics, type Metrics, type SdkPage } from '../telemetry/metrics'
import { storeMeasures } from '../telemetry/stores'
import { followClock, systemClock } from '../wiring/clock'
import { refuseOtherLedger } from '../wiring/paper/accounts'
import { createReconciler } from '../wiring/shard/reconciling'
import { openOrders, openParts, type Parts } from '../wiring/shard/parts'
import { whileAlerting } from '../wiring/alerts/alerting'
import { openShardStores } from '../wiring/shard/stores'
import type { ShardOrders } from '../wiring/streaming'
import { installRuntime } from '../wiring/telemetry/runtime'
import { measuresOf } from './audit/measures'
import { Inheritance } from './failover/inheritance'
import { createLease } from './failover/lease'
import { resolveAll } from './failover/resolve'
import { followLease } from './failover/session'
import type { HaltMirror } from './mirror'
import { healthOf, whenFree } from './status'
import { DRAIN_POLL_MS, drain, essential, keepWarm, recordFeeds, rehearse } from './tasks'

/** Pairs and limits change by an operator's hand: seconds are soon enough. */
const DESK_REFRESH_MS = 2_000
/** Two accounts are read in well under a second; a venue that takes longer is asked again. */
const STATEMENT_LIMIT_MS = 5_000
/** A gateway that is away, or kept by a frozen predecessor (326), must not keep Kalshi's books and the limits from being read: cures there need them. */
const GATEWAY_WAIT_MS = 10_000
/** One small question, before the lease is asked for. */
const OWNER_LIMIT_MS = 1_000
/** A standby has it ready; one that starts makes it within seconds. A process that cannot is better replaced than holding a lease that nobody serves. */
const WORKER_LIMIT_MS = 30_000

const clock = systemClock()
/** For waits that are bounded by a count or a state instead. */
const NEVER = new AbortController().signal
/** Free for the health page of a standby: the configured port belongs to the holder of the lease. */
const ANY_PORT = 0

/** Starts a task that goes on as long as the process does. */
type Start = (name: string, task: Promise<unknown>) => void

/** What a standby does as well as the holder: everything is seen, nothing is sent. */
function watchMarkets(parts: Parts, start: Start, signal: AbortSignal): void {
  const { stores, sessions, oversight, halts, edges, beginning, watch } = parts
  start('the IB gateway session', sessions.gateway.run(signal))
  start('the warm order connection', sessions.keepWarm(signal))
  for (const feed of sessions.feeds)
    start(
      `the ${feed.venue} feed`,
      feed.run((event) => oversight.accept(event), signal),
    )
  const tell = (epoch: number, scopes: Parameters<HaltMirror['tell']>[1]): void => {
    if (halts.tell(epoch, scopes)) stores.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['halts', { epoch, scopes }] })
  }
  start('the halt watch', stores.watchHalts(tell, signal))
  start('the desk', keepDesk(parts, signal))
  if (edges) start('the desk of edges', edges.run(signal))
  start('the record of the feeds', recordFeeds(parts.shard, clock, signal))
  start('the oversight', oversight.run(signal))
  start('the watch over the stores', watch.run(signal))
  start('the beginnings of captures', beginning.run(signal))
}

/** E19: the lease is ours. The client id, the journal and the queue follow it; trades in flight go on here. */
async function takeOver(parts: Parts, start: Start, signal: AbortSignal): Promise<Worker> {
  const { config, sessions, shard, lease, role, trader, log } = parts
  role.become('taking over', 'its journal and its queue follow the lease')
  log.info({ epoch: lease.epoch }, 'the lease is ours')
  parts.stores.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['lease', { epoch: lease.epoch }] })
  sessions.takeClientId()
  start('the client id', followLease(lease, sessions, clock, log, signal))
  parts.orders = await openOrders(parts)
  role.become('resolving', 'what earlier processes left open is being looked at')
  start('the booking of what waits', keepBooking(parts.orders, log, signal))
  parts.reconciler = createReconciler(parts, parts.orders)
  start('the reconciliation', parts.reconciler.run(signal))
  const worker = await withLimit([signal], WORKER_LIMIT_MS, (limit) => unlessAborted(parts.worker, limit))
  start('the worker', worker.run())
  rehearse(trader, signal).catch((error: Error) =>
    log.warn({ error: error.message }, 'the rehearsal failed; the first trades will be slower'),
  )
  const { keep_warm_ms: everyMs } = config.venues
  const isNear = (): boolean => shard.near().length > 0
  const isBusy = (): boolean => shard.launcher.inFlight > 0
  if (everyMs > 0) start('the keep-warm beat', keepWarm({ everyMs, beat: parts.beat, isNear, isBusy, clock }, signal))
  return worker
}

/** E19: what must be known before anything opens, one line each. */
function leftOpen({ orders, stores, reconciler }: Parts): () => Promise<readonly string[]> {
  if (!orders) return () => Promise.resolve([])
  const inheritance = new Inheritance({ journal: orders.journal, ...stores })
  return async () => [...(await inheritance.left()), ...(reconciler?.unresolved() ?? [])]
}

/** What an earlier process left in the journal is booked first of all, and what the ledger could not take since, when it can. */
async function keepBooking(orders: ShardOrders, log: CountingLog, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await orders.bookPending(signal).catch((error: Error) => log.warn({ error: error.message }, 'fills wait in the journal; trying again'))
    await clock.sleep(DESK_REFRESH_MS, signal)
  }
}

/** Opening balances first, as soon as the lease is ours; pairs and limits again and again. */
async function keepDesk(parts: Parts, signal: AbortSignal): Promise<void> {
  await withLimit([signal], GATEWAY_WAIT_MS, (limit) => parts.sessions.gateway.whenUp(limit)).catch(() => undefined)
  for (let opened = false; !signal.aborted;) {
    const { orders, stores, shard, desk, log } = parts
    try {
      if (orders && !opened) {
        await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => orders.recordOpeningBalances(limit))
        await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => orders.readRates(limit))
        opened = true
      }
      await desk.refresh(signal)
      await shard.launcher.claims.refresh(stores.readClaims, () => clock.nowMs())
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the desk could not be brought up to date; trying again')
    }
    await clock.sleep(DESK_REFRESH_MS, signal)
  }
}

/** The health page with the metrics beside it. */
const serve = (parts: Parts, metrics: Metrics, port: number): Promise<() => Promise<void>> =>
  serveHealth(port, healthOf(parts), parts.log, metrics)

/** What this process is asked for in figures, whichever port it serves them on. */
const metricsOf = (parts: Parts, sdk: SdkPage): Metrics =>
  processMetrics(
    [...measuresOf({ ...parts, nowMs: () => clock.nowMs() }), ...storeMeasures(parts.watch, () => healthOf(parts)().ready)],
    sdk,
  )

/** Whoever started this process need not have asked. A ledger that does not answer in time is asked by everything else that needs it. */
async function refuseForeignLedger(config: Config, { database }: Parts['stores'], log: CountingLog, signal: AbortSignal): Promise<void> {
  try {
    await withLimit([signal], OWNER_LIMIT_MS, (limit) => unlessAborted(refuseOtherLedger(config, database), limit))
  } catch (error) {
    if (error instanceof ConfigurationError) throw error
    log.warn({ error: (error as Error).message }, 'whose ledger this is could not be asked')
  }
}

async function run(config: Config, sdk: SdkPage, log: CountingLog, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  setMaxListeners(0, ended.signal) // every task of the process listens for the end
  const stores = openShardStores(config, log)
  await refuseForeignLedger(config, stores, log, signal)
  const lease = createLease(stores.lease, clock, log)
  const holds = await lease.attempt(signal)
  let keeping = holds ? lease.keep(ended.signal) : null
  keeping?.catch(() => undefined) // heard of by whoever takes over
  const parts = await openParts(config, log, lease, stores, holds)
  const { role } = parts
  const metrics = metricsOf(parts, sdk)
  const tasks: Promise<unknown>[] = []
  let taking: Promise<Worker> | null = null
  const standing = new AbortController()
  let closeHealth = async (): Promise<void> => undefined
  const trade = async (start: Start): Promise<void> => {
    if (!holds) {
      void whenFree(() => serve(parts, metrics, config.own.standbyPort ?? ANY_PORT), clock, log, standing.signal).then(
        (close) => (standing.signal.aborted ? close() : void (closeHealth = close)),
        () => undefined, // it is a standby no more
      )
      log.info({}, 'standing by: another process holds the lease')
      await lease.acquired(ended.signal)
    }
    if (signal.aborted || ended.signal.aborted) return // it ends: the lease lapses, and another takes it
    standing.abort()
    start('the lease', (keeping ??= lease.keep(ended.signal)))
    taking = takeOver(parts, start, ended.signal)
    await taking
    const closeStandby = closeHealth
    const moveHealth = async (): Promise<void> => {
      closeHealth = await whenFree(() => serve(parts, metrics, config.own.healthPort), clock, log, ended.signal)
      await closeStandby()
    }
    // a predecessor that sleeps keeps the port: nobody waits for that
    await Promise.all([moveHealth(), resolveAll({ role, left: leftOpen(parts), clock, log }, ended.signal)])
  }
  const failed = new Promise<never>((_resolve, reject) => {
    parts.worker.catch(reject) // a standby that could not take over is none: the supervisor starts another
    const start: Start = (name, task) => {
      tasks.push(task)
      essential(name, task, reject, ended.signal)
    }
    watchMarkets(parts, start, ended.signal)
    trade(start).catch((error: Error) => (signal.aborted ? undefined : reject(error)))
  })
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    await Promise.race([failed, stopped])
  } finally {
    const worker = await workerOf(taking)
    standing.abort()
    await end(parts, worker, ended, tasks)
    await closeHealth()
    await parts.orders?.close()
    parts.shard.end()
    await parts.sessions.close()
    await parts.tracing?.close()
    if (worker) await parts.connection.close() // one that never ran does not let go of it
    await stores.close()
  }
}

/** null: nothing was taken over, or only half. */
const workerOf = (taking: Promise<Worker> | null): Promise<Worker | null> => taking?.catch(() => null) ?? Promise.resolve(null)

/** With the lease, trades in flight get a moment to end; without it nothing can be sent, and the successor waits for our client id. */
async function end({ lease, shard }: Parts, worker: Worker | null, ended: AbortController, tasks: Iterable<unknown>): Promise<void> {
  if (lease.valid()) await drain(shard.launcher, clock)
  else ended.abort()
  if (worker?.getState() === 'RUNNING') worker.shutdown()
  while (worker && worker.getState() !== 'STOPPED' && worker.getState() !== 'FAILED') await clock.sleep(DRAIN_POLL_MS, NEVER)
  ended.abort()
  await Promise.allSettled(tasks) // their last frames still belong in the capture
}

async function main(): Promise<number> {
  let log = countAlarms(createLog({ process: 'streaming', level: 'info' }))
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const config = followClock(loadConfig(environment()))
    refuseMisplaced(config, environment())
    log = countAlarms(createLog({ process: 'streaming', level: config.logLevel, nowMs: clock.nowMs }))
    const sdk = await installRuntime()
    await whileAlerting(config, 'streaming', log, 'raises', () => run(config, sdk, log, ended.signal))
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    log.error({ error: (error as Error).message, stack: (error as Error).stack }, 'streaming ends')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main().then((code) => process.exit(code))
