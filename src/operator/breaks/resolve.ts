import { interest, suspend, type Transfer } from '../../core/ledger/postings'
import { adoptCash } from '../../core/ledger/reconciliation'
import { Refused } from '../../core/refused'
import { commandRefusal, loneOrderRefusal } from '../../core/risk/limit-change'
import type { Operator } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import { formatMoney, money, type Millis } from '../../core/units'
import { assignBreakIn, openBreakForUpdate, resolveBreakIn, type AccountBreak } from '../../stores/postgres/breaks/breaks'
import { noteInterestIn, suspendedBreakForUpdate, type SuspendedBreak } from '../../stores/postgres/breaks/suspended'
import { transact, type Database } from '../../stores/postgres/pool'
import { post } from '../../stores/postgres/post'

/**
 * What a person may say of a break without trading: that its difference is explained, that its cash stands in suspense until it is, or that its cash is
 * interest that the venue has paid.
 */
export const RESOLUTIONS = ['explained', 'suspense', 'interest'] as const
export type PlainResolution = (typeof RESOLUTIONS)[number]

/** Who says it, and why. `secondBy`: needed in mode `live` for what becomes income. */
export interface ResolvingWord {
  readonly by: Operator
  readonly secondBy: string | null
  readonly mode: Mode
  readonly reason: string
}

/**
 * Ends an open break by a person's word, audited: from now on its difference counts as known, openings are permitted again, and another difference is
 * another break. One of cash that stands in suspense is resolved a second time, as `interest`. `suspense` and `interest` book its cash first, as the last look had it: also while trades run, for what it differs does not move with them.
 * @throws RangeError for an unknown number or an empty reason; Refused for a viewer, for interest in mode live without a second person, when it has ended, moves no cash that could be so booked, or would overdraw a purse
 */
export async function resolveBreak(
  database: Database,
  id: number,
  as: PlainResolution,
  { by, secondBy, mode, reason }: ResolvingWord,
  atMs: Millis,
  signal: AbortSignal,
): Promise<AccountBreak> {
  // what is explained, or stands in suspense, earns nothing; interest is income from then on
  permit(as === 'interest' ? loneOrderRefusal(by, secondBy, mode) : commandRefusal(by), reason, '--reason')
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const suspended = as === 'interest' ? await suspendedBreakForUpdate(transaction, id) : null
    if (suspended !== null) {
      for (const transfer of namedLater(suspended, atMs)) await post(transaction, transfer)
      await noteInterestIn(transaction, suspended, { by, secondBy, reason }, atMs)
      return suspended
    }
    const found = await openBreakForUpdate(transaction, id)
    for (const transfer of bookingsOf(found, as, atMs)) await post(transaction, transfer)
    await resolveBreakIn(transaction, found, as, { by, secondBy, reason }, atMs)
    return found
  })
}

/** @throws Error when what differs cannot be what it is said to be. */
function bookingsOf({ id, kind, purse, amount }: AccountBreak, as: PlainResolution, atMs: Millis): readonly Transfer[] {
  if (as === 'explained') return []
  if (purse === null || amount === 0) throw new Refused(`break ${id} (${kind}) moves no cash: resolve it --as explained, or adopt it`)
  if (as === 'suspense') return adoptCash({ tradeId: null, atMs }, [{ purse, amount }])
  if (kind !== 'cash') throw new Refused(`break ${id} is one of ${kind}: interest moves cash alone; resolve it --as suspense, or adopt it`)
  if (amount < 0)
    throw new Refused(`break ${id}: the venue has $${formatMoney(money(0 - amount))} less, so it paid no interest: --as suspense`)
  return [interest({ id: `interest:${id}`, tradeId: null, atMs, purse, amount })]
}

/** What was put into suspense turns out to be interest. In this order no purse lacks the cash in between. */
const namedLater = ({ id, purse, amount }: SuspendedBreak, atMs: Millis): readonly Transfer[] => [
  interest({ id: `interest:${id}`, tradeId: null, atMs, purse, amount }),
  suspend({ id: `unsuspend:${id}`, tradeId: null, atMs, purse, amount: money(0 - amount) }),
]

/** Says whose task an open break is, audited. @throws as {@link resolveBreak} */
export async function assignBreak(
  database: Database,
  id: number,
  to: string,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<AccountBreak> {
  permit(commandRefusal(by), to, '--to')
  return transact(database, signal, async (transaction) => {
    const found = await openBreakForUpdate(transaction, id)
    await assignBreakIn(transaction, found, to, by, atMs)
    return found
  })
}

function permit(refusal: string | null, text: string, option: '--reason' | '--to'): void {
  if (refusal !== null) throw new Refused(refusal)
  if (text.trim() === '') throw new RangeError(`${option} is empty: it is kept for ever`)
}
