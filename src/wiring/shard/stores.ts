import type { Config } from '../../config/load'
import type { SubjectId, TradeId } from '../../core/ids'
import type { Claim } from '../../core/risk/claims'
import type { Limits } from '../../core/risk/limits'
import type { Scope } from '../../core/risk/scope'
import type { Tap, TopRow } from '../../ports/cache'
import type { ContractPair } from '../../ports/catalog'
import type { FrameLog } from '../../ports/frame-log'
import type { LeaseStore } from '../../ports/guard'
import type { Log } from '../../ports/log'
import type { RecordRow } from '../../ports/record'
import { createCaptureWriter } from '../../stores/files/capture-writer'
import { createHaltFile, type HaltFile } from '../../stores/files/halt-file'
import { boundBy } from '../../stores/postgres/breaker'
import { watchHalts } from '../../stores/postgres/halt-watch'
import { holderName, openLeaseStore } from '../../stores/postgres/lease'
import { readLimits } from '../../stores/postgres/limits'
import { heldClaims, openTrades, hasEnded as tradeHasEnded } from '../../stores/postgres/owners'
import { suspendReworded } from '../../stores/postgres/pairs/certificates'
import { activePairs, type JudgedSides, type PairRecord } from '../../stores/postgres/pairs/registry'
import { openDatabase, type Database } from '../../stores/postgres/pool'
import { knownContracts } from '../../stores/postgres/reference/questions'
import { createRedisCache } from '../../stores/redis/cache'
import { systemClock } from '../clock'
import { refusalOfFacts } from '../inspection/facts'
import { openRecord } from '../record/record'
import os from 'node:os'

/** Books whose tops may wait for Redis: every book of a large shard twice over. */
const CACHE_CAPACITY = 20_000
const FLUSH_LIMIT_MS = 1_000
const DESK = { name: 'desk', role: 'system' } as const

const clock = systemClock()

/** The durable side of a shard: opened first, before the lease is held. */
export interface ShardStores {
  readonly lease: LeaseStore
  readonly frameLog: FrameLog & { readonly lost: number; readonly files: number }
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
  readonly haltFile: HaltFile
  readonly database: Database
  /** The pairs of this shard. */
  readPairs(): Promise<readonly PairRecord[]>
  /** The trades of this shard that were granted and have not ended. */
  readonly openTrades: () => Promise<readonly TradeId[]>
  /** Whether the ledger has the end of a trade. */
  readonly hasEnded: (tradeId: TradeId) => Promise<boolean>
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
  const isOurs = ({ shard }: { readonly shard: string | null }): boolean => (shard ?? config.firstShard) === config.shard
  const holder = holderName(os.hostname(), process.pid, clock.nowMs())
  const lease = openLeaseStore({ url: databaseUrl, name: `trading-${config.shard}`, holder, log })
  const frameLog = createCaptureWriter({ dir: config.dataDir, process: `streaming-${config.shard}-${process.pid}`, clock, log })
  const cache = redisUrl === null ? null : createRedisCache({ url: redisUrl, clock, log, capacity: CACHE_CAPACITY })
  const record = questdb === null ? null : openRecord(config, questdb.httpUrl, `streaming-${config.shard}`, log)
  return {
    database,
    lease,
    frameLog,
    cache,
    record,
    haltFile: createHaltFile(config.dataDir),
    readPairs: () => activePairs(database, { name: config.shard, isFirst: config.shard === config.firstShard }),
    openTrades: async () => (await openTrades(database)).filter(isOurs).map(({ tradeId }) => tradeId),
    hasEnded: (tradeId) => tradeHasEnded(database, tradeId),
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
