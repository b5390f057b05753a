import type { SettlementDependencies } from '../../../../src/activities'
import type { MarketId } from '../../../../src/core/ids'
import { payoutOf, type ToldPayout } from '../../../../src/core/ledger/settlement'
import { money, NO_MONEY, quantity, type Money } from '../../../../src/core/units'
import type { Listing } from '../../../../src/ports/catalog'
import type { Database } from '../../../../src/stores/postgres/pool'
import { isDue, postAsTold, postedSince } from '../../../../src/stores/postgres/results/payouts'
import { NEVER } from './ledger'

/** Kalshi as it pays all that the ledger holds or has held of a market, by the result it tells, in whole cents. */
export const kalshiSaying = (database: () => Database, listing: () => Listing): SettlementDependencies['kalshi'] => ({
  result: () => Promise.resolve({ ...listing(), settledMs: null }),
  payout: async (market) => recordOf(database(), market, listing().yesPays ?? NO_MONEY),
  payouts: () => Promise.resolve([]),
  isDue: (market, yesPays) => isDue(database(), 'kalshi', market, yesPays),
  post: (market, yesPays, told, atMs) => postAsTold(database(), { venue: 'kalshi', market, atMs }, yesPays, told, NEVER),
  postedSince: (sinceMs) => postedSince(database(), 'kalshi', sinceMs),
})

/** The record that Kalshi keeps of the market's net position. */
export async function recordOf(database: Database, market: MarketId, yesPays: Money, fees: Money = NO_MONEY): Promise<ToldPayout> {
  const read = await database.query<{ net: number; at: number }>(
    `select coalesce(sum(case when outcome = 'yes' then quantity else -quantity end), 0) as net, extract(epoch from now())::bigint * 1000 as at from (
       select outcome, quantity from lot where venue = 'kalshi' and market = $1 union all select outcome, quantity from settlement where venue = 'kalshi' and market = $1) x`,
    [market],
  )
  const { net, at } = read.rows[0] ?? { net: 0, at: 0 }
  const [yes, no] = [quantity(Math.max(0, net)), quantity(Math.max(0, -net))]
  const due = payoutOf('yes', yes, yesPays) + payoutOf('no', no, yesPays)
  return { yes, no, paid: money(due - (due % 10_000)), fees, atMs: at as ToldPayout['atMs'] }
}
