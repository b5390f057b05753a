import os from 'node:os'
import type { TradeActivities, WarmUpActivities } from '../workflows/messages'
import { bookPending, createTradeActivities, createWarmUpActivities, type LegDependencies } from '../activities'
import type { Config } from '../config/load'
import type { Access } from '../core/trade/cure'
import type { VenueFees } from '../core/market/fees'
import { FAILURES } from '../core/failures'
import { VENUES, type MarketId, type Venue } from '../core/ids'
import type { BookDirectory } from '../core/market/reference'
import type { Limits } from '../core/risk/limits'
import type { Scope } from '../core/risk/scope'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import type { VenueAccount } from '../ports/account'
import type { Tap, TopRow } from '../ports/cache'
import type { Catalog } from '../ports/catalog'
import type { MarketFeed } from '../ports/feed'
import type { FrameLog } from '../ports/frame-log'
import type { HaltView, LeaseView } from '../ports/guard'
import type { LeaseStore } from '../ports/guard'
import type { Ledger } from '../ports/ledger'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Quotes } from '../ports/quotes'
import type { RecordRow } from '../ports/record'
import { createCaptureWriter } from '../stores/files/capture-writer'
import { createHaltFile, type HaltFile } from '../stores/files/halt-file'
import { openJournal } from '../stores/files/journal'
import { watchHalts } from '../stores/postgres/halt-watch'
import { changeHalt } from '../stores/postgres/halts'
import { acquireLease, releaseLease } from '../stores/postgres/lease'
import { createLedger, openAccount } from '../stores/postgres/ledger'
import { readLimits } from '../stores/postgres/limits'
import { openDatabase, type Database } from '../stores/postgres/pool'
import { activePairs, type PairRecord } from '../stores/postgres/registry'
import { markUnknown, readGrant } from '../stores/postgres/trades'
import { createQuestdbWriter } from '../stores/questdb/writer'
import { createRedisCache } from '../stores/redis/cache'
import { createForecastexFeed } from '../venues/forecastex/feed'
import type { Gateway } from '../venues/forecastex/gateway'
import { createForecastexOrderEntry } from '../venues/forecastex/order-entry'
import { createGate } from '../venues/gate'
import { createKalshiFeed } from '../venues/kalshi/feed'
import { createKalshiOrderEntry } from '../venues/kalshi/order-entry'
import { systemClock } from './clock'
import { openForecastex, openKalshi } from './venues'

/** Books whose tops may wait for Redis: every book of a large shard twice over. */
const CACHE_CAPACITY = 20_000
/** Rows that may wait for QuestDB: some minutes of a busy feed; beyond that the oldest go and are counted (captures keep everything). */
const RECORD_CAPACITY = 100_000
const FLUSH_LIMIT_MS = 1_000
const HALT_LIMIT_MS = 5_000
const SYSTEM = { name: 'order port', role: 'system' } as const

const clock = systemClock()

