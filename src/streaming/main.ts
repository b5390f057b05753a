import { Runtime, Worker, type NativeConnection } from '@temporalio/worker'
import { ConfigurationError, environment, loadConfig, type Config } from '../config/load'
import { BookDirectory } from '../core/market/reference'
import type { Venue } from '../core/ids'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { serveHealth } from '../telemetry/health'
import { createLog } from '../telemetry/log'
import { systemClock } from '../wiring/clock'
import { openShardStores, openShardVenues, type ShardStores, type ShardVenues } from '../wiring/streaming'
import { connectTemporal, createTrader, temporalClient } from '../wiring/temporal'
import { regimesOf } from '../wiring/venues'
import { BUNDLE_FILE } from '../workers/bundle'
import { tradingQueue } from '../workflows/messages'
import { Desk } from './desk'
import { createLease, type HeldLease } from './lease'
import { HaltMirror } from './mirror'
import { bookQuotes } from './quotes'
import { Shard } from './shard'

/** Pairs and limits change by an operator's hand: seconds are soon enough. */
const DESK_REFRESH_MS = 2_000
/** A crashed worker's workflows move to the next one after this (temporal.md A0.4). */
const STICKY_TIMEOUT = '1s'
/** Activities that run when the process is told to go may finish for this long; an order's answer comes in milliseconds. */
const SHUTDOWN_GRACE = '5s'
/** Trades in flight are given this long to end by themselves before the worker stops; they are durable and go on at the next start. */
const DRAIN_LIMIT_MS = 4_000
const DRAIN_POLL_MS = 50
/** Two accounts are read in well under a second; a venue that takes longer is asked again. */
const STATEMENT_LIMIT_MS = 5_000

/** Enough for the compiler to have seen the path often. */
const REHEARSALS = 12
const REHEARSAL_LIMIT_MS = 10_000

const clock = systemClock()
/** For waits that are bounded by a count or a state instead. */
const NEVER = new AbortController().signal

interface Parts {
  readonly config: Config
  readonly stores: ShardStores
  readonly venues: ShardVenues
  readonly shard: Shard
  readonly lease: HeldLease
  readonly halts: HaltMirror
  readonly desk: Desk
  readonly trader: Trader
  readonly log: Log
}

function createShard(
  config: Config,
  stores: ShardStores,
  directory: BookDirectory,
  lease: HeldLease,
  halts: HaltMirror,
  trader: Trader,
  log: Log,
): Shard {
  const { kalshi, box } = config.venues
  return new Shard({
    mode: config.mode,
    configVersion: config.version,
    balancePrecision: kalshi.balance_precision,
    fillPrior: box.second_leg_fill_prior,
    completionAllowance: box.completion_allowance,
    regimes: regimesOf(config),
    trader,
    cache: stores.cache,
    record: stores.record,
    directory,
    halts,
    lease,
    clock,
    log,
  })
}

function openVenues(
  config: Config,
  stores: ShardStores,
  directory: BookDirectory,
  shard: Shard,
  lease: HeldLease,
  halts: HaltMirror,
  log: Log,
): Promise<ShardVenues> {
  const quotesOf = (venue: Venue): ReturnType<typeof bookQuotes> => bookQuotes(venue, directory, shard.engine.books, () => clock.nowMs())
  const hooks = {
    directory,
    halts,
    lease,
    shardOf: (market: Parameters<Shard['terms']['shardOf']>[0]) => shard.terms.shardOf(market),
    quotes: { kalshi: quotesOf('kalshi'), forecastex: quotesOf('forecastex') },
    fees: (venue: Venue, market: string) => shard.terms.fees(venue, market),
    access: (venue: Venue, market: string) => shard.engine.access(venue, market),
    onBytes: shard.onBytes.bind(shard),
    onAnswer: shard.onAnswer.bind(shard),
  }
  return openShardVenues(config, stores, hooks, log)
}

const createWorker = (connection: NativeConnection, config: Config, activities: ShardVenues['activities']): Promise<Worker> =>
  Worker.create({
    connection,
    namespace: config.namespace,
    taskQueue: tradingQueue(config.shard),
    workflowBundle: { codePath: BUNDLE_FILE },
    activities: { ...activities },
    stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
    shutdownGraceTime: SHUTDOWN_GRACE,
    maxConcurrentActivityTaskExecutions: 40,
    workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 6 },
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
  })

const healthOf =
  ({ stores, shard, lease, halts, venues, desk }: Parts) =>
  () => ({
    ready: lease.valid() && desk.pairs.length > 0 && shard.feeds().every(({ state }) => state === 'connected'),
    leaseEpoch: lease.epoch,
    haltEpoch: halts.epoch,
    pairs: desk.pairs.length,
    feeds: shard.feeds(),
    gateway: venues.gateway.session,
    latency: Object.fromEntries(Object.entries(shard.latency).map(([name, window]) => [name, window.quantiles()])),
    counters: {
      ...shard.counters(),
      captureLost: stores.frameLog.lost,
      cacheDropped: stores.cache?.dropped ?? 0,
      recordDropped: stores.record?.dropped ?? 0,
      recordQueued: stores.record?.queued ?? 0,
    },
  })

