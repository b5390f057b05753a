import type { Alert } from '../../../core/alerts/alert'
import type { Millis } from '../../../core/units'
import { transact, type Database, type Transaction } from '../pool'
import { raiseIn } from './alerts'

/** A row of the audit, as events are read from it. */
export interface AuditEvent {
  readonly seq: number
  readonly atMs: Millis
  readonly by: string
  readonly action: string
  readonly detail: Readonly<Record<string, unknown>>
}
/** A trade that has ended, or whose cure has. */
export interface EndedTrade {
  readonly tradeId: string
  readonly subject: string
  readonly outcome: string
  readonly cures: number
  readonly pnlMicros: number
  readonly pnlKind: string
  readonly endedMs: Millis
}

/** Events of one look: more wait for the next one. */
const EVENTS_AT_ONCE = 200

/**
 * Makes alerts of what has happened since the last look, once, whichever process looks: the place in the record moves in the transaction that raises them.
 * The first look ever begins at the end. @returns how many events were read. @throws LedgerUnreachable
 */
export function raiseEvents(
  database: Database,
  alertOf: { readonly audit: (event: AuditEvent) => Alert | null; readonly trade: (trade: EndedTrade) => Alert | null },
  signal: AbortSignal,
): Promise<number> {
  return transact(database, signal, async (transaction) => {
    const audited = await since(transaction, 'audit', 'select coalesce(max(seq), 0) as at from audit')
    const events = await transaction.query<AuditEvent>(
      'select seq, at_ms as "atMs", by_name as by, action, detail from audit where seq > $1 order by seq limit $2',
      [audited, EVENTS_AT_ONCE],
    )
    const ended = await since(transaction, 'trade-ends', 'select coalesce(max(seq), 0) as at from trade_result')
    const ends = await transaction.query<EndedTrade & { readonly seq: number }>(
      `select r.seq, t.trade_id as "tradeId", t.subject, coalesce(t.outcome, 'open') as outcome,
         coalesce(jsonb_array_length(t.result -> 'cures'), 0) as cures, t.pnl_micros as "pnlMicros", t.pnl_kind as "pnlKind",
         r.at_ms as "endedMs" from trade_result r join trade t using (trade_id) where r.seq > $1 order by r.seq limit $2`,
      [ended, EVENTS_AT_ONCE],
    )
    for (const event of events.rows) await raiseIfAny(transaction, alertOf.audit(event))
    for (const trade of ends.rows) await raiseIfAny(transaction, alertOf.trade(trade))
    await moved(transaction, 'audit', events.rows.at(-1)?.seq)
    await moved(transaction, 'trade-ends', ends.rows.at(-1)?.seq)
    return events.rows.length + ends.rows.length
  })
}

/** Locks the place, so that two who look read one after another. */
async function since(transaction: Transaction, source: string, end: string): Promise<number> {
  const begin = await transaction.query<{ at: number }>(end)
  await transaction.query('insert into alert_cursor (source, position) values ($1, $2) on conflict do nothing', [
    source,
    begin.rows[0]?.at ?? 0,
  ])
  const place = await transaction.query<{ position: number }>('select position from alert_cursor where source = $1 for update', [source])
  return place.rows[0]?.position ?? 0
}

const moved = async (transaction: Transaction, source: string, to: number | undefined): Promise<void> => {
  if (to !== undefined) await transaction.query('update alert_cursor set position = $2 where source = $1', [source, to])
}

const raiseIfAny = async (transaction: Transaction, alert: Alert | null): Promise<void> => {
  if (alert !== null) await raiseIn(transaction, alert)
}
