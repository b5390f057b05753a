import type { TradeId } from '../../../core/ids'
import { commandRefusal } from '../../../core/risk/limit-change'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { appendAudit } from '../proof/audit'
import { transact, unlessUnreachable, type Database, type Transaction } from '../pool'
import { refused, type Refused } from './certificates'

/** A pair that was given to a shard. */
export interface PairMoved {
  readonly id: string
  /** null: the first shard. */
  readonly before: string | null
  readonly shard: string
}

/**
 * Gives a pair to a shard, audited. Only while its openings are halted and nothing of it runs: the former shard must not launch a trade whose journal and
 * client id are another's by then (E19). Its lots and claims are everybody's and stay as they are.
 * @throws LedgerUnreachable
 */
export function movePair(
  database: Database,
  id: string,
  shard: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<PairMoved | Refused> {
  return transact(database, signal, async (transaction) => {
    const why = commandRefusal(by) ?? (await moveRefusal(transaction, id))
    if (why !== null) return refused(why)
    const before = await transaction.query<{ shard: string }>('select shard from pair_shard where pair = $1', [id])
    const moved = { id, before: before.rows[0]?.shard ?? null, shard }
    if (moved.before === shard) return moved
    await transaction.query(
      `insert into pair_shard (pair, shard, by_name, at_ms) values ($1, $2, $3, $4)
       on conflict (pair) do update set shard = excluded.shard, by_name = excluded.by_name, at_ms = excluded.at_ms`,
      [id, shard, by.name, atMs],
    )
    await appendAudit(transaction, by, 'pair moved', { ...moved }, atMs)
    return moved
  })
}

/** Behind the lock of every reserve: what is granted from now on sees the pair where it is then. */
async function moveRefusal(transaction: Transaction, id: string): Promise<string | null> {
  await transaction.query('select 1 from risk_lock for update')
  const pair = await transaction.query('select 1 from pair where id = $1', [id])
  if (pair.rowCount === 0) return `there is no pair "${id}": crossbook pairs list names them`
  const halted = await transaction.query(`select 1 from halt where active and scope in ('all', 'pair:' || $1)`, [id])
  if (halted.rowCount === 0)
    return `pair ${id} may open trades while it moves: halt it first (crossbook halt --scope pair:${id}), and resume it when both shards show it moved`
  const running = await transaction.query<{ tradeId: string }>(
    `select t.trade_id as "tradeId" from trade t, pair p where p.id = $1 and t.reservation = 'granted' and t.ended_ms is null
       and t.subject in (p.id, p.kalshi_market, p.forecastex_market)`,
    [id],
  )
  const trade = running.rows[0]
  return trade ? `trade ${trade.tradeId} of pair ${id} runs: move it when that has ended` : null
}

/** The shard that a trade began on; null: the first one, or no such trade. @throws LedgerUnreachable */
export async function shardOfTrade(database: Database, tradeId: TradeId): Promise<string | null> {
  const read = await unlessUnreachable(database.query<{ shard: string | null }>('select shard from trade where trade_id = $1', [tradeId]))
  return read.rows[0]?.shard ?? null
}

/** The shards that were given pairs, by pair. @throws LedgerUnreachable */
export async function pairShards(database: Database): Promise<ReadonlyMap<string, string>> {
  const read = await unlessUnreachable(database.query<{ pair: string; shard: string }>('select pair, shard from pair_shard'))
  return new Map(read.rows.map(({ pair, shard }) => [pair, shard]))
}
