import type { GameMapping } from '../../core/edge/games/game'
import type { OddsGame } from '../../core/edge/odds'
import type { Level } from '../../core/market/event'
import { millis, price, quantity, type Millis } from '../../core/units'
import { withLimit } from '../../ports/limit'
import { connectOnce } from '../../stores/redis/client'
import { KALSHI } from '../../stores/redis/kalshi'
import { MAPPING, removeMapping, writeMappings } from '../../stores/redis/mapping'
import { readOdds } from '../../stores/redis/odds'
import { liveMembers } from '../../stores/redis/prune'
import { answersOf } from '../../stores/redis/script'
import { mappedMarkets } from './cycle'
import type { Top } from './world'

type Redis = Awaited<ReturnType<typeof connectOnce>>

/** A few pipelines, of thousands of keys. */
const CACHE_LIMIT_MS = 5_000

export interface CacheContent {
  /** The newest fetch of each game. */
  readonly games: readonly OddsGame[]
  /** By ticker. */
  readonly tops: ReadonlyMap<string, Top>
}

/** @throws Error when the cache does not answer, or holds what cannot be read. */
export const withCacheAt = <T>(url: string, work: (redis: Redis, limit: AbortSignal) => Promise<T>): Promise<T> =>
  withLimit([], CACHE_LIMIT_MS, async (limit) => {
    const redis = await connectOnce(url, limit)
    try {
      return await work(redis, limit)
    } finally {
      redis.disconnect()
    }
  })

/** Odds and Kalshi's best prices. @throws the server's error; Error for what no writer of this version has written. */
export async function readCache(redis: Redis, limit: AbortSignal): Promise<CacheContent> {
  const events = await readOdds(redis, limit)
  const tickers = await liveMembers(redis, KALSHI.members)
  const pipeline = redis.pipeline()
  for (const ticker of tickers) pipeline.hgetall(`${KALSHI.members.prefix}${ticker}`)
  const hashes = (await answersOf(pipeline)) as readonly Readonly<Record<string, string>>[]
  const tops = hashes.flatMap((hash, i): readonly (readonly [string, Top])[] => {
    const ticker = tickers[i]
    return ticker === undefined || hash['ts'] === undefined ? [] : [[ticker, topOf(ticker, hash)]] // without it: it expired since
  })
  return { games: events.map(({ game }) => game), tops: new Map(tops) }
}

/** @throws Error naming the market, for a hash that no writer of this version has written. */
function topOf(ticker: string, hash: Readonly<Record<string, string>>): Top {
  try {
    const side = (name: 'yes_bid' | 'yes_ask'): Level | null => levelOf(hash[name], hash[`${name}_size`])
    return { bid: side('yes_bid'), ask: side('yes_ask'), atMs: millis(Number(hash['ts'])) }
  } catch (error) {
    throw new Error(`the cache has a quote of ${ticker} that cannot be read: ${(error as Error).message}`)
  }
}
/** Empty: nobody quotes, or the size is not told yet. */
const levelOf = (at = '', size = ''): Level | null => (at === '' || size === '' ? null : { price: price(at), quantity: quantity(size) })

/**
 * Keeps what the cycle has found of open markets, and takes out what is mapped no more: a market that is mapped is taken for open.
 * @returns how many were written and taken out. @throws the server's error
 */
export async function writeMapped(
  redis: Redis,
  mappings: readonly GameMapping[],
  open: ReadonlySet<string>,
  resolvedMs: Millis,
  limit: AbortSignal,
): Promise<{ readonly written: number; readonly removed: number }> {
  const wanted = mappedMarkets(mappings)
    .filter(({ ticker }) => open.has(ticker))
    .map(({ ticker, sport, eventId, yesTeam, mapping }) => ({
      ...{ ticker, sport, eventId, yesTeam, resolvedMs },
      status: mapping.status === 'confirmed' ? ('confirmed' as const) : ('review' as const),
      evidence: mapping.reasons.join('; '),
    }))
  const kept = new Set(wanted.map(({ ticker }) => ticker))
  const gone = (await liveMembers(redis, MAPPING.members)).filter((ticker) => !kept.has(ticker))
  if (wanted.length > 0) await writeMappings(redis, wanted, limit)
  for (const ticker of gone) await removeMapping(redis, ticker, limit)
  return { written: wanted.length, removed: gone.length }
}
