import type { Purse } from '../../../core/purse'
import { Refused } from '../../../core/refused'
import type { Operator } from '../../../core/risk/scope'
import type { Millis } from '../../../core/units'
import type { Transaction } from '../pool'
import { appendAudit } from '../proof/audit'
import { breakForUpdate, type AccountBreak } from './breaks'

/** A break of cash that a venue has more of, and that stands in suspense. */
export interface SuspendedBreak extends AccountBreak {
  readonly purse: Purse
}

/**
 * Locks a break whose cash was put into suspense; null: it has another state. An ended break stays on record as it ended, so what its cash was named
 * later is in the ledger and the audit.
 * @throws RangeError when there is none of that number; Refused when its cash was named before, or the venue has less
 */
export async function suspendedBreakForUpdate(transaction: Transaction, id: number): Promise<SuspendedBreak | null> {
  const found = await breakForUpdate(transaction, id)
  const { state, resolution, kind, purse, amount } = found
  if (state !== 'resolved' || resolution !== 'suspense' || kind !== 'cash' || purse === null) return null
  if (amount <= 0) throw new Refused(`break ${id}: the venue has less, so it paid no interest: its cash stays in suspense`)
  const named = await transaction.query('select 1 from transfer where id = $1', [`interest:${id}`])
  if (named.rowCount) throw new Refused(`break ${id} is booked as interest already: crossbook breaks show ${id}`)
  return { ...found, purse }
}

/** That what stood in suspense was interest, audited. */
export async function noteInterestIn(
  transaction: Transaction,
  { id, venue, kind, subject, amount }: SuspendedBreak,
  { by, secondBy, reason }: { readonly by: Operator; readonly secondBy: string | null; readonly reason: string },
  atMs: Millis,
): Promise<void> {
  const detail = { id, venue, kind, subject, amountMicros: amount, from: 'suspense', resolution: 'interest', reason }
  await appendAudit(transaction, by, 'break-resolve', { ...detail, ...(secondBy === null ? {} : { secondBy }) }, atMs)
}
