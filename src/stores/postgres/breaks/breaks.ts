import type { MarketId, Venue } from '../../../core/ids'
import type { BreakKind, Difference, StandingBreak } from '../../../core/ledger/breaks'
import type { Purse } from '../../../core/purse'
import { Refused } from '../../../core/refused'
import type { Operator } from '../../../core/risk/scope'
import type { Millis, Money } from '../../../core/units'
import type { Database, Transaction } from '../pool'
import { appendAudit } from '../proof/audit'

/** What a person made of a break. After `explained` and `suspense` its contracts stay counted as known, after `explained` its cash too. `interest`: it was cash alone, and is booked. */
export type Resolution = 'explained' | 'suspense' | 'interest' | 'adopted' | 'sold' | 'hedged'

/** A break on record: what a venue and the ledger did not agree about, and what became of it. */
export interface AccountBreak {
  readonly id: number
  readonly venue: Venue
  readonly kind: BreakKind
  readonly subject: string
  /** null: it is about the whole venue. */
  readonly market: MarketId | null
  readonly purse: Purse | null
  /** What the venue has more than the ledger because of it, in 1e-2 YES contracts; negative: less. */
  readonly contracts: number
  /** The same of cash. */
  readonly amount: Money
  readonly detail: string
  readonly openedMs: Millis
  readonly lastSeenMs: Millis
  readonly owner: string | null
  /** resolved: by a person; closed: by itself, because both agree. */
  readonly state: 'open' | 'resolved' | 'closed'
  readonly resolution: Resolution | 'agrees' | null
  readonly by: string | null
  readonly reason: string | null
  readonly endedMs: Millis | null
  /** Its difference is still there, and counts as known. */
  readonly accepted: boolean
}

const COLUMNS = `id, venue, kind, subject, market, purse, contracts, amount_micros as amount, detail, opened_ms as "openedMs", last_seen_ms as "lastSeenMs",
  owner, state, resolution, by_name as by, reason, ended_ms as "endedMs", accepted`

/** Oldest first. */
export async function readBreaks(database: Pick<Database, 'query'>, which: 'open' | 'all'): Promise<readonly AccountBreak[]> {
  const read = await database.query<AccountBreak>(
    `select ${COLUMNS} from account_break ${which === 'open' ? `where state = 'open'` : ''} order by opened_ms, id`,
  )
  return read.rows
}

export async function readBreak(database: Pick<Database, 'query'>, id: number): Promise<AccountBreak | null> {
  const read = await database.query<AccountBreak>(`select ${COLUMNS} from account_break where id = $1`, [id])
  return read.rows[0] ?? null
}

/** What counts when a venue is compared: open breaks, and differences that a person has accepted. */
export async function standingBreaks(database: Pick<Database, 'query'>, venue: Venue): Promise<readonly StandingBreak[]> {
  const read = await database.query<StandingBreak>(
    `select id, kind, subject, market, purse, contracts, case when resolution = 'suspense' then 0 else amount_micros end as amount,
       case when state = 'open' then 'open' else 'accepted' end as state
     from account_break where venue = $1 and (state = 'open' or accepted) order by id`,
    [venue],
  )
  return read.rows
}

/** Locks a break. @throws RangeError when there is none of that number. */
export async function breakForUpdate(transaction: Transaction, id: number): Promise<AccountBreak> {
  const read = await transaction.query<AccountBreak>(`select ${COLUMNS} from account_break where id = $1 for update`, [id])
  const found = read.rows[0]
  if (!found) throw new RangeError(`there is no break ${id}: crossbook breaks list --all`)
  return found
}

/** Locks an open break. @throws as {@link breakForUpdate}, and Refused when it has ended. */
export async function openBreakForUpdate(transaction: Transaction, id: number): Promise<AccountBreak> {
  const found = await breakForUpdate(transaction, id)
  if (found.state !== 'open')
    throw new Refused(`break ${id} was ${found.state} by ${found.by ?? '?'} (${found.resolution ?? '?'}): ${found.reason ?? ''}`)
  return found
}

