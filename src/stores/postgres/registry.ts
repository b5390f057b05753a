import type { Millis } from '../../core/units'
import type { Venue } from '../../core/ids'
import type { Listing } from '../../ports/catalog'
import type { Database } from './pool'

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

/** Series of a venue with a market that was open when it was read last, and whose time has not come since. */
export async function openSeries(database: Database, venue: Venue, nowMs: Millis): Promise<ReadonlySet<string>> {
  const read = await database.query<{ series: string }>(
    `select distinct series from listing where venue = $1 and status = 'open' and (body ->> 'closeMs')::bigint > $2`,
    [venue, nowMs],
  )
  return new Set(read.rows.map(({ series }) => series))
}
