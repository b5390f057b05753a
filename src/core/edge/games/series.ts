import { COLLEGE } from './teams/college'
import { KBO } from './teams/kbo'
import type { TeamTable } from './teams/league'
import { MLB } from './teams/mlb'
import { NBA } from './teams/nba'
import { NFL } from './teams/nfl'
import { NHL } from './teams/nhl'
import { WNBA } from './teams/wnba'

export type League = 'NFL' | 'NBA' | 'MLB' | 'NHL' | 'WNBA' | 'KBO' | 'NCAAF' | 'NCAAB' | 'NCAAW' | 'SOCCER' | 'MMA'

/** How the winner of a game of a league is asked for. */
export interface LeagueRules {
  /** null: its teams are known by name, not by code. */
  readonly table: TeamTable | null
  /** A tie is a third market of the event (TIE), and an outcome at the sportsbooks. */
  readonly isThreeWay: boolean
  /** Whether a game can end in a tie that is no outcome of its own: how often it does has to be known ({@link SPORTS_THAT_MAY_TIE}). */
  readonly mayTie: boolean
  /** Whether it can also end without a result, which the sportsbooks refund like a tie: rules that do not tell of both leave it unknown what is paid. */
  readonly mayVoid: boolean
  /** A code counts only beside the display name that belongs to it. */
  readonly needsShownName: boolean
}

const TWO_WAY = { isThreeWay: false, mayTie: false, mayVoid: false, needsShownName: false }
export const LEAGUES: Readonly<Record<League, LeagueRules>> = {
  NFL: { ...TWO_WAY, table: NFL, mayTie: true },
  NBA: { ...TWO_WAY, table: NBA },
  MLB: { ...TWO_WAY, table: MLB },
  NHL: { ...TWO_WAY, table: NHL },
  WNBA: { ...TWO_WAY, table: WNBA },
  KBO: { ...TWO_WAY, table: KBO, mayTie: true },
  NCAAF: { ...TWO_WAY, table: COLLEGE, needsShownName: true },
  NCAAB: { ...TWO_WAY, table: COLLEGE, needsShownName: true },
  NCAAW: { ...TWO_WAY, table: COLLEGE, needsShownName: true },
  SOCCER: { ...TWO_WAY, table: null, isThreeWay: true },
  MMA: { ...TWO_WAY, table: null, mayTie: true, mayVoid: true },
}

/** A Kalshi series of game winners and the keys under which the odds source lists its games, the usual one first. */
export interface WinnerSeries {
  readonly league: League
  readonly sports: readonly [string, ...string[]]
  /** Its sides are nations, by their codes. */
  readonly isOfNations?: true
}

const soccer = (...sports: [string, ...string[]]): WinnerSeries => ({ league: 'SOCCER', sports })
const SERIES: Readonly<Record<string, WinnerSeries>> = {
  KXNFLGAME: { league: 'NFL', sports: ['americanfootball_nfl', 'americanfootball_nfl_preseason'] },
  KXNBAGAME: { league: 'NBA', sports: ['basketball_nba', 'basketball_nba_preseason'] },
  // not baseball_mlb_preseason: a game of spring training often ends in a tie, and one of the season never does
  KXMLBGAME: { league: 'MLB', sports: ['baseball_mlb'] },
  KXNHLGAME: { league: 'NHL', sports: ['icehockey_nhl', 'icehockey_nhl_preseason'] },
  KXWNBAGAME: { league: 'WNBA', sports: ['basketball_wnba'] },
  KXKBOGAME: { league: 'KBO', sports: ['baseball_kbo'] },
  KXNCAAFGAME: { league: 'NCAAF', sports: ['americanfootball_ncaaf'] },
  KXNCAAMBGAME: { league: 'NCAAB', sports: ['basketball_ncaab'] },
  KXNCAAWBGAME: { league: 'NCAAW', sports: ['basketball_wncaab'] },
  KXUFCFIGHT: { league: 'MMA', sports: ['mma_mixed_martial_arts'] },
  KXWCGAME: { ...soccer('soccer_fifa_world_cup'), isOfNations: true },
  KXMLSGAME: soccer('soccer_usa_mls'),
  KXEPLGAME: soccer('soccer_epl'),
  KXEFLCUPGAME: soccer('soccer_england_efl_cup'),
  KXSCOTTISHPREMGAME: soccer('soccer_spl'),
  KXLALIGAGAME: soccer('soccer_spain_la_liga'),
  KXBUNDESLIGAGAME: soccer('soccer_germany_bundesliga'),
  KXSERIEAGAME: soccer('soccer_italy_serie_a'),
  KXLIGUE1GAME: soccer('soccer_france_ligue_one'),
  KXEREDIVISIEGAME: soccer('soccer_netherlands_eredivisie'),
  KXLIGAPORTUGALGAME: soccer('soccer_portugal_primeira_liga'),
  KXUCLGAME: soccer('soccer_uefa_champs_league', 'soccer_uefa_champs_league_qualification'),
  KXUELGAME: soccer('soccer_uefa_europa_league'),
  KXUECLGAME: soccer('soccer_uefa_europa_conference_league'),
  KXLIGAMXGAME: soccer('soccer_mexico_ligamx'),
  KXLEAGUESCUPGAME: soccer('soccer_concacaf_leagues_cup'),
  KXBRASILEIROGAME: soccer('soccer_brazil_campeonato'),
  KXBRASILEIROBGAME: soccer('soccer_brazil_serie_b'),
  KXARGPREMDIVGAME: soccer('soccer_argentina_primera_division'),
  KXALLSVENSKANGAME: soccer('soccer_sweden_allsvenskan'),
  KXELITESERIENGAME: soccer('soccer_norway_eliteserien'),
  KXCHNSLGAME: soccer('soccer_china_superleague'),
  KXKLEAGUEGAME: soccer('soccer_korea_kleague1'),
  KXJLEAGUEGAME: soccer('soccer_japan_j_league'),
}