/** Ends an open break in the transaction that does what its resolution says, audited. */
export async function resolveBreakIn(
  transaction: Transaction,
  found: AccountBreak,
  resolution: Resolution,
  { by, secondBy, reason }: { readonly by: Operator; readonly secondBy: string | null; readonly reason: string },
  atMs: Millis,
): Promise<void> {
  const accepted = resolution === 'explained' || (resolution === 'suspense' && found.kind !== 'cash')
  await transaction.query(
    `update account_break set state = 'resolved', resolution = $2, by_name = $3, reason = $4, ended_ms = $5, accepted = $6 where id = $1 and state = 'open'`,
    [found.id, resolution, by.name, reason, atMs, accepted],
  )
  await appendAudit(
    transaction,
    by,
    'break-resolve',
    { ...named(found), resolution, reason, ...(secondBy === null ? {} : { secondBy }) },
    atMs,
  )
}

/** Whose task a break is, audited. */
export async function assignBreakIn(transaction: Transaction, found: AccountBreak, to: string, by: Operator, atMs: Millis): Promise<void> {
  await transaction.query('update account_break set owner = $2 where id = $1', [found.id, to])
  await appendAudit(transaction, by, 'break-assign', { ...named(found), to }, atMs)
}

/** A difference that has become a break, or is seen again: one open row for each identity. @returns whether it was opened now. */
export async function noteBreakIn(transaction: Transaction, difference: Difference, by: Operator, atMs: Millis): Promise<boolean> {
  const { venue, kind, subject, market, purse, contracts, amount, detail } = difference
  const read = await transaction.query<{ id: number; isNew: boolean }>(
    `insert into account_break (venue, kind, subject, market, purse, contracts, amount_micros, detail, opened_ms, last_seen_ms, state)
       values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$9,'open')
     on conflict (venue, kind, subject) where state = 'open' do update set last_seen_ms = greatest(account_break.last_seen_ms, excluded.last_seen_ms),
       contracts = excluded.contracts, amount_micros = excluded.amount_micros, purse = excluded.purse, detail = excluded.detail
     returning id, opened_ms = last_seen_ms and xmax = 0 as "isNew"`,
    [venue, kind, subject, market, purse, contracts, amount, detail, atMs],
  )
  const row = read.rows[0]
  if (!row?.isNew) return false
  await appendAudit(transaction, by, 'break-open', { id: row.id, venue, kind, subject, contracts, amountMicros: amount, detail }, atMs)
  return true
}

/** Ends a break that both sides agree about again, audited. */
export async function closeBreakIn(
  transaction: Transaction,
  found: Pick<AccountBreak, 'id' | 'kind' | 'subject'>,
  venue: Venue,
  by: Operator,
  atMs: Millis,
): Promise<void> {
  const reason = 'the venue and the ledger agree again'
  const closed = await transaction.query(
    `update account_break set state = 'closed', resolution = 'agrees', by_name = $2, reason = $3, ended_ms = $4 where id = $1 and state = 'open'`,
    [found.id, by.name, reason, atMs],
  )
  if (closed.rowCount)
    await appendAudit(transaction, by, 'break-close', { id: found.id, venue, kind: found.kind, subject: found.subject, reason }, atMs)
}

/** An accepted difference that is gone counts no more, audited. */
export async function lapseBreakIn(transaction: Transaction, id: number, by: Operator, atMs: Millis): Promise<void> {
  const lapsed = await transaction.query('update account_break set accepted = false where id = $1 and accepted', [id])
  if (lapsed.rowCount) await appendAudit(transaction, by, 'break-lapse', { id, reason: 'the venue does not show it any more' }, atMs)
}

const named = ({ id, venue, kind, subject, contracts, amount }: AccountBreak): object => ({
  ...{ id, venue, kind, subject, contracts, amountMicros: amount },
})
