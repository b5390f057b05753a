import type { Alert, AlertName } from '../../../core/alerts/alert'
import type { Occasion, Standing, Told } from '../../../core/alerts/route'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import { transact, unlessUnreachable, type Database, type Transaction } from '../pool'
import { appendAudit } from '../proof/audit'

/** An alert on record. */
export interface AlertRecord extends Standing {
  readonly id: number
  readonly name: AlertName
  readonly subject: string
  readonly title: string
  readonly detail: string
  readonly tradeId: string | null
  readonly acknowledgedBy: string | null
  readonly endedBy: string | null
}
export interface Delivery extends Told {
  readonly alertId: number
  readonly state: 'sending' | 'sent' | 'failed'
  readonly attempts: number
  readonly error: string | null
}

const COLUMNS = `id, name, subject, severity, title, detail, trade_id as "tradeId", count, first_ms as "firstMs", last_ms as "lastMs",
  acked_ms as "acknowledgedMs", acked_by as "acknowledgedBy", ended_ms as "endedMs", ended_by as "endedBy"`
const DELIVERY = `alert_id as "alertId", channel, occasion, count, state, attempts, error, at_ms as "atMs"`

/**
 * Counts what stands already, and opens what does not; an end closes what stands. `heardBy`: channels that were told of it while the ledger was away: they
 * are not told again, and hear of its end. @throws LedgerUnreachable
 */
export function raiseAlerts(
  database: Database,
  alerts: readonly (Alert & { readonly heardBy?: readonly string[] })[],
  signal: AbortSignal,
): Promise<void> {
  return transact(database, signal, async (transaction) => {
    // in one order, so that two processes which raise the same wait for each other and never in a circle
    for (const alert of alerts.toSorted((a, b) => (a.name + a.subject < b.name + b.subject ? -1 : 1)))
      await raiseIn(transaction, alert, alert.heardBy)
  })
}

export async function raiseIn(transaction: Transaction, alert: Alert, heardBy: readonly string[] = []): Promise<void> {
  const { name, subject, severity, title, detail, tradeId, atMs, ends } = alert
  if (ends) {
    await transaction.query('update alert set ended_ms = $3 where name = $1 and subject = $2 and ended_ms is null', [name, subject, atMs])
    return
  }
  const raised = await transaction.query<{ id: number; count: number }>(
    `insert into alert (name, subject, severity, title, detail, trade_id, count, first_ms, last_ms) values ($1,$2,$3,$4,$5,$6,1,$7,$7)
     on conflict (name, subject) where ended_ms is null do update set count = alert.count + 1, severity = excluded.severity,
       title = excluded.title, detail = excluded.detail, last_ms = greatest(alert.last_ms, excluded.last_ms)
     returning id, count`,
    [name, subject, severity, title, detail, tradeId, atMs],
  )
  const [row] = raised.rows
  for (const channel of heardBy)
    await transaction.query(
      `insert into alert_delivery (alert_id, channel, occasion, count, state, attempts, at_ms) values ($1,$2,'raised',$3,'sent',1,$4) on conflict do nothing`,
      [row?.id, channel, row?.count, atMs],
    )
}

/** What may still have to be told: open ones, and ends that are younger than `sinceMs`. @throws LedgerUnreachable */
export async function pendingAlerts(
  database: Database,
  sinceMs: Millis,
): Promise<readonly { readonly alert: AlertRecord; readonly deliveries: readonly Delivery[] }[]> {
  const read = await unlessUnreachable(
    database.query<AlertRecord>(`select ${COLUMNS} from alert where ended_ms is null or ended_ms >= $1 order by id`, [sinceMs]),
  )
  const ids = read.rows.map(({ id }) => id)
  const told = await readDeliveries(database, ids)
  return read.rows.map((alert) => ({ alert, deliveries: told.filter(({ alertId }) => alertId === alert.id) }))
}

export async function readDeliveries(database: Pick<Database, 'query'>, ids: readonly number[]): Promise<readonly Delivery[]> {
  if (ids.length === 0) return []
  const read = await unlessUnreachable(
    database.query<Delivery>(`select ${DELIVERY} from alert_delivery where alert_id = any($1) order by at_ms`, [ids]),
  )
  return read.rows
}

/**
 * Claims a telling for who asks. One that failed is claimed again after `againMs`, one whose claimer has said nothing for so long too.
 * @returns whether it is ours to send. @throws LedgerUnreachable
 */
export async function claimDelivery(
  database: Database,
  { alertId, channel, occasion, count }: { alertId: number; channel: string; occasion: Occasion; count: number },
  againMs: number,
  nowMs: Millis,
): Promise<boolean> {
  const claimed = await unlessUnreachable(
    database.query(
      `insert into alert_delivery (alert_id, channel, occasion, count, state, attempts, at_ms) values ($1,$2,$3,$4,'sending',1,$5)
       on conflict (alert_id, channel, occasion) do update set state = 'sending', attempts = alert_delivery.attempts + 1, at_ms = excluded.at_ms
         where alert_delivery.state <> 'sent' and alert_delivery.at_ms <= $6`,
      [alertId, channel, occasion, count, nowMs, nowMs - againMs],
    ),
  )
  return (claimed.rowCount ?? 0) > 0
}

/** @param error null: it was sent. @throws LedgerUnreachable */
export async function endDelivery(
  database: Database,
  { alertId, channel, occasion }: Pick<Delivery, 'alertId' | 'channel' | 'occasion'>,
  error: string | null,
): Promise<void> {
  await unlessUnreachable(
    database.query('update alert_delivery set state = $4, error = $5 where alert_id = $1 and channel = $2 and occasion = $3', [
      ...[alertId, channel, occasion],
      ...[error === null ? 'sent' : 'failed', error],
    ]),
  )
}

/** The newest first. @throws LedgerUnreachable */
export async function readAlerts(database: Database, which: 'open' | 'all', limit: number): Promise<readonly AlertRecord[]> {
  const read = await unlessUnreachable(
    database.query<AlertRecord>(
      `select ${COLUMNS} from alert ${which === 'open' ? 'where ended_ms is null' : ''} order by last_ms desc, id desc limit $1`,
      [limit],
    ),
  )
  return read.rows
}

/** @throws LedgerUnreachable */
export async function readAlert(database: Database, id: number): Promise<AlertRecord | null> {
  const read = await unlessUnreachable(database.query<AlertRecord>(`select ${COLUMNS} from alert where id = $1`, [id]))
  return read.rows[0] ?? null
}

/** Says that somebody looks at it, or that it is over; audited. @returns false when there is none of that number that could be. */
export function answerAlert(
  database: Database,
  id: number,
  answer: 'acknowledge' | 'end',
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  const [at, who] = answer === 'acknowledge' ? ['acked_ms', 'acked_by'] : ['ended_ms', 'ended_by']
  return transact(database, signal, async (transaction) => {
    const changed = await transaction.query(
      `update alert set ${at} = $2, ${who} = $3 where id = $1 and ended_ms is null and ${at} is null`,
      [id, atMs, by.name],
    )
    if (changed.rowCount === 0) return false
    await appendAudit(transaction, by, answer === 'acknowledge' ? 'alert-acknowledged' : 'alert-ended', { id }, atMs)
    return true
  })
}

/** What is over by itself. @throws LedgerUnreachable */
export async function forgetAlert(database: Database, id: number, atMs: Millis): Promise<void> {
  await unlessUnreachable(database.query('update alert set ended_ms = $2 where id = $1 and ended_ms is null', [id, atMs]))
}
