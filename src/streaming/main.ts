import { setMaxListeners } from 'node:events'
import { Runtime, Worker, type NativeConnection } from '@temporalio/worker'
import { ConfigurationError, environment } from '../config/environment'
import { loadConfig, refuseRealVenues, type Config } from '../config/load'
import type { Venue } from '../core/ids'
import { BookDirectory } from '../core/market/reference'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { serveHealth } from '../telemetry/health'
import { countAlarms, type CountingLog } from '../telemetry/alarms'
import { createLog } from '../telemetry/log'
import { createMetrics } from '../telemetry/metrics'
import { systemClock } from '../wiring/clock'
import { openShardSessions, type ShardSessions } from '../wiring/sessions'
import { openShardOrders, openShardStores, type ShardOrders, type ShardStores } from '../wiring/streaming'
import { connectTemporal, createSuccessors, createTrader, temporalClient } from '../wiring/temporal'
import { regimesOf } from '../wiring/venues'
import { BUNDLE_FILE } from '../workers/bundle'
import { tradingQueue } from '../workflows/messages'
import { measuresOf } from './audit/measures'
import { Oversight } from './audit/oversight'
import { Desk } from './desk'
import { createLease, type HeldLease } from './lease'
import { HaltMirror } from './mirror'
import { bookQuotes } from './quotes'
import { Role } from './role'
import { Shard } from './shard'
import { healthOf, whenFree } from './status'
import { DRAIN_POLL_MS, drain, essential, rehearse } from './tasks'

/** Pairs and limits change by an operator's hand: seconds are soon enough. */
const DESK_REFRESH_MS = 2_000
/** A crashed worker's workflows move to the next one after this (temporal.md A0.4). */
const STICKY_TIMEOUT = '1s'
/** Activities that run when the process is told to go may finish for this long; an order's answer comes in milliseconds. */
const SHUTDOWN_GRACE = '5s'
/** Two accounts are read in well under a second; a venue that takes longer is asked again. */
const STATEMENT_LIMIT_MS = 5_000

const clock = systemClock()
/** For waits that are bounded by a count or a state instead. */
const NEVER = new AbortController().signal
/** Free for the health page of a standby: the configured port belongs to the holder of the lease. */
const ANY_PORT = 0

/** Everything a streaming process is made of. */
interface Parts {
  readonly config: Config
  readonly stores: ShardStores
  readonly sessions: ShardSessions
  readonly shard: Shard
  readonly lease: HeldLease
  readonly role: Role
  readonly halts: HaltMirror
  readonly desk: Desk
  readonly oversight: Oversight
  readonly directory: BookDirectory
  readonly trader: Trader
  readonly connection: NativeConnection
  readonly log: CountingLog
  /** null while another process holds the lease. */
  orders: ShardOrders | null
}
/** Starts a task that goes on as long as the process does. */
type Start = (name: string, task: Promise<unknown>) => void

function createShard(
  config: Config,
  stores: ShardStores,
  { tokens }: ShardSessions,
  directory: BookDirectory,
  role: Role,
  halts: HaltMirror,
  trader: Trader,
  log: Log,
): Shard {
  const { kalshi, box } = config.venues
  return new Shard({
    mode: config.mode,
    configVersion: config.version,
    balancePrecision: kalshi.balance_precision,
    policy: box,
    regimes: regimesOf(config),
    trader,
    cache: role.tap(stores.cache),
    record: role.tap(stores.record),
    directory,
    halts,
    lease: role,
    tokens,
    clock,
    log,
  })
}

/** Opened when the lease is held, and not before: the journal has one writer. */
function openOrders({ config, stores, sessions, directory, shard, desk, lease, halts, connection, log }: Parts): Promise<ShardOrders> {
  const quotesOf = (venue: Venue): ReturnType<typeof bookQuotes> => bookQuotes(venue, directory, shard.engine.books, () => clock.nowMs())
  const hooks = {
    proof: () => ({ kalshi: shard.engine.books.confirmedAtMs('kalshi'), forecastex: shard.engine.books.confirmedAtMs('forecastex') }),
    halts,
    lease,
    tokens: sessions.tokens,
    successors: createSuccessors(temporalClient(connection, config.namespace), tradingQueue(config.shard)),
    bandsOf: (venue: Venue, market: string) => shard.terms.listing(venue, market)?.bands ?? null,
    shardOf: (market: Parameters<Shard['terms']['shardOf']>[0]) => shard.terms.shardOf(market),
    mayOpen: desk.mayOpen.bind(desk),
    quotes: { kalshi: quotesOf('kalshi'), forecastex: quotesOf('forecastex') },
    fees: (venue: Venue, market: string) => shard.terms.fees(venue, market),
    access: (venue: Venue, market: string) => shard.engine.access(venue, market),
    onBytes: shard.onBytes.bind(shard),
    onAnswer: shard.onAnswer.bind(shard),
  }
  return openShardOrders(config, stores, sessions, hooks, log)
}

const createWorker = (connection: NativeConnection, config: Config, activities: ShardOrders['activities']): Promise<Worker> =>
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

