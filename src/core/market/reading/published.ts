import type { Source, Told } from '../proposition'
import { WHOLE_DEGREES, type Statistic } from '../statistics'

/** The grid of the published value, which for a temperature its source decides. */
export const gridOf = (statistic: Statistic, source: Told<Source>): Told<string> =>
  statistic.family === 'daily-temperature' ? (source?.agency === 'NWS' ? WHOLE_DEGREES : null) : statistic.grid

const AS_PRINTED = /\b(?:report|publish|releas|announc)ed\b/i
/** What the text says; else, where the value "as reported" decides and its document prints no finer figure, the grid of that document. */
export function roundingOf(statistic: Statistic, source: Told<Source>, told: Told<string>, rule: string): Told<string> {
  if (told !== null) return told
  return statistic.figures === 'one' && AS_PRINTED.test(rule) ? gridOf(statistic, source) : null
}
