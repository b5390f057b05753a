import type { Recording, RecordingOptions } from './recording'
import { readUnemployment } from './unemployment'
import { readGold } from './gold'
import { readSports } from './sports/sports'

type Reading = (folder: string, options: RecordingOptions) => Promise<Recording>

/** By the name an operator gives. */
export const RECORDINGS: Readonly<Record<'unemployment' | 'gold' | 'sports', Reading>> = {
  unemployment: readUnemployment,
  gold: readGold,
  sports: readSports,
}
