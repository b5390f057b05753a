import { countByLeague, matchFiles } from '../../../operator/matching/matching'
import { print, printJson, table } from '../../render'

/** Shown of what waits for a person; `--json` has all. */
const REVIEWS_SHOWN = 20

/** Matches Kalshi's markets with the games of the odds source, from two files. */
export async function match(marketsFile: string, eventsFile: string, json: boolean): Promise<void> {
  const mappings = await matchFiles(marketsFile, eventsFile)
  if (json) return printJson(mappings)
  const counts = countByLeague(mappings)
  const total = (status: 'confirmed' | 'review' | 'none'): string => String(counts.reduce((sum, count) => sum + count[status], 0))
  const rows = counts.map(({ league, confirmed, review, none }) => [league, String(confirmed), String(review), String(none)])
  print(table(['league', 'confirmed', 'review', 'none'], [...rows, ['all', total('confirmed'), total('review'), total('none')]], [1, 2, 3]))
  const waiting = mappings.filter(({ status }) => status === 'review')
  if (waiting.length === 0) return
  print(`\nfor a person to decide${waiting.length > REVIEWS_SHOWN ? `, the first ${REVIEWS_SHOWN} of ${waiting.length}` : ''}:`)
  for (const { kalshiEvent, reasons } of waiting.slice(0, REVIEWS_SHOWN)) print(`  ${kalshiEvent}: ${reasons.join('; ')}`)
}
