import os from 'node:os'
import type { KillActivities, TradeActivities, WarmUpActivities } from '../workflows/messages'
import {
  bookPending,
  createKillActivities,
  createTradeActivities,
  createWarmUpActivities,
  LateFills,
  type LegDependencies,
} from '../activities'
import type { Config } from '../config/load'
import type { Access } from '../core/trade/cure'
import type { VenueFees } from '../core/market/fees'
import { FAILURES } from '../core/failures'
import type { MarketId, SubjectId, TradeId, Venue } from '../core/ids'
import type { PriceBand } from '../core/market/grid'
import type { Claim } from '../core/risk/claims'
import type { Limits } from '../core/risk/limits'
import type { Scope } from '../core/risk/scope'
import type { SessionProof } from '../core/risk/state'
import type { OrderIntent } from '../core/trade/order'
import type { Plan } from '../core/trade/plan'
import type { LegOutcome } from '../core/trade/outcome'
import type { VenueAccount } from '../ports/account'
import type { Tap, TopRow } from '../ports/cache'
import type { ContractPair } from '../ports/catalog'
import type { FrameLog } from '../ports/frame-log'
import type { BookedOrder, HaltFence, LeaseStore, LeaseView, LedgerGrant } from '../ports/guard'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Quotes } from '../ports/quotes'
import type { Successors } from '../ports/trader'
import type { RecordRow } from '../ports/record'
import { createCaptureWriter } from '../stores/files/capture-writer'
import { createHaltFile, type HaltFile } from '../stores/files/halt-file'
import { openJournal } from '../stores/files/journal'
import { watchHalts } from '../stores/postgres/halt-watch'
import { changeHalt } from '../stores/postgres/halts'
import { openLeaseStore } from '../stores/postgres/lease'
import { boundBy } from '../stores/postgres/breaker'
import { areOpened, createLedger, openAccount } from '../stores/postgres/ledger'
import { readLimits } from '../stores/postgres/limits'
import { heldClaims, openTrades, hasEnded as tradeHasEnded } from '../stores/postgres/owners'
import { openDatabase, type Database } from '../stores/postgres/pool'
import { knownContracts } from '../stores/postgres/reference/questions'
import { suspendReworded } from '../stores/postgres/pairs/certificates'
import { activePairs, type JudgedSides, type PairRecord } from '../stores/postgres/pairs/registry'
import { markUnknown, readRecord } from '../stores/postgres/trades'
import { createQuestdbWriter } from '../stores/questdb/writer'
import { createRedisCache } from '../stores/redis/cache'
import { createGate } from '../venues/gate'
import type { ForecastexEntryState } from '../venues/forecastex/order-entry'
import type { Tokens } from '../venues/tokens'
import { systemClock } from './clock'
import { refusalOfFacts } from './inspection/facts'
import { openKalshiOrders } from './kalshi-orders'
import { openForecastexOrders } from './orders/forecastex'
import { openOrdersAtForecastex, openOrdersAtKalshi } from './resting'
import type { ShardSessions } from './sessions'
import { openShardGuard } from './shard-guard'
import { readKalshiRate } from './venues'

/** Books whose tops may wait for Redis: every book of a large shard twice over. */
const CACHE_CAPACITY = 20_000
/** Rows that may wait for QuestDB: some minutes of a busy feed; beyond that the oldest go and are counted (captures keep everything). */
const RECORD_CAPACITY = 100_000
const FLUSH_LIMIT_MS = 1_000
const HALT_LIMIT_MS = 5_000
const SYSTEM = { name: 'order port', role: 'system' } as const
const DESK = { name: 'desk', role: 'system' } as const

const clock = systemClock()

