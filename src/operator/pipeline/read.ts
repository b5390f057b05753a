import type { EdgeInput } from '../../core/edge/finding'
import { winnerSeries } from '../../core/edge/games/series'
import { LIVENESS_LIMIT_MS } from '../../core/market/liveness'
import type { Limits } from '../../core/risk/limits'
import { millis, quantity, type Millis, type Quantity } from '../../core/units'
import type { Listing } from '../../ports/catalog'
import { readLimits } from '../../stores/postgres/limits'
import type { Database } from '../../stores/postgres/pool'
import { query } from '../../stores/questdb/query'
import type { CacheContent } from './cache'
import { feesOf } from './fees'
import { readHeld, readKalshiListings, readMoney, readWords, type MarketWords } from './ledger'
import type { World, WorldMarket } from './world'

const ANSWER_LIMIT_MS = 1_500

export interface WorldSources {
  readonly database: Database
  /** null: there is no record. */
  readonly questdbUrl: string | null
  readonly healthPort: number
  readonly balancePrecision: 'direct' | 'non_direct'
  readonly cache: () => Promise<CacheContent>
  readonly nowMs: () => Millis
}

/**
 * What ledger, cache, record and the streaming process know now. What one of them lacks is named in `missing`.
 * @throws LedgerUnreachable; Error without limits in force, and when the cache does not answer: there is nothing to cycle over then.
 */
export async function readWorld({ database, questdbUrl, healthPort, balancePrecision, cache, nowMs }: WorldSources): Promise<World> {
  const [listings, words, limits, held, volumes, confirmedAgeMs, { games, tops }] = await Promise.all([
    readKalshiListings(database),
    readWords(database),
    readLimits(database),
    readHeld(database),
    readVolumes(questdbUrl),
    readConfirmedAge(healthPort),
    cache(),
  ])
  const atMs = nowMs()
  const asMarket = (listing: Listing): WorldMarket => ({
    ...{ ticker: listing.market, eventTicker: listing.event, seriesTicker: listing.series, title: listing.title },
    ...(words.get(listing.market) ?? UNTOLD),
    ...{ status: listing.status, closeMs: listing.closeMs, bands: listing.bands },
    fees: feesOf(listing, balancePrecision, atMs),
    volume: volumes?.get(listing.market) ?? null,
    top: tops.get(listing.market) ?? null,
  })
  const world = {
    nowMs: atMs,
    markets: listings.map(asMarket),
    games,
    held,
    confirmedAtMs: confirmedAgeMs === null ? null : millis(atMs - confirmedAgeMs),
    limits: limitsOf(limits),
    ...(await readMoney(database, atMs)),
  }
  const open = world.markets.filter(({ seriesTicker, status }) => status === 'open' && typeof winnerSeries(seriesTicker) !== 'string')
  return { ...world, missing: missingOf(world, open, { words, hasRecord: volumes !== null }) }
}
const UNTOLD: MarketWords = { subtitle: '', rulesPrimary: '', rulesSecondary: '' }

const limitsOf = (limits: Limits): EdgeInput['limits'] => ({
  maxContracts: limits.maxContractsPerTrade,
  maxPremium: limits.maxPremiumPerTrade,
  lossBudget: limits.lossBudgetPerTrade,
  livenessMs: LIVENESS_LIMIT_MS.kalshi,
  minCash: limits.minCashPerVenue,
})

interface Known {
  readonly words: ReadonlyMap<string, MarketWords>
  readonly hasRecord: boolean
}

/** Sentences for whoever wonders why so much is refused. `open`: markets on the winner of a game that are open. */
function missingOf(
  { games, confirmedAtMs, equity }: Omit<World, 'missing'>,
  open: readonly WorldMarket[],
  { words, hasRecord }: Known,
): readonly string[] {
  const lacking = (what: string, isMissing: (market: WorldMarket) => boolean, remedy: string): string | null => {
    const count = open.filter(isMissing).length
    return count === 0 ? null : `${count} of ${open.length} open markets have no ${what}: ${remedy}`
  }
  const record = hasRecord ? 'the record has not seen them' : 'the record does not answer, or has no markets'
  const sentences = [
    open.length === 0
      ? 'no open market on the winner of a game is listed: add its series to kalshi.series, and wait for ingestMarkets'
      : null,
    games.length === 0 ? 'the cache has no odds: the ingest of odds has not written any within two hours' : null,
    lacking('text of rules', ({ ticker }) => !words.has(ticker), 'ingestMarkets reads them; without, a tie and a void are not told'),
    lacking('book in the cache', ({ top }) => top === null, 'the streaming process does not watch them'),
    lacking('volume', ({ volume }) => volume === null, record),
    confirmedAtMs === null
      ? 'the streaming process does not tell when Kalshi last confirmed its books: every book counts as too old'
      : null,
    equity === null ? 'the account at Kalshi is not opened in the ledger: nothing is sized' : null,
    'books are known by their best prices alone: sizes and the loss of getting out are smaller, and larger, than those the streaming process sees',
  ]
  return sentences.filter((sentence) => sentence !== null)
}

/** Contracts traded, by ticker, as the ingest read them last; null: not to be had. */
async function readVolumes(url: string | null): Promise<ReadonlyMap<string, Quantity> | null> {
  if (url === null) return null
  const sql = 'select market_ticker, volume from kalshi_markets latest on ts partition by market_ticker'
  try {
    const { rows } = await query(url, sql, AbortSignal.timeout(ANSWER_LIMIT_MS))
    return new Map(rows.flatMap(([ticker, volume]) => (typeof volume === 'number' ? [[String(ticker), quantity(volume)]] : [])))
  } catch {
    return null // told as missing
  }
}

/** Of Kalshi's books by the streaming process' health page; null: it does not answer, or Kalshi has not told yet. */
async function readConfirmedAge(port: number): Promise<number | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/status`, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) })
    const { feeds = [] } = (await answer.json()) as {
      readonly feeds?: readonly { readonly venue: string; readonly confirmedAgeMs: number | null }[]
    }
    return feeds.find(({ venue }) => venue === 'kalshi')?.confirmedAgeMs ?? null
  } catch {
    return null // told as missing
  }
}