/** The durable side of a shard: opened first, before the lease is held. */
export interface ShardStores {
  readonly ledger: Ledger
  readonly lease: LeaseStore
  readonly frameLog: FrameLog & { readonly lost: number }
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
  readonly haltFile: HaltFile
  readonly database: Database
  readPairs(): Promise<readonly PairRecord[]>
  readLimits(): Promise<Limits>
  /** Until aborted: tells what halts are in force, at once and on every change. */
  watchHalts(tell: (epoch: number, scopes: readonly Scope[]) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export function openShardStores(config: Config, log: Log): ShardStores {
  const { databaseUrl, redisUrl, questdb } = config.endpoints
  const database = openDatabase(databaseUrl, log)
  const holder = `${os.hostname()}:${process.pid}:${clock.nowMs()}`
  const name = `trading-${config.shard}`
  const frameLog = createCaptureWriter({ dir: config.dataDir, process: `streaming-${config.shard}`, clock, log })
  const cache = redisUrl === null ? null : createRedisCache({ url: redisUrl, clock, log, capacity: CACHE_CAPACITY })
  const record = questdb === null ? null : createQuestdbWriter({ httpUrl: questdb.httpUrl, clock, log, capacity: RECORD_CAPACITY })
  return {
    database,
    ledger: createLedger(database, () => readLimits(database), clock),
    lease: { acquire: (ttlMs) => acquireLease(database, name, holder, ttlMs), release: () => releaseLease(database, name, holder) },
    frameLog,
    cache,
    record,
    haltFile: createHaltFile(config.dataDir),
    readPairs: () => activePairs(database),
    readLimits: () => readLimits(database),
    watchHalts: (tell, signal) =>
      watchHalts(
        database,
        databaseUrl,
        clock,
        log,
        ({ epoch, active }) =>
          tell(
            epoch,
            active.map(({ scope }) => scope),
          ),
        signal,
      ),
    async close() {
      await Promise.all([cache?.close(FLUSH_LIMIT_MS), record?.close(FLUSH_LIMIT_MS), frameLog.close()])
      await database.end()
    },
  }
}

/** What the hot path tells the venues' side, and asks of it. */
export interface ShardHooks {
  readonly directory: BookDirectory
  readonly halts: HaltView
  readonly lease: LeaseView
  readonly shardOf: (market: MarketId) => number
  readonly quotes: Readonly<Record<Venue, Quotes>>
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly access: (venue: Venue, market: string) => Access
  readonly onBytes: (order: OrderIntent) => void
  readonly onAnswer: (order: OrderIntent, outcome: LegOutcome) => void
}

/** The venue sessions of a shard and the activities that use them: opened once the lease is held. */
export interface ShardVenues {
  readonly gateway: Gateway
  readonly feeds: readonly MarketFeed[]
  readonly catalogs: Readonly<Record<Venue, Catalog>>
  readonly activities: TradeActivities & WarmUpActivities
  /** Keeps the order connection open and the clock offset fresh. */
  keepWarm(signal: AbortSignal): Promise<void>
  /** Both accounts as the venues tell them become the ledger's opening balances, once. */
  recordOpeningBalances(signal: AbortSignal): Promise<void>
  /** Books what an earlier process left in the journal. */
  bookPending(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export async function openShardVenues(config: Config, stores: ShardStores, hooks: ShardHooks, log: Log): Promise<ShardVenues> {
  const { frameLog, database, ledger } = stores
  const journal = await openJournal({ dir: config.dataDir, log })
  const kalshi = openKalshi(config, frameLog, log)
  const forecastex = openForecastex(config, 'trading', frameLog, log)
  const { gateway, catalog } = forecastex
  const { directory } = hooks
  const entries = {
    kalshi: createKalshiOrderEntry({ rest: kalshi.rest, account: config.endpoints.kalshi.account, clock, log, shardOf: hooks.shardOf }),
    forecastex: createForecastexOrderEntry({
      gateway,
      catalog,
      account: config.endpoints.forecastex.account,
      clock,
      log,
      frameLog,
      graceMs: config.venues.forecastex.finality_grace_ms,
      ...(config.mode === 'sim' ? { executionsZone: null } : {}), // the simulated gateway keeps its executions over midnight
    }),
  }
  const guard = createGate({ clock, halts: hooks.halts, lease: hooks.lease, grantOf: (tradeId) => readGrant(database, tradeId) })
  const onAnswer: LegDependencies['onAnswer'] = (order, outcome) => {
    hooks.onAnswer(order, outcome)
    if (outcome.kind !== 'unknown') return
    noteUnknown(database, order, log)
    if (outcome.cause === 'echo-differs') haltVenue(stores, order, log)
  }
  return {
    gateway,
    feeds: [
      createKalshiFeed({ wsUrl: config.endpoints.kalshi.wsUrl, signer: kalshi.signer, directory, frameLog, clock, log }),
      createForecastexFeed({ gateway, catalog, directory, frameLog, clock, log }),
    ],
    catalogs: { kalshi: kalshi.catalog, forecastex: catalog },
    activities: {
      ...createWarmUpActivities(async () => void (await database.query('select 1'))),
      ...createTradeActivities({
        ...hooks,
        entries,
        ledger,
        guard,
        journal,
        clock,
        log,
        completionAllowance: config.venues.box.completion_allowance,
        onAnswer,
      }),
    },
    keepWarm: (signal) => kalshi.rest.keepWarm(signal),
    recordOpeningBalances: (signal) => recordOpeningBalances(database, [kalshi.account, forecastex.account], log, signal),
    bookPending: async (signal) => void (await bookPending(ledger, journal, clock, signal)),
    async close() {
      await Promise.all([journal.close(), kalshi.rest.close()])
    },
  }
}

/** A note for the risk checks of other trades (E9); the saga itself knows. */
function noteUnknown(database: Database, order: OrderIntent, log: Log): void {
  markUnknown(database, order.clientOrderId).catch((error: Error) =>
    log.warn({ order: order.clientOrderId, error: error.message }, 'an unknown order could not be noted'),
  )
}

/** E13: a venue that echoes another order than we sent is not understood: nothing more opens there until a person has looked. */
function haltVenue({ haltFile, database }: ShardStores, order: OrderIntent, log: Log): void {
  const scope: Scope = `venue:${order.venue}`
  const reason = `${FAILURES.echoDiffers}: ${order.clientOrderId}`
  haltFile.write([scope], SYSTEM.name, reason) // works with the ledger down
  log.error({ order: order.clientOrderId, scope }, FAILURES.echoDiffers)
  withLimit([], HALT_LIMIT_MS, (limit) => changeHalt(database, scope, true, SYSTEM, reason, clock.nowMs(), limit)).catch((error: Error) =>
    log.warn({ scope, error: error.message }, 'the halt is in the local file only'),
  )
}

async function recordOpeningBalances(database: Database, accounts: readonly VenueAccount[], log: Log, signal: AbortSignal): Promise<void> {
  const opened = await database.query<{ id: string }>(`select id from transfer where kind = 'deposit'`)
  const known = new Set(opened.rows.map(({ id }) => id))
  if (VENUES.every((venue) => [...known].some((id) => id.startsWith(`opening:${venue}:`)))) return
  for (const account of accounts) {
    const { cash } = await account.statement(clock.nowMs(), signal)
    const first = await openAccount(database, account.venue, account.account, cash, clock.nowMs(), signal)
    if (first) log.info({ venue: account.venue, cash }, 'opening balance recorded')
  }
}