/** The durable side of a shard: opened first, before the lease is held. */
export interface ShardStores {
  readonly lease: LeaseStore
  readonly frameLog: FrameLog & { readonly lost: number }
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
  readonly haltFile: HaltFile
  readonly database: Database
  readPairs(): Promise<readonly PairRecord[]>
  /** Until a person has judged it anew. @returns whether it was in trade. */
  readonly suspendPair: (id: SubjectId, because: string, told: JudgedSides<string>, signal: AbortSignal) => Promise<boolean>
  /** The pairs of ForecastEx that were read before, by any process. */
  readonly knownContracts: () => Promise<readonly ContractPair[]>
  /** Why mode live opens nothing for want of proven facts about the venues; null: nothing is missing. */
  readonly refusalOfFacts: () => Promise<string | null>
  /** The pairs of all trades that were granted and have not ended, whoever runs them. */
  readTraded(): Promise<readonly string[]>
  /** E7: every claim that is held, by whomever. */
  readonly readClaims: () => Promise<readonly Claim[]>
  /** As they bind a trade's size now. */
  readLimits(): Promise<Limits>
  /** Until aborted: tells what halts are in force, at once and on every change. */
  watchHalts(tell: (epoch: number, scopes: readonly Scope[]) => void, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export function openShardStores(config: Config, log: Log): ShardStores {
  const { databaseUrl, redisUrl, questdb } = config.endpoints
  const database = openDatabase(databaseUrl, log)
  const holder = `${os.hostname()}:${process.pid}:${clock.nowMs()}`
  const lease = openLeaseStore({ url: databaseUrl, name: `trading-${config.shard}`, holder, log })
  const frameLog = createCaptureWriter({ dir: config.dataDir, process: `streaming-${config.shard}-${process.pid}`, clock, log })
  const cache = redisUrl === null ? null : createRedisCache({ url: redisUrl, clock, log, capacity: CACHE_CAPACITY })
  const record = questdb === null ? null : createQuestdbWriter({ httpUrl: questdb.httpUrl, clock, log, capacity: RECORD_CAPACITY })
  return {
    database,
    lease,
    frameLog,
    cache,
    record,
    haltFile: createHaltFile(config.dataDir),
    readPairs: () => activePairs(database),
    suspendPair: (id, because, told, signal) => suspendReworded(database, id, because, told, DESK, clock.nowMs(), signal),
    knownContracts: () => knownContracts(database),
    refusalOfFacts: () => refusalOfFacts(database, config.mode, clock),
    readTraded: async () => (await openTrades(database)).map(({ subject }) => subject),
    readClaims: () => heldClaims(database),
    readLimits: async () => boundBy(database, await readLimits(database), 'box', config.mode, clock.nowMs()),
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
      await Promise.all([lease.close(), database.end()])
    },
  }
}

/** What the hot path tells the venues' side, and asks of it. */
export interface ShardHooks {
  /** E9: when each venue last answered. */
  readonly proof: () => SessionProof
  readonly halts: HaltFence
  readonly lease: LeaseView
  readonly tokens: Tokens
  readonly successors: Successors
  /** The valid prices of a market; null: not known yet. */
  readonly bandsOf: (venue: Venue, market: string) => readonly PriceBand[] | null
  readonly shardOf: (market: MarketId) => number
  /** Whether a plan's markets still ask what was judged. */
  readonly mayOpen: (plan: Plan) => boolean
  readonly quotes: Readonly<Record<Venue, Quotes>>
  readonly fees: (venue: Venue, market: string) => VenueFees | null
  readonly access: (venue: Venue, market: string) => Access
  readonly onBytes: (order: OrderIntent) => void
  readonly onAnswer: (order: OrderIntent, outcome: LegOutcome) => void
}

/** The orders of a shard: its journal, its gate and the activities behind them. Opened once the lease is held (E19). */
export interface ShardOrders {
  readonly activities: TradeActivities & WarmUpActivities & KillActivities
  /** Both accounts as the venues tell them become the ledger's opening balances, once. */
  recordOpeningBalances(signal: AbortSignal): Promise<void>
  /** Books what an earlier process left in the journal. */
  bookPending(signal: AbortSignal): Promise<void>
  /** For status and metrics. */
  forecastex(): ForecastexEntryState
  /** E18: what the venues grant this account. */
  readRates(signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export async function openShardOrders(
  config: Config,
  stores: ShardStores,
  sessions: ShardSessions,
  hooks: ShardHooks,
  log: Log,
): Promise<ShardOrders> {
  const { database } = stores
  const { kalshi, forecastex, hearExecutions } = sessions
  const journal = await openJournal({ dir: config.dataDir, log })
  const ended = new AbortController()
  const kalshiOrders = openKalshiOrders(config, sessions, { ...hooks, haltOpenings: (reason) => haltBy(stores, 'all', reason, log) }, log)
  const forecastexOrders = await openForecastexOrders(config, forecastex, journal, stores.frameLog, hooks, log)
  const ledger = createLedger(database, forecastexOrders.proof, clock)
  const entries = { kalshi: kalshiOrders.entry, forecastex: forecastexOrders.entry }
  const gate = createGate({ clock, ...hooks, journal, log, grantOf: (tradeId) => ledgerGrant(database, tradeId) })
  const { guard, onBytes, forgetEnded } = openShardGuard({ ...hooks, gate, journal, signer: kalshi.signer })
  const hasEnded = (tradeId: TradeId): Promise<boolean> => tradeHasEnded(database, tradeId)
  const lateFills = new LateFills({ ...hooks, entries, journal, hasEnded, clock, log }, ended.signal)
  hearExecutions((hint) => lateFills.hear(hint))
  for (const hint of forecastexOrders.toldEarlier) lateFills.hear(hint)
  const onAnswer: LegDependencies['onAnswer'] = (order, outcome) => {
    hooks.onAnswer(order, outcome)
    if (outcome.kind !== 'unknown') return gate.answered(order, outcome)
    noteUnknown(database, order, log)
    if (outcome.cause === 'echo-differs') haltBy(stores, `venue:${order.venue}`, `${FAILURES.echoDiffers}: ${order.clientOrderId}`, log)
  }
  return {
    activities: {
      ...createWarmUpActivities(async () => void (await database.query('select 1'))),
      ...createKillActivities([
        { entry: entries.kalshi, openOrders: openOrdersAtKalshi(kalshi.rest), log },
        { entry: entries.forecastex, openOrders: openOrdersAtForecastex(forecastex.gateway, config.endpoints.forecastex.account), log },
      ]),
      ...createTradeActivities({
        ...hooks,
        access: forecastexOrders.access,
        entries,
        ledger,
        guard,
        journal,
        clock,
        log,
        recordOf: (tradeId) => readRecord(database, tradeId),
        lossBudget: async () => (await stores.readLimits()).lossBudgetPerTrade,
        onBytes,
        onAnswer,
      }),
    },
    forecastex: () => forecastexOrders.entry.state(),
    recordOpeningBalances: (signal) => recordOpeningBalances(database, [kalshi.account, forecastex.account], log, signal),
    async bookPending(signal) {
      await bookPending({ ledger, journal, fees: hooks.fees, clock, log }, signal)
      await forgetEnded(hasEnded)
    },
    async readRates(signal) {
      hooks.tokens.tellRate('kalshi', await readKalshiRate(kalshi.rest, signal))
      const traded = (await stores.readPairs()).map(({ kalshiMarket }) => kalshiMarket)
      kalshiOrders.watchGroups(traded, ended.signal)
    },
    async close() {
      ended.abort()
      await forecastexOrders.close()
      await journal.close()
    },
  }
}

/** For a trade that this host's journal does not hold open, also one that had ended (E14): its plan, and what of it is final and booked. */
async function ledgerGrant(database: Database, tradeId: TradeId): Promise<LedgerGrant | null> {
  const record = await readRecord(database, tradeId)
  if (!record || record.orders.length === 0) return null // refused: nothing was granted
  const booked = record.orders
    .filter(({ state }) => state === 'final')
    .map(({ order: { clientOrderId, purpose, quantity }, filled }): BookedOrder => ({ clientOrderId, purpose, quantity, filled }))
  return { plan: record.plan, booked }
}

/** A note for the risk checks of other trades (E9); the saga itself knows. */
function noteUnknown(database: Database, order: OrderIntent, log: Log): void {
  markUnknown(database, order.clientOrderId).catch((error: Error) =>
    log.warn({ order: order.clientOrderId, error: error.message }, 'an unknown order could not be noted'),
  )
}

/** What a venue does is not understood (E13), or openings run away (E27: cures must go on): nothing more opens until a person has looked. */
function haltBy({ haltFile, database }: ShardStores, scope: Scope, reason: string, log: Log): void {
  haltFile.write([scope], SYSTEM.name, reason) // works with the ledger down
  log.error({ scope }, reason)
  withLimit([], HALT_LIMIT_MS, (limit) => changeHalt(database, scope, true, SYSTEM, reason, clock.nowMs(), limit)).catch((error: Error) =>
    log.warn({ scope, error: error.message }, 'the halt is in the local file only'),
  )
}

async function recordOpeningBalances(database: Database, accounts: readonly VenueAccount[], log: Log, signal: AbortSignal): Promise<void> {
  if (await areOpened(database, accounts)) return
  for (const account of accounts) {
    const { purses } = await account.statement(clock.nowMs(), signal)
    const first = await openAccount(database, account.venue, account.account, purses, clock.nowMs(), signal)
    if (first) log.info({ venue: account.venue, purses }, 'opening balance recorded')
  }
}
