import type { MarketId, SubjectId } from '../../core/ids'
import type { Millis } from '../../core/units'
import type { Listing } from '../../ports/catalog'
import type { Operator } from './halts'
import { transact, type Database } from './pool'
import { appendAudit } from './proof/audit'

/** Two markets judged to be the same question, and what they may be traded for. */
export interface PairRecord {
  readonly id: SubjectId
  readonly base: string
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
  readonly polarity: 'same' | 'opposite'
  readonly class: 'S0' | 'S1' | 'S1h' | 'S2' | 'S3'
  readonly approvedFor: 'none' | 'sim' | 'all'
  readonly state: 'active' | 'suspended' | 'ended'
  readonly version: number
}

const PAIR_COLUMNS = `id, base, kalshi_market as "kalshiMarket", forecastex_market as "forecastexMarket", polarity, class, approved_for as "approvedFor", state, version`

/** Adds or replaces a pair, audited. */
export function savePair(
  database: Database,
  pair: Omit<PairRecord, 'version'>,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<void> {
  return transact(database, signal, async (transaction) => {
    await transaction.query(
      `insert into pair as p (id, base, kalshi_market, forecastex_market, polarity, class, approved_for, state, by_name, at_ms) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)
       on conflict (id) do update set kalshi_market = excluded.kalshi_market, forecastex_market = excluded.forecastex_market, polarity = excluded.polarity,
         class = excluded.class, approved_for = excluded.approved_for, state = excluded.state, version = p.version + 1, by_name = excluded.by_name, at_ms = excluded.at_ms`,
      [
        pair.id,
        pair.base,
        pair.kalshiMarket,
        pair.forecastexMarket,
        pair.polarity,
        pair.class,
        pair.approvedFor,
        pair.state,
        by.name,
        atMs,
      ],
    )
    await appendAudit(transaction, by, 'pair', pair, atMs)
  })
}

/** Ends every active pair of a base but the one named: its markets were listed again. */
export async function endOtherPairs(database: Database, base: string, keep: SubjectId): Promise<void> {
  await database.query(`update pair set state = 'ended', version = version + 1 where base = $1 and id <> $2 and state = 'active'`, [
    base,
    keep,
  ])
}

export async function activePairs(database: Database): Promise<readonly PairRecord[]> {
  const read = await database.query<PairRecord>(`select ${PAIR_COLUMNS} from pair where state = 'active' order by id`)
  return read.rows
}

/** Pairs that still have open lots or are active: what settlement has to look at. */
export async function pairsWithLots(database: Database): Promise<readonly PairRecord[]> {
  const read = await database.query<PairRecord>(
    `select ${PAIR_COLUMNS} from pair p where exists (select 1 from lot l where l.quantity > 0
      and ((l.venue = 'kalshi' and l.market = p.kalshi_market) or (l.venue = 'forecastex' and l.market = p.forecastex_market))) order by id`,
  )
  return read.rows
}

export async function saveListings(database: Database, listings: readonly Listing[], fetchedMs: Millis): Promise<void> {
  for (const listing of listings) {
    await database.query(
      `insert into listing (venue, market, event, series, status, body, fetched_ms) values ($1,$2,$3,$4,$5,$6,$7)
       on conflict (venue, market) do update set event = excluded.event, series = excluded.series, status = excluded.status, body = excluded.body, fetched_ms = excluded.fetched_ms`,
      [listing.venue, listing.market, listing.event, listing.series, listing.status, JSON.stringify(listing), fetchedMs],
    )
  }
}

export async function readListings(database: Database): Promise<readonly Listing[]> {
  const read = await database.query<{ body: Listing }>('select body from listing')
  return read.rows.map(({ body }) => body)
}
