import type { Client } from '@temporalio/client'
import { Redis } from 'ioredis'
import type { Config } from '../config/load'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { createHaltFile, type HaltFile } from '../stores/files/halt-file'
import { openDatabase, type Database } from '../stores/postgres/pool'
import { createLog } from '../telemetry/log'
import { systemClock } from './clock'
import { connectTemporal, temporalClient } from './temporal'

/** What an operator's verb works with; closed by the caller. */
export interface Connections {
  readonly config: Config
  readonly database: Database
  readonly haltFile: HaltFile
  readonly log: Log
  readonly clock: Clock
  /** Opened on first use: most verbs only read the ledger. */
  readonly temporal: () => Promise<Client>
  close(): Promise<void>
}

export function openConnections(config: Config, log: Log = createLog({ process: 'cli', level: 'error' })): Connections {
  const database = openDatabase(config.endpoints.databaseUrl, log)
  let connection: ReturnType<typeof connectTemporal> | null = null
  return {
    config,
    database,
    log,
    clock: systemClock(),
    haltFile: createHaltFile(config.dataDir),
    temporal: async () => temporalClient(await (connection ??= connectTemporal(config.endpoints.temporal.address)), config.namespace),
    async close() {
      await database.end()
      await (await connection?.catch(() => null))?.close() // one that was never made has been told by its user
    },
  }
}

/** Asks Redis for one PONG over a connection of its own. @throws when it does not answer. */
export async function pingRedis(url: string, signal: AbortSignal): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, enableOfflineQueue: false })
  const stop = (): void => redis.disconnect()
  signal.addEventListener('abort', stop, { once: true })
  redis.on('error', () => undefined) // told by connect()
  try {
    await redis.connect()
    await redis.ping()
  } finally {
    signal.removeEventListener('abort', stop)
    redis.disconnect()
  }
}

export { asOwner as ledgerOwner, migrate as migrateLedger } from '../stores/migrate'
