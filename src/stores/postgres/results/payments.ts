import type { Payment } from '../../../core/report/tax'
import { NO_MONEY, type Money } from '../../../core/units'
import type { Database } from '../pool'

/** Every payment of interest on cash that was booked, oldest first, as its cash came; of the account, of no trade. A month has one or two. */
export async function readInterest(database: Pick<Database, 'query'>): Promise<readonly Payment[]> {
  const { rows } = await database.query<Payment>(
    `select venue_of(p.account) as venue, t.at_ms as "atMs", p.amount_micros as amount from transfer t join posting p on p.transfer_id = t.id and p.account like 'cash:%'
     where t.kind = 'interest' order by 2, t.id`,
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
