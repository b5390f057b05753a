import type { PriceBand } from '../../core/market/grid'
import type { Millis } from '../../core/units'
import type { Listing } from '../../ports/catalog'

/** What a venue's message told of a listing; null: as before. */
export interface Told {
  readonly closeMs: Millis | null
  readonly bands: readonly PriceBand[] | null
  readonly readFromMs: Millis
}
/** A listing with what its venue has said since it was read; null: nothing. */
export interface StandingListing {
  readonly listing: Listing
  /** Its fees are not those of before; a reading is one of after that from then on. */
  readonly doubtedMs: Millis | null
  /** It is another one, and the venue did not tell how, likewise. */
  readonly changedMs: Millis | null
  readonly overtaken: Told | null
}

export const withTold = (listing: Listing, { closeMs, bands }: Pick<Told, 'closeMs' | 'bands'>): Listing => ({
  ...listing,
  closeMs: closeMs ?? listing.closeMs,
  bands: bands ?? listing.bands,
})

export function put<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}
