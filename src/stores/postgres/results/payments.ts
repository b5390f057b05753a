import type { Payment } from '../../../core/report/tax'
import { NO_MONEY, type Money } from '../../../core/units'
import type { Database } from '../pool'

/** Every coupon, or every payment of interest on cash, that was booked, oldest first, as its cash came. A month has one or two of a venue. */
export async function readPayments(database: Pick<Database, 'query'>, kind: 'couponPay' | 'interest'): Promise<readonly Payment[]> {
  const { rows } = await database.query<Payment>(
    `select venue_of(p.account) as venue, t.at_ms as "atMs", sum(p.amount_micros) as amount from transfer t join posting p on p.transfer_id = t.id and p.account like 'cash:%'
     where t.kind = $1 group by 1, 2, t.id order by 2, t.id`,
    [kind],
  )
  return rows
}

/** What the accounts of interest say it was in sum. */
export async function readInterestIncome(database: Pick<Database, 'query'>): Promise<Money> {
  const { rows } = await database.query<{ amount: Money }>(
    `select coalesce(-sum(amount_micros), 0)::bigint as amount from balance where account like 'income:interest:%'`,
  )
  return rows[0]?.amount ?? NO_MONEY
}