/** A task that must go on as long as the process does: its failure ends the process, and the supervisor starts it again. */
function essential(name: string, task: Promise<unknown>, fail: (error: Error) => void, signal: AbortSignal): void {
  task.then(
    () => (signal.aborted ? undefined : fail(new Error(`${name} ended by itself`))),
    (error: Error) => (signal.aborted ? undefined : fail(new Error(`${name}: ${error.message}`))),
  )
}

async function drain(shard: Shard): Promise<void> {
  shard.launcher.stop()
  const until = clock.nowMs() + DRAIN_LIMIT_MS
  while (shard.launcher.inFlight > 0 && clock.nowMs() < until) await clock.sleep(DRAIN_POLL_MS, NEVER)
}

/** @returns what ends when the signal aborts. */
function startTasks(parts: Parts, worker: Worker, signal: AbortSignal, fail: (error: Error) => void): readonly Promise<unknown>[] {
  const tasks: Promise<unknown>[] = []
  const { stores, venues, shard, halts } = parts
  const start = (name: string, task: Promise<unknown>): void => {
    tasks.push(task)
    essential(name, task, fail, signal)
  }
  start('the IB gateway session', venues.gateway.run(signal))
  start('the warm order connection', venues.keepWarm(signal))
  for (const feed of venues.feeds)
    start(
      `the ${feed.venue} feed`,
      feed.run((event) => shard.engine.accept(event), signal),
    )
  start('the worker', worker.run())
  rehearse(parts, signal).catch((error: Error) =>
    parts.log.warn({ error: error.message }, 'the rehearsal failed; the first trades will be slower'),
  )
  const tell = (epoch: number, scopes: Parameters<HaltMirror['tell']>[1]): void => {
    if (halts.tell(epoch, scopes)) stores.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['halts', { epoch, scopes }] })
  }
  start('the halt watch', stores.watchHalts(tell, signal))
  start('the desk', keepDesk(parts, signal))
  return tasks
}

/** The first trades of a process were five times slower than the rest: code is compiled and connections are opened on their way. */
async function rehearse({ trader }: Parts, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < REHEARSALS; i++) await withLimit([signal], REHEARSAL_LIMIT_MS, (limit) => trader.warmUp(limit))
}

/** Opening balances and left-over fills first, then pairs and limits, then again and again. */
async function keepDesk({ venues, desk, log }: Parts, signal: AbortSignal): Promise<void> {
  await venues.gateway.whenUp(signal)
  for (let opened = false; !signal.aborted;) {
    try {
      if (!opened) await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => venues.recordOpeningBalances(limit))
      opened = true
      await venues.bookPending(signal)
      await desk.refresh(signal)
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the desk could not be brought up to date; trying again')
    }
    await clock.sleep(DESK_REFRESH_MS, signal)
  }
}

async function run(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const stores = openShardStores(config, log)
  const halts = new HaltMirror(stores.haltFile)
  const lease = createLease(stores.lease, clock, log)
  await lease.acquired(signal)
  const keeping = lease.keep(ended.signal)
  const directory = new BookDirectory()
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const trader = createTrader(temporalClient(connection, config.namespace), tradingQueue(config.shard))
  const shard = createShard(config, stores, directory, lease, halts, trader, log)
  const venues = await openVenues(config, stores, directory, shard, lease, halts, log)
  const desk = new Desk({
    engine: shard.engine,
    terms: shard.terms,
    ...venues,
    frameLog: stores.frameLog,
    log,
    nowMs: () => clock.nowMs(),
    readPairs: stores.readPairs,
    readLimits: stores.readLimits,
  })
  const worker = await createWorker(connection, config, venues.activities)
  const parts: Parts = { config, stores, venues, shard, lease, halts, desk, trader, log }
  let tasks: readonly Promise<unknown>[] = []
  const failed = new Promise<never>((_resolve, reject) => {
    essential('the lease', keeping, reject, ended.signal)
    tasks = startTasks(parts, worker, ended.signal, reject)
  })
  const closeHealth = await serveHealth(config.endpoints.streamingHealthPort, healthOf(parts), log)
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    await Promise.race([failed, stopped])
  } finally {
    await drain(shard)
    if (worker.getState() === 'RUNNING') worker.shutdown()
    while (worker.getState() !== 'STOPPED' && worker.getState() !== 'FAILED') await clock.sleep(DRAIN_POLL_MS, NEVER)
    ended.abort()
    await Promise.allSettled([...tasks, keeping]) // their last frames still belong in the capture
    await closeHealth()
    await venues.close()
    await connection.close()
    await stores.close()
  }
}

async function main(): Promise<number> {
  let log = createLog({ process: 'streaming', level: 'info' })
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => ended.abort())
  try {
    const config = loadConfig(environment())
    log = createLog({ process: 'streaming', level: config.logLevel })
    Runtime.install({ shutdownSignals: [], telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } })
    await run(config, log, ended.signal)
    return 0
  } catch (error) {
    if (ended.signal.aborted) return 0
    log.error({ error: (error as Error).message, stack: (error as Error).stack }, 'streaming ends')
    return error instanceof ConfigurationError ? 2 : 1
  }
}

if (require.main === module) void main().then((code) => process.exit(code))
