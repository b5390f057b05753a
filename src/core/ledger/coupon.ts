import { venueOf, type Purse } from '../purse'
import { money, NO_MONEY, type Millis, type Money } from '../units'
import { couponAccrue, couponPay, type Transfer } from './postings'

/** Interest that a venue owed and no longer does, as of the statement that showed it first: it was paid, or never will be. */
export interface AccrualFall {
  readonly atMs: Millis
  readonly amount: Money
}

/** By how much what is owed to us has fallen between two statements. What we owe (a negative accrual) pays nobody a coupon. */
export function fallOf(before: Money | null, now: Money): Money {
  const owed = (accrued: Money): number => Math.max(0, accrued)
  return before === null ? NO_MONEY : money(Math.max(0, owed(before) - owed(now)))
}

/** The name of a coupon: one for each fall of a venue account's accrual, so that it is booked once. */
export const couponId = (purse: Purse, account: string, { atMs }: AccrualFall): string => `coupon:${purse}:${account}:${atMs}`

/** A coupon when it is paid: earned and received at once, in nobody's trade. Until then nothing of it is on the books. */
export function coupon(purse: Purse, account: string, fall: AccrualFall, atMs: Millis): readonly Transfer[] {
  const id = couponId(purse, account, fall)
  const entry = { tradeId: null, atMs, amount: fall.amount }
  return [couponAccrue({ ...entry, id: `${id}:accrued`, venue: venueOf(purse) }), couponPay({ ...entry, id, purse })]
}
