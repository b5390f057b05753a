import { Runtime, Worker, type NativeConnection } from '@temporalio/worker'
import { bookPending, createTradeActivities } from '../activities'
import { ConfigurationError, environment, loadConfig, type Config } from '../config/load'
import type { Venue } from '../core/ids'
import { BookDirectory } from '../core/market/reference'
import type { MarketFeed } from '../ports/feed'
import type { Journal } from '../ports/journal'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import { createHaltFile } from '../stores/files/halt-file'
import { openJournal } from '../stores/files/journal'
import { openAccount } from '../stores/postgres/ledger'
import { readLimits } from '../stores/postgres/limits'
import { activePairs } from '../stores/postgres/registry'
import { markUnknown, readGrant } from '../stores/postgres/trades'
import { watchHalts } from '../stores/postgres/halt-watch'
import { createLog } from '../telemetry/log'
import { createForecastexFeed } from '../venues/forecastex/feed'
import { createForecastexOrderEntry } from '../venues/forecastex/order-entry'
import { createGate } from '../venues/gate'
import { createKalshiFeed } from '../venues/kalshi/feed'
import { createKalshiOrderEntry } from '../venues/kalshi/order-entry'
import { systemClock } from '../wiring/clock'
import { openStreamingStores, type StreamingStores } from '../wiring/streaming'
import { connectTemporal, createTrader, temporalClient } from '../wiring/temporal'
import { openForecastex, openKalshi, regimesOf, type ForecastexSession, type KalshiSession } from '../wiring/venues'
import { BUNDLE_FILE } from '../workers/bundle'
import { tradingQueue } from '../workflows/messages'
import { Desk } from './desk'
import { serveHealth } from './health'
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
const FLUSH_LIMIT_MS = 1_000
/** Two accounts are read in well under a second; a venue that takes longer is asked again. */
const STATEMENT_LIMIT_MS = 5_000

interface Venues {
  readonly kalshi: KalshiSession
  readonly forecastex: ForecastexSession
  readonly feeds: readonly MarketFeed[]
  readonly entries: Readonly<Record<Venue, OrderEntry>>
}

const clock = systemClock()

function openVenues(config: Config, stores: StreamingStores, directory: BookDirectory, shard: Shard, log: Log): Venues {
  const frameLog = stores.capture
  const kalshi = openKalshi(config, frameLog, log)
  const forecastex = openForecastex(config, 'trading', frameLog, log)
  const { gateway, catalog } = forecastex
  const { account } = config.endpoints.forecastex
  return {
    kalshi,
    forecastex,
    feeds: [
      createKalshiFeed({ wsUrl: config.endpoints.kalshi.wsUrl, signer: kalshi.signer, directory, frameLog, clock, log }),
      createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log }),
    ],
    entries: {
      kalshi: createKalshiOrderEntry({
        rest: kalshi.rest,
        account: config.endpoints.kalshi.account,
        clock,
        log,
        shardOf: (market) => shard.terms.shardOf(market),
      }),
      forecastex: createForecastexOrderEntry({
        gateway,
        catalog,
        account,
        clock,
        log,
        frameLog,
        graceMs: config.venues.forecastex.finality_grace_ms,
      }),
    },
  }
}

interface Parts {
  readonly config: Config
  readonly stores: StreamingStores
  readonly shard: Shard
  readonly venues: Venues
  readonly lease: HeldLease
  readonly halts: HaltMirror
  readonly journal: Journal
  readonly directory: BookDirectory
  readonly log: Log
}

