import type { Watched } from '../../activities/odds/ingest'
import type { Millis } from '../../core/units'
import { readMapping, tickersOfSport } from '../../stores/redis/mapping'
import { readOdds } from '../../stores/redis/odds'

type Redis = Parameters<typeof readOdds>[0]
export interface WatchedSport {
  readonly source: string
  readonly series: readonly string[]
}

/**
 * Sports with an open market, the nearest start to come among the games that its confirmed mappings name, and its newest fetch. A market that is mapped is open: whoever
 * resolves takes those that closed out again. No start: none is mapped, or none of the games is to come.
 * @param openSeries Kalshi's series that list an open market. @throws the server's error.
 */
export async function readWatched(
  redis: Redis,
  sports: readonly WatchedSport[],
  openSeries: ReadonlySet<string>,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Watched>> {
  const odds = await readOdds(redis, signal)
  const starts = new Map(odds.map(({ eventId, commenceMs }) => [eventId, commenceMs]))
  const watched = new Map<string, Watched>()
  for (const { source, series } of sports) {
    const tickers = await tickersOfSport(redis, source, signal)
    if (tickers.length === 0 && !series.some((name) => openSeries.has(name))) continue
    const mappings = await Promise.all(tickers.map((ticker) => readMapping(redis, ticker, signal)))
    const coming = mappings.flatMap((mapping) => {
      const startMs = mapping?.status === 'confirmed' ? starts.get(mapping.eventId) : undefined
      return startMs !== undefined && startMs > nowMs ? [startMs] : []
    })
    const fetched = odds.flatMap(({ sport, fetchedMs }) => (sport === source ? [fetchedMs] : []))
    watched.set(source, {
      startMs: coming.reduce<Millis | null>((least, each) => (least !== null && least <= each ? least : each), null),
      fetchedMs: fetched.reduce<Millis | null>((newest, each) => (newest !== null && newest >= each ? newest : each), null),
    })
  }
  return watched
}
