import type { Venue } from '../../../core/ids'
import { adoptCash, type CashDifference } from '../../../core/ledger/reconciliation'
import type { Operator } from '../../../core/risk/scope'
import { formatMoney, NO_MONEY, type Millis, type Money } from '../../../core/units'
import { transact, type Database } from '../pool'
import { post } from '../post'
import { appendAudit } from '../proof/audit'

/** The report of a day, as it was then. */
export interface StoredTieOut {
  readonly day: string
  readonly toMs: number
  readonly ties: boolean
}

/** Keeps a report; it is never changed, and another one of the same day stands beside it. */
export async function saveTieOut(database: Database, report: StoredTieOut, atMs: Millis): Promise<void> {
  await database.query('insert into tie_out (day, at_ms, ties, report) values ($1,$2,$3,$4)', [
    report.day,
    atMs,
    report.ties,
    JSON.stringify(report),
  ])
}

/** Until when the newest report goes; null: there is none. */
export async function lastTieOutMs(database: Pick<Database, 'query'>): Promise<Millis | null> {
  const read = await database.query<{ toMs: Millis }>(`select (report ->> 'toMs')::bigint as "toMs" from tie_out order by id desc limit 1`)
  return read.rows[0]?.toMs ?? null
}

/** Coupons of a venue that were booked in a time. */
export async function couponsBooked(database: Pick<Database, 'query'>, venue: Venue, fromMs: Millis, toMs: Millis): Promise<Money> {
  const read = await database.query<{ amount: Money }>(
    `select coalesce(-sum(amount_micros), 0)::bigint as amount from posting p join transfer t on t.id = p.transfer_id
     where account = 'income:coupon:' || $1 and t.at_ms >= $2 and t.at_ms < $3`,
    [venue, fromMs, toMs],
  )
  return read.rows[0]?.amount ?? NO_MONEY
}

/**
 * Books cash that a venue moved between our own purses (its rebalancing, or ours by hand), audited. In sum nothing changes.
 * @throws Error when it would overdraw a purse: then more than this has happened, and a person must look
 */
export function bookMovedCash(
  database: Database,
  moved: readonly CashDifference[],
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<void> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    for (const transfer of adoptCash({ tradeId: null, atMs }, moved)) await post(transaction, transfer)
    const purses = Object.fromEntries(moved.map(({ purse, amount }) => [purse, formatMoney(amount)]))
    await appendAudit(transaction, by, 'cash-moved', { purses, reason: 'moved between our own purses, seen twice' }, atMs)
  })
}
