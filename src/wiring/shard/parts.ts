import type { Worker, NativeConnection } from '@temporalio/worker'
import type { Config } from '../../config/load'
import { readRecordFile } from '../../config/record'
import { marketId, VENUES, type Venue } from '../../core/ids'
import { BookDirectory } from '../../core/market/reference'
import type { SaleChoice, Unpaired } from '../../core/trade/plan'
import type { Beat, Successors, Trader } from '../../ports/trader'
import { Oversight } from '../../streaming/audit/oversight'
import { Beginning } from '../../streaming/beginning/beginning'
import { Desk, type DeskOptions } from '../../streaming/desk'
import type { HeldLease } from '../../streaming/failover/lease'
import { Role } from '../../streaming/failover/role'
import { HaltMirror } from '../../streaming/mirror'
import { bookQuotes } from '../../streaming/quotes'
import type { Reconciler } from '../../streaming/reconcile/reconciler'
import { Shard } from '../../streaming/shard'
import type { CountingLog } from '../../telemetry/alarms'
import type { StoreWatch } from '../../telemetry/stores'
import { tradingQueue } from '../../workflows/messages'
import type { Look } from '../../ports/account'
import { systemClock } from '../clock'
import { openShardSessions, type ShardSessions } from '../sessions'
import { openShardOrders, type ShardOrders } from '../streaming'
import { watchStores } from '../telemetry/stores'
import type { Tracing } from '../telemetry/tracing'
import { connectTemporal, createBeat, createSuccessors, createTrader, temporalClient } from '../temporal'
import { regimesOf } from '../venues'
import { edgeStanding, openEdges, type EdgeStanding, type EdgeTasks } from './edges'
import type { ShardStores } from './stores'
import { createTradingWorker } from './worker'

const clock = systemClock()

/** Everything a streaming process is made of. */
export interface Parts {
  readonly config: Config
  readonly stores: ShardStores
  readonly sessions: ShardSessions
  readonly shard: Shard
  readonly lease: HeldLease
  readonly role: Role
  readonly halts: HaltMirror
  readonly desk: Desk
  readonly oversight: Oversight
  readonly beginning: Beginning
  readonly directory: BookDirectory
  readonly trader: Trader
  /** A breath of a trade, that keeps warm what a lone one goes through. */
  readonly beat: (signal: AbortSignal) => Promise<Beat>
  readonly connection: NativeConnection
  /** Runs from the moment in which the lease is ours. */
  readonly worker: Promise<Worker>
  readonly successors: Successors
  /** null, as `edges` is: this process trades boxes alone. */
  readonly standing: EdgeStanding | null
  /** null: this process trades boxes alone. */
  readonly edges: EdgeTasks | null
  /** The servers behind this process. */
  readonly watch: StoreWatch
  /** null: nobody has asked for traces. */
  readonly tracing: Tracing | null
  readonly log: CountingLog
  /** null while another process holds the lease. */
  orders: ShardOrders | null
  /** null with them. */
  reconciler: Reconciler<Look> | null
}
function createShard(
  config: Config,
  stores: ShardStores,
  { tokens }: ShardSessions,
  directory: BookDirectory,
  role: Role,
  halts: HaltMirror,
  trader: Trader,
  edges: EdgeStanding | null,
  tracing: Tracing | null,
  log: CountingLog,
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
    shard: config.shard,
    recordsChanges: readRecordFile(config.configDir).orderbook,
    onDecided: (decided) => {
      stores.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['decided', { ...decided, epoch: role.epoch }] })
      tracing?.decided(decided)
    },
    ...(edges && { edges: edges.options }),
    directory,
    halts,
    lease: role,
    tokens,
    clock,
    log,
  })
}

