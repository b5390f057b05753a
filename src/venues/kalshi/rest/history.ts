import type { Millis } from '../../../core/units'
import { readHistoricalCutoff, type HistoricalCutoff } from '../wire/answers/history'
import type { KalshiRest } from './call'

export const getHistoricalCutoff = (rest: KalshiRest, signal: AbortSignal): Promise<HistoricalCutoff> =>
  rest.get('/historical/cutoff', {}, readHistoricalCutoff, signal)

/** One list in its two places. */
export interface TwoPlaces<T> {
  live(): Promise<readonly T[]>
  historical(): Promise<readonly T[]>
  readonly idOf: (row: T) => string
  readonly timeOf: (row: T) => Millis
  readonly cutoffOf: (cutoff: HistoricalCutoff) => Millis
}

/**
 * All rows since `sinceMs`, newest first, each once. Rows only ever move from the live list to the historical one. So the live list is read first:
 * what it no longer has is in the historical list by the time that one is read, whenever the cutoff moves, and what both have is told apart
 * by its id. The cutoff is read after the live list, and the historical one is left out only if every row asked for was live then.
 * @throws as the reads
 */
export async function acrossCutoff<T>(rest: KalshiRest, sinceMs: Millis, places: TwoPlaces<T>, signal: AbortSignal): Promise<readonly T[]> {
  const live = await places.live()
  const cutoff = await getHistoricalCutoff(rest, signal)
  const archived = places.cutoffOf(cutoff) > sinceMs ? await places.historical() : []
  // a live row is the newer one of two with the same id
  const byId = new Map([...archived, ...live].map((row) => [places.idOf(row), row]))
  return [...byId.values()].filter((row) => places.timeOf(row) >= sinceMs).toSorted((a, b) => places.timeOf(b) - places.timeOf(a))
}

const MS_PER_SECOND = 1_000
/** The filters take whole seconds, and whether they include them is not documented: one second more on either side loses nothing. */
export const secondsFrom = (fromMs: Millis): number => Math.max(0, Math.floor(fromMs / MS_PER_SECOND) - 1)
export const secondsUntil = (untilMs: Millis): number => Math.ceil(untilMs / MS_PER_SECOND) + 1
