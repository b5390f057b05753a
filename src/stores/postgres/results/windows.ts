import type { TradeId } from '../../../core/ids'
import type { Database } from '../pool'

/** Granted trades that run (until now and on), or have ended at or after a moment: from when they were decided until their end. @throws the database's errors */
export async function tradeWindows(
  database: Database,
  sinceMs: number,
): Promise<readonly { readonly tradeId: TradeId; readonly fromMs: number; readonly toMs: number }[]> {
  const read = await database.query<{ tradeId: TradeId; fromMs: number; toMs: number | null }>(
    `select trade_id as "tradeId", least(started_ms, (plan->'opportunity'->>'seenAtMs')::bigint) as "fromMs", ended_ms as "toMs"
     from trade where reservation <> 'refused' and (ended_ms is null or ended_ms >= $1) order by started_ms`,
    [Math.trunc(sinceMs)],
  )
  return read.rows.map(({ toMs, ...trade }) => ({ ...trade, toMs: toMs ?? Infinity }))
}

/** The trades that were decided in a time, granted or refused, but none that an operator took over from the venue. @throws the database's errors */
export async function tradesDecided(database: Database, fromMs: number, toMs: number): Promise<readonly TradeId[]> {
  const read = await database.query<{ tradeId: TradeId }>(
    `select trade_id as "tradeId" from trade where (plan->'opportunity'->>'seenAtMs')::bigint >= $1 and (plan->'opportunity'->>'seenAtMs')::bigint < $2
       and strategy = 'box' and plan->'adopted' is null and started_ms >= $1 and started_ms < $2 + 60000 order by trade_id`,
    [fromMs, toMs],
  )
  return read.rows.map(({ tradeId }) => tradeId)
}
