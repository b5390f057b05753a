import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { movePair, type PairMoved } from '../../stores/postgres/pairs/shards'
import type { Database } from '../../stores/postgres/pool'
import { PairRefused } from './decide'
import { WRITE_LIMIT_MS } from './propose'

/**
 * Gives a pair to another shard (E19). @param known the shards that run here
 * @throws RangeError for a shard that does not run; PairRefused with the reason; LedgerUnreachable
 */
export async function move(
  database: Database,
  id: string,
  shard: string,
  known: readonly string[],
  by: Operator,
  nowMs: Millis,
): Promise<PairMoved> {
  if (!known.includes(shard))
    throw new RangeError(
      `no streaming process of shard "${shard}" runs here (${known.join(', ')}): npm start -- --shards ${known.join(',')},${shard}`,
    )
  const answer = await withLimit([], WRITE_LIMIT_MS, (limit) => movePair(database, id, shard, by, nowMs, limit))
  if ('kind' in answer) throw new PairRefused(answer.why)
  return answer
}
