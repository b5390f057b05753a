import { subjectId } from '../../core/ids'
import { millis, type Millis } from '../../core/units'
import type { PairsFile } from '../../config/schema/pairs'
import type { Catalog, Listing } from '../../ports/catalog'
import type { Operator } from '../../core/risk/scope'
import { endOtherPairs, savePair, type SavedImport } from '../../stores/postgres/pairs/certificates'
import { saveListings } from '../../stores/postgres/registry'
import type { Database } from '../../stores/postgres/pool'

type PairEntry = PairsFile['pairs'][number]

export interface ImportedPair {
  readonly id: string
  readonly kalshi: string
  readonly forecastex: string
  readonly kind: SavedImport['kind']
  readonly state: SavedImport['state']
}

export interface PairImport {
  readonly database: Database
  readonly kalshi: Catalog
  readonly forecastex: Catalog
  readonly by: Operator
  readonly nowMs: () => number
}

/** What ingest has read. */
export { readListings } from '../../stores/postgres/registry'

/** A simulated gateway lists a question again with both conIds moved by a multiple of this (docs/scenario.md). */
const RELISTING_BLOCK = 100_000

/**
 * Finds the open listing of each base pair in both catalogues and imports it as a pair of its own, id `<pair>.<suffix>`, ending earlier ones. The texts
 * that both venues tell now are those that were judged.
 * @throws Error naming the pair when a venue has no open listing of it. RangeError when it is on record otherwise
 */
export async function importPairs(sources: PairImport, file: PairsFile, signal: AbortSignal): Promise<readonly ImportedPair[]> {
  const { database, kalshi, forecastex, by, nowMs } = sources
  const kalshiListings = await listingsOf(kalshi, new Set(file.pairs.map(({ kalshi: { ticker } }) => seriesOf(ticker))), signal)
  const otherListings = await listingsOf(forecastex, new Set(file.pairs.map(({ forecastex: { symbol } }) => symbol)), signal)
  const all = [...kalshiListings, ...otherListings]
  await saveListings(database, all, millis(nowMs()))
  return importListed(database, file, { listings: all, anew: true }, by, millis(nowMs()), signal)
}

/** What a base pair is looked for in. */
export interface Listed {
  readonly listings: readonly Listing[]
  /** Simulated venues list a question anew at each start; elsewhere another ticker or conId is another question. */
  readonly anew: boolean
}

/** The same, by listings that were read before: for whoever has no session of his own at the venues. */
export async function importListed(
  database: Database,
  file: PairsFile,
  listed: Listed,
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<readonly ImportedPair[]> {
  const imported: ImportedPair[] = []
  for (const entry of file.pairs) {
    const kalshi = openListing(entry, listed)
    const forecastex = openContract(entry, listed)
    const id = subjectId(`${entry.id}.${kalshi.suffix}`)
    const { polarity, class: identity, approved_for: approvedFor, question } = entry
    const markets = { kalshiMarket: kalshi.listing.market, forecastexMarket: forecastex.market }
    const rules = judgedTexts(kalshi.listing, forecastex)
    const judged = { polarity, class: identity, approvedFor, question, ...(rules && { rules }) }
    const saved = await savePair(database, { id, base: entry.id, ...markets, ...judged, state: 'active' }, by, atMs, signal)
    await endOtherPairs(database, entry.id, id, by, atMs, signal)
    imported.push({ id, kalshi: markets.kalshiMarket, forecastex: markets.forecastexMarket, kind: saved.kind, state: saved.state })
  }
  return imported
}

const judgedTexts = (kalshi: Listing, forecastex: Listing): { readonly kalshi: string; readonly forecastex: string } | null =>
  kalshi.rulesSha256 !== undefined && forecastex.rulesSha256 !== undefined
    ? { kalshi: kalshi.rulesSha256, forecastex: forecastex.rulesSha256 }
    : null

const seriesOf = (ticker: string): string => ticker.slice(0, ticker.indexOf('-'))

async function listingsOf(catalog: Catalog, series: ReadonlySet<string>, signal: AbortSignal): Promise<readonly Listing[]> {
  const all: Listing[] = []
  for (const name of series) all.push(...(await catalog.listings(name, signal)))
  return all
}

/** `KXU3-25MAR-T4.0` is listed anew as `KXU3-25MAR.2-T4.0`: the highest open suffix is the one that trades. */
function openListing(
  { id, kalshi: { ticker } }: PairEntry,
  { listings, anew }: Listed,
): { readonly listing: Listing; readonly suffix: number } {
  const cut = ticker.lastIndexOf('-')
  const [event, part] = [ticker.slice(0, cut), ticker.slice(cut)]
  const found = listings
    .filter(({ venue, status, market }) => venue === 'kalshi' && status === 'open' && market.startsWith(event) && market.endsWith(part))
    .flatMap((listing) => {
      const middle = listing.market.slice(event.length, listing.market.length - part.length)
      return middle === '' || (anew && /^\.\d+$/.test(middle)) ? [{ listing, suffix: middle === '' ? 1 : Number(middle.slice(1)) }] : []
    })
    .toSorted((a, b) => b.suffix - a.suffix)[0]
  if (!found) throw new Error(`pair ${id}: Kalshi has no open listing of ${ticker}`)
  return found
}

function openContract({ id, forecastex: { symbol, yes_con_id: base } }: PairEntry, { listings, anew }: Listed): Listing {
  const isBase = (conId: number): boolean => conId === base || (anew && conId > base && (conId - base) % RELISTING_BLOCK === 0)
  const found = listings
    .filter(({ status, contracts, series }) => status === 'open' && series === symbol && contracts !== null && isBase(contracts.yes))
    .toSorted((a, b) => (b.contracts?.yes ?? 0) - (a.contracts?.yes ?? 0))[0]
  if (!found) throw new Error(`pair ${id}: ForecastEx has no open contract of conId ${base} (symbol ${symbol})`)
  return found
}