/** Opened when the lease is held, and not before: the journal has one writer. */
export function openOrders({
  config,
  stores,
  sessions,
  directory,
  shard,
  desk,
  lease,
  role,
  halts,
  successors,
  standing,
  tracing,
  log,
}: Parts): Promise<ShardOrders> {
  const quotesOf = (venue: Venue): ReturnType<typeof bookQuotes> => bookQuotes(venue, directory, shard.engine.books, () => clock.nowMs())
  const { stopwatch } = shard
  const hooks = {
    proof: () => ({ kalshi: shard.engine.books.confirmedAtMs('kalshi'), forecastex: shard.engine.books.confirmedAtMs('forecastex') }),
    halts,
    lease,
    tokens: sessions.tokens,
    successors,
    bandsOf: (venue: Venue, market: string) => shard.terms.listing(venue, market)?.bands ?? null,
    shardOf: (market: Parameters<Shard['terms']['shardOf']>[0]) => shard.terms.shardOf(market),
    mayOpen: (plan: Parameters<Desk['mayOpen']>[0]) => role.mayOpen && desk.mayOpen(plan),
    quotes: { kalshi: quotesOf('kalshi'), forecastex: quotesOf('forecastex') },
    fees: (venue: Venue, market: string) => shard.terms.fees(venue, market),
    access: (venue: Venue, market: string) => shard.engine.access(venue, market),
    chooseSale: (held: Unpaired) => chooseSale(held, standing, shard),
    ...{ directory, books: shard.engine.books },
    watched: (entries: Parameters<Tracing['entries']>[0]) => tracing?.entries(entries) ?? entries,
    onReserved: stopwatch.reserved.bind(stopwatch),
    onBytes: stopwatch.bytes.bind(stopwatch),
    onAnswer: stopwatch.answered.bind(stopwatch),
  }
  return openShardOrders(config, stores, sessions, hooks, log)
}

/** Of a trade that no desk here has decided there is nothing to be said: it is held. */
const chooseSale = (held: Unpaired, standing: EdgeStanding | null, { edges }: Shard): SaleChoice =>
  standing && edges
    ? standing.sales.choose(held, (market, position) => edges.saleOf(market, position, clock.nowMs()))
    : { kind: 'hold', reason: 'this process trades no edges' }

/** @throws Error when there are none: the worker runs only while the lease is held */
function ordersOf({ orders }: Pick<Parts, 'orders'>): ShardOrders['activities'] {
  if (orders === null) throw new Error('a standby has no orders')
  return orders.activities
}

/** Where canaries rest as configured: their books have to be seen though no pair trades there. */
const canaryMarkets = ({ venues }: Config): DeskOptions['canaries'] =>
  VENUES.flatMap((venue) => {
    const market = venues.drill.canaries[venue]
    return market === undefined ? [] : [{ venue, market: marketId(market) }]
  })

/** Its libraries take 150 ms to load, which nobody waits for who traces nothing. */
async function tracingOf({ otlpEndpoint }: Config, log: CountingLog): Promise<Tracing | null> {
  if (otlpEndpoint === null) return null
  const { openTracing } = await import('../telemetry/tracing.js')
  return openTracing(otlpEndpoint, 'streaming', log)
}

/** All that needs no lease. */
export async function openParts(config: Config, log: CountingLog, lease: HeldLease, stores: ShardStores, holds: boolean): Promise<Parts> {
  const role = new Role(lease)
  const halts = new HaltMirror(stores.haltFile)
  const directory = new BookDirectory()
  const connection = await connectTemporal(config.endpoints.temporal.address)
  const tracing = await tracingOf(config, log)
  const client = temporalClient(connection, config.namespace, tracing?.client)
  const plain = createTrader(client, tradingQueue(config.shard))
  const trader = tracing?.trader(plain) ?? plain
  const sessions = openShardSessions(
    config,
    directory,
    tracing?.frameLog(stores.frameLog) ?? stores.frameLog,
    holds,
    log,
    stores.knownContracts,
    stores.refusalOfFacts,
  )
  const successors = createSuccessors(client, () => Promise.resolve(tradingQueue(config.shard)))
  const standing = edgeStanding(config, (market) => shard.terms.shardOf(market), { sellers: successors, lease: role, halts, log })
  const shard: Shard = createShard(config, stores, sessions, directory, role, halts, trader, standing, tracing, log)
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
    canaries: canaryMarkets(config),
  })
  const { frameLog } = stores
  const oversight = new Oversight({ shard, desk, directory, kalshi: sessions.overseen, frameLog, clock, log })
  const edges = standing && openEdges(standing, { config, stores, sessions, shard, desk, role, log })
  const beginning = new Beginning({
    ...{ frameLog, shard, directory, halts, lease, clock, log, feeds: sessions.feeds },
    pairs: () => desk.pairs,
    edges: () => (edges ? edges.told() : []),
  })
  const parts: Omit<Parts, 'worker'> = {
    config,
    stores,
    sessions,
    shard,
    lease,
    role,
    halts,
    desk,
    oversight,
    beginning,
    directory,
    trader,
    beat: createBeat(client, tradingQueue(config.shard)),
    connection,
    successors,
    standing,
    edges,
    tracing,
    watch: watchStores(config.endpoints, stores.database, client, log),
    log,
    orders: null,
    reconciler: null,
  }
  const worker = createTradingWorker(parts, () => ordersOf(parts), tracing)
  worker.catch(() => undefined) // heard of by whoever takes over
  return Object.assign(parts, { worker })
}
