import { replayDay, type JudgedBy } from '../../replay/day'
import { readReplays } from '../../stores/files/replays'
import type { Database } from '../../stores/postgres/pool'
import { tradesDecided } from '../../stores/postgres/results/windows'
import type { DayReplay } from '../../workflows/messages'

/** Two weeks of nights. */
const NIGHTS = 14

export interface ReplayPlaces {
  readonly dataDir: string
  /** It knows of every trade: those that no capture tells of are named. */
  readonly database: Database
  readonly terms: JudgedBy
}

/** Decides a UTC day's trades again, from the captures alone. @throws RangeError for a text that is no day; the database's errors; the signal's reason */
export const replayDecisions = (
  day: string,
  { dataDir, database, terms }: ReplayPlaces,
  onProgress: (frames: number) => void,
  signal: AbortSignal,
): Promise<DayReplay> =>
  replayDay(day, {
    ...{ dataDir, terms, onProgress, signal },
    tradesOf: (fromMs, toMs) => tradesDecided(database, fromMs, toMs),
    nowMs: () => performance.now(),
  })

/** What the nights found, the newest first. @throws the file system's errors */
export const readNights = (dataDir: string): Promise<readonly DayReplay[]> => readReplays<DayReplay>(dataDir, NIGHTS)
