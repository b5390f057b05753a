import os from 'node:os'
import type { Config } from '../config/load'
import type { Tap, TopRow } from '../ports/cache'
import type { Log } from '../ports/log'
import type { RecordRow } from '../ports/record'
import type { LeaseStore } from '../streaming/lease'
import { createCaptureWriter, type CaptureWriter } from '../stores/files/capture-writer'
import { acquireLease, releaseLease } from '../stores/postgres/lease'
import { createLedger } from '../stores/postgres/ledger'
import { readLimits } from '../stores/postgres/limits'
import { openDatabase, type Database } from '../stores/postgres/pool'
import { createQuestdbWriter } from '../stores/questdb/writer'
import { createRedisCache } from '../stores/redis/cache'
import type { Ledger } from '../ports/ledger'
import { systemClock } from './clock'

/** Books whose tops may wait for Redis: every book of a large shard twice over. */
const CACHE_CAPACITY = 20_000
/** Rows that may wait for QuestDB: some minutes of a busy feed; beyond that the oldest go and are counted (captures keep everything). */
const RECORD_CAPACITY = 100_000

export interface StreamingStores {
  readonly database: Database
  readonly ledger: Ledger
  readonly lease: LeaseStore
  readonly capture: CaptureWriter
  readonly cache: Tap<TopRow> | null
  readonly record: Tap<RecordRow> | null
}

export function openStreamingStores(config: Config, log: Log): StreamingStores {
  const clock = systemClock()
  const { databaseUrl, redisUrl, questdb } = config.endpoints
  const database = openDatabase(databaseUrl, log)
  const holder = `${os.hostname()}:${process.pid}:${clock.nowMs()}`
  const name = `trading-${config.shard}`
  return {
    database,
    ledger: createLedger(database, () => readLimits(database), clock),
    lease: { acquire: (ttlMs) => acquireLease(database, name, holder, ttlMs), release: () => releaseLease(database, name, holder) },
    capture: createCaptureWriter({ dir: config.dataDir, process: `streaming-${config.shard}`, clock, log }),
    cache: redisUrl === null ? null : createRedisCache({ url: redisUrl, clock, log, capacity: CACHE_CAPACITY }),
    record: questdb === null ? null : createQuestdbWriter({ httpUrl: questdb.httpUrl, clock, log, capacity: RECORD_CAPACITY }),
  }
}
