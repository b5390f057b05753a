import type { Arming, ArmableMode } from '../../../core/risk/arming'
import type { Operator } from '../../../core/risk/scope'
import { millis, type Millis } from '../../../core/units'
import { transact, type Database, type Transaction } from '../pool'
import { appendAudit } from '../proof/audit'

/** The only strategy that is armed: boxes trade while they are not halted. */
const STRATEGY = 'edge'

export interface ArmingWish {
  readonly mode: ArmableMode
  readonly profile: string
  /** null: any number. */
  readonly maxTrades: number | null
  readonly by: Operator
  readonly atMs: Millis
  readonly untilMs: Millis
}
/** `held`: somebody else's is in force, and nothing was changed. */
export type Armed = { readonly kind: 'armed'; readonly arming: Arming } | { readonly kind: 'held'; readonly arming: Arming }

interface Row extends Omit<Arming, 'by' | 'armedMs' | 'untilMs' | 'disarmedMs'> {
  readonly name: string
  readonly role: Operator['role']
  readonly armed: number
  readonly until: number
  readonly disarmed: number | null
}

const READ = `select mode, profile, max_trades as "maxTrades", by_name as name, role, armed_ms as armed, until_ms as until, disarmed_ms as disarmed, epoch,
  (select count(*) from trade t where t.strategy = a.strategy and t.reservation <> 'refused' and t.started_ms >= a.armed_ms) as trades
  from arming a where strategy = $1`

const armingOf = ({ name, role, armed, until, disarmed, ...row }: Row): Arming => ({
  ...row,
  by: { name, role },
  armedMs: millis(armed),
  untilMs: millis(until),
  disarmedMs: disarmed === null ? null : millis(disarmed),
})

async function readIn(transaction: Transaction, forUpdate = false): Promise<Arming | null> {
  const { rows } = await transaction.query<Row>(forUpdate ? `${READ} for update` : READ, [STRATEGY])
  return rows[0] ? armingOf(rows[0]) : null
}

/** How the edge is armed, or was last; null: it never was. @throws LedgerUnreachable */
export const readArming = (database: Database, signal: AbortSignal): Promise<Arming | null> =>
  transact(database, signal, (transaction) => readIn(transaction))

/**
 * Arms the edge, audited. One command at a time: while another one's arming is in force it is left alone.
 * @throws LedgerUnreachable
 */
export function arm(database: Database, wish: ArmingWish, signal: AbortSignal): Promise<Armed> {
  const { mode, profile, maxTrades, by, atMs, untilMs } = wish
  return transact(database, signal, async (transaction) => {
    await transaction.query('lock table arming in share row exclusive mode') // two may be the first ever
    const before = await readIn(transaction)
    if (before !== null && before.disarmedMs === null && before.untilMs > atMs) return { kind: 'held', arming: before }
    await transaction.query(
      `insert into arming as a (strategy, mode, profile, max_trades, by_name, role, armed_ms, until_ms, epoch) values ($1, $2, $3, $4, $5, $6, $7, $8, 1)
       on conflict (strategy) do update set mode = $2, profile = $3, max_trades = $4, by_name = $5, role = $6, armed_ms = $7, until_ms = $8,
         disarmed_ms = null, epoch = a.epoch + 1`,
      [STRATEGY, mode, profile, maxTrades, by.name, by.role, atMs, untilMs],
    )
    const arming = await readIn(transaction)
    if (arming === null) throw new Error('the arming that was just written is not there')
    const expired = before !== null && before.disarmedMs === null ? { epoch: before.epoch, by: before.by.name } : null
    await appendAudit(transaction, by, 'arm', { strategy: STRATEGY, mode, profile, maxTrades, epoch: arming.epoch, expired }, atMs)
    return { kind: 'armed', arming }
  })
}

/**
 * Keeps an arming in force until `untilMs`. Not audited: nothing changes.
 * @returns null: it is over, because its time was up, somebody disarmed it, or armed anew; it does not come back by itself.
 * @throws LedgerUnreachable
 */
export function renew(database: Database, epoch: number, atMs: Millis, untilMs: Millis, signal: AbortSignal): Promise<Arming | null> {
  return transact(database, signal, async (transaction) => {
    const renewed = await transaction.query(
      `update arming set until_ms = greatest(until_ms, $4) where strategy = $1 and epoch = $2 and disarmed_ms is null and until_ms > $3`,
      [STRATEGY, epoch, atMs, untilMs],
    )
    return renewed.rowCount === 1 ? readIn(transaction) : null
  })
}

/**
 * Disarms the edge, audited; running trades go on to their end.
 * @param epoch only this arming, not a later one; null: whichever it is
 * @returns what was disarmed; null: nothing was armed, or not this. One whose time was up is disarmed too, so that its end is on record.
 * @throws LedgerUnreachable
 */
export function disarm(database: Database, epoch: number | null, by: Operator, atMs: Millis, signal: AbortSignal): Promise<Arming | null> {
  return transact(database, signal, async (transaction) => {
    const before = await readIn(transaction, true)
    if (before === null || before.disarmedMs !== null || (epoch !== null && before.epoch !== epoch)) return null
    await transaction.query('update arming set disarmed_ms = $2, epoch = epoch + 1 where strategy = $1', [STRATEGY, atMs])
    const { mode, profile, trades, untilMs } = before
    const detail = { strategy: STRATEGY, mode, profile, trades, epoch: before.epoch, expired: untilMs <= atMs }
    await appendAudit(transaction, by, 'disarm', detail, atMs)
    return before
  })
}