/** What a standby does as well as the holder: everything is seen, nothing is sent. */
function watchMarkets(parts: Parts, start: Start, signal: AbortSignal): void {
  const { stores, sessions, oversight, halts } = parts
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
  start('the oversight', oversight.run(signal))
}

/** E19: the lease is ours. The client id, the journal and the queue follow it; trades in flight go on here. */
async function takeOver(parts: Parts, start: Start, signal: AbortSignal): Promise<Worker> {
  const { config, sessions, lease, role, connection, trader, log } = parts
  role.name = 'taking over'
  log.info({ epoch: lease.epoch }, 'the lease is ours')
  sessions.takeClientId()
  parts.orders = await openOrders(parts)
  const worker = await createWorker(connection, config, parts.orders.activities)
  start('the worker', worker.run())
  rehearse(trader, signal).catch((error: Error) =>
    log.warn({ error: error.message }, 'the rehearsal failed; the first trades will be slower'),
  )
  role.name = 'trading'
  return worker
}

/** Opening balances and left-over fills first, as soon as the lease is ours; pairs and limits again and again. */
async function keepDesk(parts: Parts, signal: AbortSignal): Promise<void> {
  await parts.sessions.gateway.whenUp(signal)
  for (let opened = false; !signal.aborted;) {
    const { orders, stores, shard, desk, log } = parts
    try {
      if (orders && !opened) {
        await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => orders.recordOpeningBalances(limit))
        await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => orders.readRates(limit))
        opened = true
      }
      // one that only a person can book must not keep the pairs and limits of all from being read
      await orders
        ?.bookPending(signal)
        .catch((error: Error) => log.warn({ error: error.message }, 'fills wait in the journal; trying again'))
      await desk.refresh(signal)
      await shard.launcher.claims.refresh(stores.readClaims, () => clock.nowMs())
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the desk could not be brought up to date; trying again')
    }
    await clock.sleep(DESK_REFRESH_MS, signal)
  }
}

/** The health page with the metrics beside it. */
const serve = (parts: Parts, port: number): Promise<() => Promise<void>> =>
  serveHealth(port, healthOf(parts), parts.log, createMetrics(measuresOf({ ...parts, nowMs: () => clock.nowMs() })))

/** All that needs no lease. */
async function openParts(config: Config, log: CountingLog, lease: HeldLease, stores: ShardStores, holds: boolean): Promise<Parts> {
  const role = new Role(lease)
  const halts = new HaltMirror(stores.haltFile)
  const directory = new BookDirectory()
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const trader = createTrader(temporalClient(connection, config.namespace), tradingQueue(config.shard))
  const sessions = openShardSessions(config, directory, stores.frameLog, holds, log, stores.knownContracts, stores.refusalOfFacts)
  const shard = createShard(config, stores, sessions, directory, role, halts, trader, log)
  const desk = new Desk({
    engine: shard.engine,
    terms: shard.terms,
    ...sessions,
    frameLog: stores.frameLog,
    log,
    nowMs: () => clock.nowMs(),
    readPairs: stores.readPairs,
    readTraded: async () => [...(await stores.readTraded()), ...shard.launcher.traded()],
    readLimits: stores.readLimits,
    suspend: stores.suspendPair,
  })
  const { frameLog } = stores
  const oversight = new Oversight({ shard, desk, directory, kalshi: sessions.overseen, frameLog, clock, log })
  return { config, stores, sessions, shard, lease, role, halts, desk, oversight, directory, trader, connection, log, orders: null }
}

async function run(config: Config, log: CountingLog, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  setMaxListeners(0, ended.signal) // every task of the process listens for the end
  const stores = openShardStores(config, log)
  const lease = createLease(stores.lease, clock, log)
  const holds = await lease.attempt(signal)
  let keeping = holds ? lease.keep(ended.signal) : null
  keeping?.catch(() => undefined) // heard of by whoever takes over
  const parts = await openParts(config, log, lease, stores, holds)
  const tasks: Promise<unknown>[] = []
  let taking: Promise<Worker> | null = null
  let closeHealth = async (): Promise<void> => undefined
  const trade = async (start: Start): Promise<void> => {
    if (!holds) {
      closeHealth = await serve(parts, ANY_PORT)
      log.info({}, 'standing by: another process holds the lease')
      await lease.acquired(signal)
    }
    start('the lease', (keeping ??= lease.keep(ended.signal)))
    taking = takeOver(parts, start, ended.signal)
    await taking
    await closeHealth()
    closeHealth = await whenFree(() => serve(parts, config.endpoints.streamingHealthPort), clock, log, ended.signal)
  }
  const failed = new Promise<never>((_resolve, reject) => {
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
    await end(parts, await workerOf(taking), ended, tasks)
    await closeHealth()
    await parts.orders?.close()
    parts.shard.end()
    await parts.sessions.close()
    await parts.connection.close()
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
    const config = loadConfig(environment())
    refuseRealVenues(config)
    log = countAlarms(createLog({ process: 'streaming', level: config.logLevel }))
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