function createWorker(
  connection: NativeConnection,
  { config, stores, shard, venues, lease, halts, journal, directory, log }: Parts,
): Promise<Worker> {
  const grantOf = (tradeId: Parameters<typeof readGrant>[1]): ReturnType<typeof readGrant> => readGrant(stores.database, tradeId)
  const guard = createGate({ clock, halts, lease, grantOf })
  const quotesOf = (venue: Venue): ReturnType<typeof bookQuotes> => bookQuotes(venue, directory, shard.engine.books, () => clock.nowMs())
  const activities = createTradeActivities({
    entries: venues.entries,
    ledger: stores.ledger,
    guard,
    journal,
    clock,
    log,
    halts,
    quotes: { kalshi: quotesOf('kalshi'), forecastex: quotesOf('forecastex') },
    fees: (venue, market) => shard.terms.fees(venue, market),
    access: (venue, market) => shard.engine.access(venue, market),
    completionAllowance: config.venues.box.completion_allowance,
    onBytes: (order) => shard.onBytes(order),
    onAnswer: (order, outcome) => {
      shard.onAnswer(order, outcome)
      // a note for the risk checks of other trades; the saga itself knows
      markUnknown(stores.database, order.clientOrderId, outcome.kind === 'unknown').catch((error: Error) =>
        log.warn({ error: error.message }, 'an unknown order could not be noted'),
      )
    },
    onClosed: () => undefined,
  })
  return Worker.create({
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
}

/** Both accounts as the venues tell them are the ledger's opening balances, once (later differences are breaks, never adjustments). */
async function recordOpeningBalances({ stores, venues, log }: Parts, signal: AbortSignal): Promise<void> {
  for (const account of [venues.kalshi.account, venues.forecastex.account]) {
    const statement = await account.statement(clock.nowMs(), signal)
    const first = await openAccount(stores.database, account.venue, account.account, statement.cash, clock.nowMs(), signal)
    if (first) log.info({ venue: account.venue, cash: statement.cash }, 'opening balance recorded')
  }
}

function healthOf({ stores, shard, lease, halts, venues }: Parts, desk: Desk) {
  return () => ({
    ready: lease.valid() && shard.feeds().every(({ state }) => state === 'connected'),
    leaseEpoch: lease.epoch,
    haltEpoch: halts.epoch,
    pairs: desk.pairs.length,
    feeds: shard.feeds(),
    gateway: venues.forecastex.gateway.session,
    latency: Object.fromEntries(Object.entries(shard.latency).map(([name, window]) => [name, window.quantiles()])),
    counters: {
      ...shard.engine.counters,
      inconsistent: shard.engine.books.inconsistent,
      ...shard.launcher.counters,
      inFlight: shard.launcher.inFlight,
      captureLost: stores.capture.lost,
      cacheDropped: stores.cache?.dropped ?? 0,
      recordDropped: stores.record?.dropped ?? 0,
      recordQueued: stores.record?.queued ?? 0,
    },
  })
}

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
  const never = new AbortController().signal
  while (shard.launcher.inFlight > 0 && clock.nowMs() < until) await clock.sleep(DRAIN_POLL_MS, never)
}

async function run(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  const ended = new AbortController()
  const stores = openStreamingStores(config, log)
  const halts = new HaltMirror(createHaltFile(config.dataDir))
  const lease = createLease(stores.lease, clock, log)
  await lease.acquired(signal)
  const directory = new BookDirectory()
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const trader = createTrader(temporalClient(connection, config.namespace), tradingQueue(config.shard))
  const { cache, record, capture } = stores
  const shard = new Shard({ config, directory, trader, halts, lease, regimes: regimesOf(config), cache, record, clock, log })
  const journal = await openJournal({ dir: config.dataDir, log })
  const venues = openVenues(config, stores, directory, shard, log)
  const parts: Parts = { config, stores, shard, venues, lease, halts, journal, directory, log }
  const desk = new Desk({
    engine: shard.engine,
    terms: shard.terms,
    feeds: venues.feeds,
    catalogs: { kalshi: venues.kalshi.catalog, forecastex: venues.forecastex.catalog },
    frameLog: capture,
    log,
    readPairs: () => activePairs(stores.database),
    readLimits: () => readLimits(stores.database),
  })
  const worker = await createWorker(connection, parts)
  const failed = new Promise<never>((_resolve, reject) => startTasks(parts, desk, worker, ended.signal, reject))
  const closeHealth = await serveHealth(config.endpoints.streamingHealthPort, healthOf(parts, desk), log)
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  try {
    await Promise.race([failed, stopped])
  } finally {
    await drain(shard)
    if (worker.getState() === 'RUNNING') worker.shutdown()
    while (worker.getState() !== 'STOPPED' && worker.getState() !== 'FAILED') await clock.sleep(DRAIN_POLL_MS, new AbortController().signal)
    ended.abort()
    await closeHealth()
    await Promise.all([
      cache?.close(FLUSH_LIMIT_MS),
      record?.close(FLUSH_LIMIT_MS),
      journal.close(),
      capture.close(),
      venues.kalshi.rest.close(),
    ])
    await stores.lease.release().catch(() => undefined)
    await connection.close()
    await stores.database.end()
  }
}

function startTasks(parts: Parts, desk: Desk, worker: Worker, signal: AbortSignal, fail: (error: Error) => void): void {
  const { stores, venues, shard, halts, lease, journal, config, log } = parts
  const { gateway } = venues.forecastex
  const start = (name: string, task: Promise<unknown>): void => essential(name, task, fail, signal)
  start('the lease', lease.keep(signal))
  start('the IB gateway session', gateway.run(signal))
  for (const feed of venues.feeds)
    start(
      `the ${feed.venue} feed`,
      feed.run((event) => shard.engine.accept(event), signal),
    )
  start('the worker', worker.run())
  start(
    'the halt watch',
    watchHalts(
      stores.database,
      config.endpoints.databaseUrl,
      clock,
      log,
      ({ epoch, active }) => {
        const scopes = active.map(({ scope }) => scope)
        if (halts.tell(epoch, scopes)) stores.capture.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['halts', { epoch, scopes }] })
      },
      signal,
    ),
  )
  start('the desk', keepDesk(parts, desk, journal, signal))
}

/** Opening balances and left-over fills first, then pairs and limits, then again and again. */
async function keepDesk(parts: Parts, desk: Desk, journal: Journal, signal: AbortSignal): Promise<void> {
  const { stores, venues, log } = parts
  await venues.forecastex.gateway.whenUp(signal)
  for (let opened = false; !signal.aborted;) {
    try {
      if (!opened) await withLimit([signal], STATEMENT_LIMIT_MS, (limit) => recordOpeningBalances(parts, limit))
      opened = true
      await bookPending(stores.ledger, journal, clock, signal)
      await desk.refresh(signal)
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'the desk could not be brought up to date; trying again')
    }
    await clock.sleep(DESK_REFRESH_MS, signal)
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
