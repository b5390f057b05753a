import path from 'node:path'
import type { GameMapping, ListedMarket } from '../../../../src/core/edge/games/game'
import { matchGames } from '../../../../src/core/edge/games/match'
import type { OddsGame } from '../../../../src/core/edge/odds'
import { millis } from '../../../../src/core/units'
import { readGames, readMarkets } from '../../../../src/operator/matching/reading'
import { recordings, SHARED } from '../../../venues/kalshi/fakes'
import { MARKET_LIST, mappedGames, mappedMarkets, ODDS_FILES, quotedMarkets, type MappedGame } from './recorded'

/** Games of both sources that the map does not have, seen by hand: the same teams at the same hour. */
const BESIDE_THE_MAP = [
  'KXWCGAME-26JUL11NORENG',
  'KXWCGAME-26JUL11ARGSUI',
  'KXWCGAME-26JUL14FRAESP',
  'KXKBOGAME-26JUL160530DOONCD',
  'KXKBOGAME-26JUL160530KIASSG',
  'KXKBOGAME-26JUL160530KIWHAN',
  'KXKBOGAME-26JUL160530KTWLG',
  'KXKBOGAME-26JUL160530LOTSAM',
]
const SPORTS: Readonly<Record<string, string>> = {
  mlb: 'baseball_mlb',
  wnba: 'basketball_wnba',
  kbo: 'baseball_kbo',
  worldcup: 'soccer_fifa_world_cup',
}
const readAllGames = async (): Promise<readonly OddsGame[]> =>
  (await Promise.all(ODDS_FILES.map((name) => readGames(path.join(SHARED, name))))).flat()

/** The map's own games as the source told them last: delays have moved them, and the schedule is not told any more. */
const lastTold = (games: readonly MappedGame[]): readonly OddsGame[] =>
  games.map((game) => ({
    ...{ eventId: game.odds_event_id, sport: SPORTS[game.league] ?? '', homeTeam: game.odds_home, awayTeam: game.odds_away },
    ...{ commenceMs: millis(Date.parse(game.odds_commence)), fetchedMs: millis(0), lines: [] },
  }))

function score(what: string, mappings: readonly GameMapping[], games: readonly MappedGame[]): Score {
  const truth = new Map(games.map((game) => [game.kalshi_event, game]))
  const confirmed = mappings.filter(({ status }) => status === 'confirmed')
  const known = confirmed.filter(({ kalshiEvent }) => truth.has(kalshiEvent))
  const wrong = known.filter((mapping) => !isRight(mapping, truth.get(mapping.kalshiEvent) as MappedGame))
  const unknown = confirmed.filter(({ kalshiEvent }) => !truth.has(kalshiEvent)).map(({ kalshiEvent }) => kalshiEvent)
  const missed = games.filter(({ kalshi_event }) => !known.some(({ kalshiEvent }) => kalshiEvent === kalshi_event))
  const recall = known.length / games.length
  console.info(
    `${what}: precision ${((known.length - wrong.length) / known.length).toFixed(4)} of ${known.length} in the map, recall ${recall.toFixed(4)}; confirmed beside the map: ${unknown.join(' ') || 'none'}`,
  )
  return { wrong, missed: missed.map(({ kalshi_event }) => kalshi_event), unknown }
}
interface Score {
  readonly wrong: readonly GameMapping[]
  readonly missed: readonly string[]
  /** Confirmed, and not in the map. */
  readonly unknown: readonly string[]
}

function isRight({ oddsEventId, yesTeams }: GameMapping, game: MappedGame): boolean {
  const teams = Object.entries(game.kalshi_markets).map(([code, ticker]) => [ticker, game.team_of_code[code] ?? 'Draw'])
  return (
    oddsEventId === game.odds_event_id &&
    Object.entries(yesTeams).every(([ticker, team]) => teams.some((each) => each[0] === ticker && each[1] === team))
  )
}

recordings('the map of 150 games', () => {
  const games = mappedGames()

  it('is found whole and without a mistake from every fetch, among all events of eleven days', async () => {
    const markets = [...quotedMarkets(), ...mappedMarkets(games)]
    const mappings = matchGames(markets, await readAllGames())
    const { wrong, missed, unknown } = score('all fetches', mappings, games)
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] })
    expect([...unknown].sort()).toEqual([...BESIDE_THE_MAP].sort())
  })

  it('is found from the last telling alone, where delays have moved the games', () => {
    const { wrong, missed } = score('last telling', matchGames(mappedMarkets(games), lastTold(games)), games)
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] })
  })

  it('is found as far as the recorded list of 1,230 markets has it', async () => {
    const markets = await readMarkets(path.join(SHARED, MARKET_LIST))
    const told = await readAllGames()
    const mappings = matchGames(markets, told)
    const times = Array.from({ length: 11 }, () => {
      // time of the processor: other work on the machine is not ours
      const before = process.cpuUsage()
      matchGames(markets, told)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }).sort((one, other) => one - other)
    console.info(`${markets.length} markets with ${told.length} tellings of games: median CPU ${times[5]?.toFixed(1) ?? ''} ms`)
    const listed = new Set(markets.map(({ eventTicker }: ListedMarket) => eventTicker))
    const { wrong, missed } = score(
      'recorded list',
      mappings,
      games.filter(({ kalshi_event }) => listed.has(kalshi_event)),
    )
    expect({ wrong, missed }).toEqual({ wrong: [], missed: [] })
  })
})
