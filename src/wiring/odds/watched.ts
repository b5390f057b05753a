import type { Millis } from '../../core/units'
import { readMapping, tickersOfSport } from '../../stores/redis/mapping'
import { readOdds } from '../../stores/redis/odds'

type Redis = Parameters<typeof readOdds>[0]
export interface WatchedSport {
  readonly source: string
  readonly series: readonly string[]
}

/**
 * Sports with an open market, and the nearest start to come among the games that its confirmed mappings name. A market that is mapped is open: whoever
 * resolves takes those that closed out again. null: none is mapped, or none of the games is to come.
 * @param openSeries Kalshi's series that list an open market. @throws the server's error.
 */
export async function readWatched(
  redis: Redis,
  sports: readonly WatchedSport[],
  openSeries: ReadonlySet<string>,
  nowMs: Millis,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Millis | null>> {
  const starts = new Map((await readOdds(redis, signal)).map(({ eventId, commenceMs }) => [eventId, commenceMs]))
  const watched = new Map<string, Millis | null>()
  for (const { source, series } of sports) {
    const tickers = await tickersOfSport(redis, source, signal)
    if (tickers.length === 0 && !series.some((name) => openSeries.has(name))) continue
    const mappings = await Promise.all(tickers.map((ticker) => readMapping(redis, ticker, signal)))
    const coming = mappings.flatMap((mapping) => {
      const startMs = mapping?.status === 'confirmed' ? starts.get(mapping.eventId) : undefined
      return startMs !== undefined && startMs > nowMs ? [startMs] : []
    })
    watched.set(
      source,
      coming.reduce<Millis | null>((least, each) => (least !== null && least <= each ? least : each), null),
    )
  }
  return watched
}
