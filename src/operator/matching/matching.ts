import type { GameMapping } from '../../core/edge/games/game'
import { matchGames } from '../../core/edge/games/match'
import { readGames, readMarkets } from './reading'

/** How many Kalshi events of a league ended how. */
export interface LeagueCount {
  readonly league: string
  readonly confirmed: number
  readonly review: number
  readonly none: number
}

/** Matches two recorded files. @throws RangeError naming file and line of what cannot be read; the file system's error. */
export async function matchFiles(marketsFile: string, eventsFile: string): Promise<readonly GameMapping[]> {
  return matchGames(await readMarkets(marketsFile), await readGames(eventsFile))
}

/** Counts by league, the best known first; events of no league that the source lists are one row. */
export function countByLeague(mappings: readonly GameMapping[]): readonly LeagueCount[] {
  const counts = new Map<string, LeagueCount>()
  for (const { league, status } of mappings) {
    const before = counts.get(league ?? '') ?? { league: league ?? 'no game winner', confirmed: 0, review: 0, none: 0 }
    counts.set(league ?? '', { ...before, [status]: before[status] + 1 })
  }
  return [...counts.values()].sort((one, other) => other.confirmed - one.confirmed || other.review - one.review)
}
