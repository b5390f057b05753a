import type { OddsGame } from '../odds'
import type { Millis } from '../../units'
import { easternDate } from './eastern'
import { LEAGUES, leagueOfSport, type League } from './series'
import { oneSpelling } from './teams/nations'

/** A game of the odds source over all fetches that told it. */
export interface SourceGame {
  readonly eventId: string
  readonly sport: string
  readonly home: string
  readonly away: string
  /** Ids of the league; null: a name that is unknown there. */
  readonly homeId: string | null
  readonly awayId: string | null
  /**
   * Every start the source has told, the oldest telling first. The first is the schedule: later ones follow rain delays and, once a game has begun, its
   * real start, and a game that moved must not pass for the one that was scheduled there.
   */
  readonly starts: readonly Millis[]
  /** Whether a later fetch named other teams under the same id. */
  readonly changedTeams: boolean
}

/** Games of the odds source, found by who plays. */
export interface Source {
  /** Of these two teams in any order (neutral ground swaps them), in any of the sports. */
  ofTeams(sports: readonly string[], teams: readonly [string, string]): readonly SourceGame[]
  /** Scheduled on the US Eastern day, with at least one of the teams. */
  withOneOf(sports: readonly string[], teams: readonly [string, string], date: string): readonly SourceGame[]
}

const idOf = (league: League, name: string): string | null => {
  const { table } = LEAGUES[league]
  return table ? (table.ofName(name)?.code ?? null) : oneSpelling(name)
}
const pairKey = (sport: string, [one, other]: readonly [string, string]): string =>
  `${sport}|${one < other ? `${one}|${other}` : `${other}|${one}`}`

/** @param games every fetch that is at hand, in any order; of the same time the earlier in the list is the older. */
export function sourceOf(games: readonly OddsGame[]): Source {
  const [byPair, bySport] = [new Map<string, SourceGame[]>(), new Map<string, SourceGame[]>()]
  for (const game of gamesOf(games)) {
    add(bySport, game.sport, game)
    if (game.homeId !== null && game.awayId !== null) add(byPair, pairKey(game.sport, [game.homeId, game.awayId]), game)
  }
  return {
    ofTeams: (sports, teams) => sports.flatMap((sport) => byPair.get(pairKey(sport, teams)) ?? []),
    withOneOf: (sports, teams, date) =>
      sports
        .flatMap((sport) => bySport.get(sport) ?? [])
        .filter(({ homeId, awayId, starts }) => {
          const [scheduled] = starts
          return teams.some((team) => team === homeId || team === awayId) && scheduled !== undefined && easternDate(scheduled) === date
        }),
  }
}

const add = <K, V>(lists: Map<K, V[]>, key: K, value: V): void => {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}

function gamesOf(games: readonly OddsGame[]): readonly SourceGame[] {
  const tellings = new Map<string, OddsGame[]>()
  for (const game of games) add(tellings, game.eventId, game)
  return [...tellings.values()].flatMap((told) => {
    const inOrder = [...told].sort((one, other) => one.fetchedMs - other.fetchedMs)
    const newest = inOrder[inOrder.length - 1]
    const league = newest && leagueOfSport(newest.sport)
    if (!newest || !league) return []
    const { eventId, sport, homeTeam: home, awayTeam: away } = newest
    const teams = new Set([home, away])
    return {
      ...{ eventId, sport, home, away, homeId: idOf(league, home), awayId: idOf(league, away) },
      starts: inOrder.flatMap(({ commenceMs }) => commenceMs ?? []),
      changedTeams: told.some(({ homeTeam, awayTeam }) => !teams.has(homeTeam) || !teams.has(awayTeam)),
    }
  })
}
