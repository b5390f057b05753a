import { coupon, couponId, type AccrualFall } from '../../../core/ledger/coupon'
import { suspend } from '../../../core/ledger/postings'
import { venueOf, type Purse } from '../../../core/purse'
import { money, type Millis } from '../../../core/units'
import type { StrangeExecution } from '../../../ports/account'
import { transact, type Database } from '../pool'
import { post } from '../post'

/**
 * Books a coupon that the venue's cash has shown, once for each fall of what it owes. A fall that no position can have earned (invariant 12) is
 * something else, like interest on cash: nothing is booked, and it stays a difference for a person. @returns whether it is booked now.
 */
export function bookCoupon(
  database: Database,
  purse: Purse,
  account: string,
  fall: AccrualFall,
  atMs: Millis,
  signal: AbortSignal,
): Promise<boolean> {
  const venue = venueOf(purse)
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const read = await transaction.query<{ room: number }>(
      `select coupon_cap($1, $2) + coalesce(sum(amount_micros), 0) as room from balance where account = 'income:coupon:' || $1`,
      [venue, atMs],
    )
    const id = couponId(purse, account, fall)
    const known = await transaction.query('select 1 from transfer where id = $1', [id])
    if (known.rows.length > 0) return true
    if ((read.rows[0]?.room ?? 0) < fall.amount) return false
    for (const transfer of coupon(purse, account, fall, atMs)) await post(transaction, transfer)
    await transaction.query('update accrual_fall set coupon = $4 where venue = $1 and account = $2 and at_ms = $3', [
      venue,
      account,
      fall.atMs,
      id,
    ])
    return true
  })
}

/** What a netting's charge is booked as, once per execution. */
export const nettingId = (purse: Purse, account: string, execution: string): string => `netting:${purse}:${account}:${execution}`

/** What a netting was charged although nettings are free: paid, and in suspense until somebody has explained it. Once per execution. @returns whether it was news. */
export function suspendNettingFee(
  database: Database,
  purse: Purse,
  account: string,
  { executionId, fee, atMs }: StrangeExecution,
  signal: AbortSignal,
): Promise<boolean> {
  return transact(database, signal, async (transaction) => {
    await transaction.query('select 1 from risk_lock for update')
    const amount = money(0 - (fee ?? 0))
    return amount !== 0 && post(transaction, suspend({ id: nettingId(purse, account, executionId), tradeId: null, atMs, purse, amount }))
  })
}
