import type { Config } from '../../config/load'
import type { TradeId } from '../../core/ids'
import { shardOfTrade } from '../../stores/postgres/pairs/shards'
import type { Database } from '../../stores/postgres/pool'
import { tradingQueue } from '../../workflows/messages'

/** The queue of the shard that a trade began on: its sessions and its journal are there (E19). @throws LedgerUnreachable */
export const queueOfTrade =
  (database: Database, { firstShard }: Pick<Config, 'firstShard'>) =>
  async (tradeId: TradeId): Promise<string> =>
    tradingQueue((await shardOfTrade(database, tradeId)) ?? firstShard)
