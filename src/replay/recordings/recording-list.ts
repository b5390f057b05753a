import type { Recording, RecordingOptions } from './recording'
import { readUnemployment } from './unemployment'
import { readGold } from './gold'

/** By the name an operator gives. */
export const RECORDINGS: Readonly<Record<'unemployment' | 'gold', (folder: string, options: RecordingOptions) => Promise<Recording>>> = {
  unemployment: readUnemployment,
  gold: readGold,
}
