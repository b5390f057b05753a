import type { PairEnd } from '../../../core/report/missed'
import type { Snapshot } from './snapshot'

/**
 * How the markets of all pairs ended, ended pairs included: what the venue's listing says, or else what contracts of ours were paid (ForecastEx tells no
 * result in its listings). Where neither is on record, nothing is.
 */
export async function readPairEnds(snapshot: Snapshot): Promise<readonly PairEnd[]> {
  const { rows } = await snapshot.query<PairEnd>(
    `with listed as (select venue, market, (body ->> 'yesPays')::bigint as pays from listing),
       paid as (select distinct on (venue, market) venue, market, case outcome when 'yes' then paid_micros * 100 / quantity else 1000000 - paid_micros * 100 / quantity end as pays
         from settlement where quantity > 0 and not scalar order by venue, market, at_ms desc),
       ends as (select venue, market, coalesce(listed.pays, paid.pays) as pays from listed full join paid using (venue, market))
     select p.id as pair, c.polarity = 'opposite' as "isOpposite", k.pays as "kalshiYes", f.pays as "forecastexYes"
     from pair p join certificate c on c.pair = p.id and c.version = p.version
       left join ends k on k.venue = 'kalshi' and k.market = p.kalshi_market left join ends f on f.venue = 'forecastex' and f.market = p.forecastex_market`,
  )
  return rows
}
