import { subjectId } from '../core/ids'
import { millis } from '../core/units'
import type { PairsFile } from '../config/schema/pairs'
import type { Catalog, Listing } from '../ports/catalog'
import type { Operator } from '../stores/postgres/halts'
import { endOtherPairs, saveListings, savePair } from '../stores/postgres/registry'
import type { Database } from '../stores/postgres/pool'

type PairEntry = PairsFile['pairs'][number]

export interface ImportedPair {
  readonly id: string
  readonly kalshi: string
  readonly forecastex: string
}

export interface PairImport {
  readonly database: Database
  readonly kalshi: Catalog
  readonly forecastex: Catalog
  readonly by: Operator
  readonly nowMs: () => number
}

/** A simulated gateway lists a question again with both conIds moved by a multiple of this (docs/scenario.md). */
const RELISTING_BLOCK = 100_000

/**
 * Finds the open listing of each base pair in both catalogues and imports it as a pair of its own, id `<pair>.<suffix>`, ending earlier ones.
 * @throws Error naming the pair when a venue has no open listing of it.
 */
export async function importPairs(
  { database, kalshi, forecastex, by, nowMs }: PairImport,
  file: PairsFile,
  signal: AbortSignal,
): Promise<readonly ImportedPair[]> {
  const kalshiListings = await listingsOf(kalshi, new Set(file.pairs.map(({ kalshi: { ticker } }) => seriesOf(ticker))), signal)
  const otherListings = await listingsOf(forecastex, new Set(file.pairs.map(({ forecastex: { symbol } }) => symbol)), signal)
  await saveListings(database, [...kalshiListings, ...otherListings], millis(nowMs()))
  const imported: ImportedPair[] = []
  for (const entry of file.pairs) {
    const first = openListing(entry, kalshiListings)
    const second = openContract(entry, otherListings)
    const id = subjectId(`${entry.id}.${first.suffix}`)
    const { polarity, class: identity, approved_for: approvedFor } = entry
    await savePair(
      database,
      {
        id,
        base: entry.id,
        kalshiMarket: first.listing.market,
        forecastexMarket: second.market,
        polarity,
        class: identity,
        approvedFor,
        state: 'active',
      },
      by,
      millis(nowMs()),
      signal,
    )
    await endOtherPairs(database, entry.id, id)
    imported.push({ id, kalshi: first.listing.market, forecastex: second.market })
  }
  return imported
}

const seriesOf = (ticker: string): string => ticker.slice(0, ticker.indexOf('-'))

async function listingsOf(catalog: Catalog, series: ReadonlySet<string>, signal: AbortSignal): Promise<readonly Listing[]> {
  const all: Listing[] = []
  for (const name of series) all.push(...(await catalog.listings(name, signal)))
  return all
}

/** `KXU3-25MAR-T4.0` is listed again as `KXU3-25MAR.2-T4.0`: the highest open suffix is the one that trades. */
function openListing(entry: PairEntry, listings: readonly Listing[]): { readonly listing: Listing; readonly suffix: number } {
  const { ticker } = entry.kalshi
  const cut = ticker.lastIndexOf('-')
  const [event, part] = [ticker.slice(0, cut), ticker.slice(cut)]
  const found = listings
    .filter(({ status, market }) => status === 'open' && market.startsWith(event) && market.endsWith(part))
    .flatMap((listing) => {
      const middle = listing.market.slice(event.length, listing.market.length - part.length)
      return /^(\.\d+)?$/.test(middle) ? [{ listing, suffix: middle === '' ? 1 : Number(middle.slice(1)) }] : []
    })
    .toSorted((a, b) => b.suffix - a.suffix)[0]
  if (!found) throw new Error(`pair ${entry.id}: Kalshi has no open listing of ${ticker}`)
  return found
}

function openContract(entry: PairEntry, listings: readonly Listing[]): Listing {
  const base = entry.forecastex.yes_con_id
  const found = listings
    .filter(
      ({ status, contracts }) =>
        status === 'open' && contracts !== null && contracts.yes >= base && (contracts.yes - base) % RELISTING_BLOCK === 0,
    )
    .toSorted((a, b) => (b.contracts?.yes ?? 0) - (a.contracts?.yes ?? 0))[0]
  if (!found) throw new Error(`pair ${entry.id}: ForecastEx has no open contract of conId ${base} (symbol ${entry.forecastex.symbol})`)
  return found
}
