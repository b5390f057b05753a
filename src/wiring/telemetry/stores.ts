import type { Client } from '@temporalio/client'
import type { Endpoints } from '../../config/schema/stack'
import { FAILURES } from '../../core/failures'
import type { Log } from '../../ports/log'
import type { Database } from '../../stores/postgres/pool'
import { query } from '../../stores/questdb/query'
import { StoreWatch, type Store } from '../../telemetry/stores'
import { systemClock } from '../clock'
import { pingRedis } from '../stores'

/**
 * The servers of a process. Postgres and Temporal are needed: no trade is granted without the one, and none is run without the other. What is in Redis and
 * QuestDB is written from them and may be lost: that they are away is told, and the process goes on.
 */
export function watchStores(
  { redisUrl, questdb }: Pick<Endpoints, 'redisUrl' | 'questdb'>,
  database: Database,
  client: Client,
  log: Log,
): StoreWatch {
  const stores: readonly Store[] = [
    { name: 'postgres', needed: true, failure: FAILURES.ledgerUnreachable, ask: () => database.query('select 1') },
    {
      name: 'temporal',
      needed: true,
      ask: (signal) => client.withAbortSignal(signal, () => client.workflowService.getSystemInfo({})),
    },
    ...(redisUrl === null ? [] : [{ name: 'redis', needed: false, ask: (signal) => pingRedis(redisUrl, signal) } satisfies Store]),
    ...(questdb === null
      ? []
      : [{ name: 'questdb', needed: false, ask: (signal) => query(questdb.httpUrl, 'select 1', signal) } satisfies Store]),
  ]
  return new StoreWatch(stores, systemClock(), log)
}
