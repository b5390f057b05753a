import { createIngestActivities } from '../../src/activities/ingest'
import { marketId, type Venue } from '../../src/core/ids'
import type { Catalog, Listing } from '../../src/ports/catalog'
import { asActivity } from './doubles'

const listingOf = (venue: Venue, market: string): Listing => ({ venue, market: marketId(market) }) as Listing
const catalog = (venue: Venue, bySeries: Readonly<Record<string, readonly string[]>>): Catalog => ({
  venue,
  listings: (series) => Promise.resolve((bySeries[series] ?? []).map((market) => listingOf(venue, market))),
  listing: () => Promise.resolve(null),
})

it('reads every configured series at both venues, stores each and counts per venue', async () => {
  const saved: string[] = []
  const activities = createIngestActivities({
    catalogs: [
      { catalog: catalog('kalshi', { KXU3: ['A', 'B'], KXCPI: ['C'] }), series: ['KXU3', 'KXCPI'] },
      { catalog: catalog('forecastex', { UNR: ['751'] }), series: ['UNR'] },
    ],
    save: (listings) => {
      saved.push(listings.map(({ venue, market }) => `${venue} ${market}`).join())
      return Promise.resolve()
    },
  })
  expect(await asActivity(() => activities.ingestListings())).toEqual({ kalshi: 3, forecastex: 1 })
  expect(saved).toEqual(['kalshi A,kalshi B', 'kalshi C', 'forecastex 751'])
})
