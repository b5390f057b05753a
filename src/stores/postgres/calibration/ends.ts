import type { Bought } from '../../../core/edge/claims/claims'
import type { TradeId } from '../../../core/ids'
import type { Money } from '../../../core/units'
import type { Snapshot } from '../reports/snapshot'

/**
 * What one YES of these markets of Kalshi paid, by ticker: by the newer one of its listing and of what Kalshi answered last, once the venue has settled it (a
 * result that is only determined may still be disputed), or else by what contracts of ours were paid. Those that are not in it have not ended, or nobody was told.
 */
export async function readYesPaid(snapshot: Snapshot, tickers: readonly string[]): Promise<ReadonlyMap<string, Money>> {
  const { rows } = await snapshot.query<{ market: string; pays: Money }>(
    `with said as (
         select market, status, (body ->> 'yesPays')::bigint as pays, fetched_ms as at_ms, 0 as id from listing where venue = 'kalshi' and market = any($1)
         union all select market, status, pays_micros, asked_ms, id from market_answer where venue = 'kalshi' and market = any($1) and status is not null),
       newest as (select distinct on (market) market, status, pays from said order by market, at_ms desc, id desc),
       told as (select market, pays from newest where status = 'settled'),
       paid as (select distinct on (market) market, case outcome when 'yes' then paid_micros * 100 / quantity else 1000000 - paid_micros * 100 / quantity end as pays
         from settlement where venue = 'kalshi' and market = any($1) and quantity > 0 and not scalar order by market, at_ms desc)
     select market, coalesce(told.pays, paid.pays) as pays from told full join paid using (market) where coalesce(told.pays, paid.pays) is not null`,
    [tickers],
  )
  return new Map(rows.map(({ market, pays }) => [market, pays]))
}

/** What each of these trades has bought; those that bought nothing are not in it. */
export async function readBought(snapshot: Snapshot, trades: readonly TradeId[]): Promise<readonly Bought[]> {
  const { rows } = await snapshot.query<Bought>(
    `select trade_id as "tradeId", sum(quantity)::bigint as quantity, sum(price * quantity)::bigint as price, sum(fee_micros)::bigint as fees
     from fill where trade_id = any($1) and action = 'buy' group by trade_id`,
    [trades],
  )
  return rows
}
