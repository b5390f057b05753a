import { Context } from '@temporalio/activity'
import type { Catalog, Listing } from '../ports/catalog'
import type { IngestActivities } from '../workflows/messages'

export interface IngestDependencies {
  readonly catalogs: readonly { readonly catalog: Catalog; readonly series: readonly string[] }[]
  readonly save: (listings: readonly Listing[]) => Promise<void>
}

export function createIngestActivities({ catalogs, save }: IngestDependencies): IngestActivities {
  return {
    async ingestListings() {
      const signal = Context.current().cancellationSignal
      const stored: Record<string, number> = {}
      for (const { catalog, series } of catalogs) {
        for (const name of series) {
          const listings = await catalog.listings(name, signal)
          await save(listings)
          stored[catalog.venue] = (stored[catalog.venue] ?? 0) + listings.length
        }
      }
      return stored
    },
  }
}