/** Why a series is none of game winners: the first that fits. Look-alikes share teams, dates and codes with a game. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/^KXMVE/, 'a combination of several markets'],
  [/(CS2|DOTA2|LOL|VALORANT|VAL|R6|OW|COD)(GAME|MATCH)$/, 'e-sports'],
  [/SUMMERGAME$/, 'a summer league: other players under the same names'],
  [/ASGAME$|FTGAME$|ALLSTAR/, 'an exhibition of chosen players'],
  [/SPREAD/, 'by how much, not who wins'],
  [/TOTAL/, 'how many, not who wins'],
  [/SERIES$|ADVANCE/, 'who wins a series or advances, not who wins a game'],
  [/(1H|2H|F5|[1-4]Q|HALF)[A-Z]*$/, 'a part of a game'],
  [/(GAME|MATCH|FIGHT)$/, 'winners of a league that is not read from the odds source'],
]

/** The series of game winners; else, as a text, why it is none. @param seriesTicker "KXMLBGAME" */
export function winnerSeries(seriesTicker: string): WinnerSeries | string {
  const known = Object.hasOwn(SERIES, seriesTicker) ? SERIES[seriesTicker] : undefined
  if (known) return known
  const why = REFUSED.find(([pattern]) => pattern.test(seriesTicker))?.[1] ?? 'no question of who wins a game'
  return `series ${seriesTicker}: ${why}`
}

/** Every series of game winners that the odds source lists, too. */
export const WINNER_SERIES: readonly string[] = Object.keys(SERIES)

export const isOfNations = (seriesTicker: string): boolean =>
  Object.hasOwn(SERIES, seriesTicker) && SERIES[seriesTicker]?.isOfNations === true

/** The odds source's keys of all sports in which a two-way bet may end in a tie. */
export const SPORTS_THAT_MAY_TIE: readonly string[] = Object.values(SERIES).flatMap(({ league, sports }) =>
  LEAGUES[league].mayTie ? sports : [],
)

/** How many outcomes a game has at the sportsbooks, by the odds source's key of its sport. */
export const WAYS_OF_SPORT: ReadonlyMap<string, 2 | 3> = new Map(
  Object.values(SERIES).flatMap(({ league, sports }) => sports.map((sport) => [sport, LEAGUES[league].isThreeWay ? 3 : 2] as const)),
)

/** The odds source's key of a Kalshi series of game winners; null: it is none that the source lists. */
export function oddsSportOf(seriesTicker: string): string | null {
  const series = winnerSeries(seriesTicker)
  return typeof series === 'string' ? null : series.sports[0]
}

const LEAGUE_OF_SPORT = new Map(Object.values(SERIES).flatMap(({ league, sports }) => sports.map((sport) => [sport, league] as const)))
/** The league of one of the odds source's keys; null: none that a Kalshi series asks about. */
export const leagueOfSport = (sport: string): League | null => LEAGUE_OF_SPORT.get(sport) ?? null
