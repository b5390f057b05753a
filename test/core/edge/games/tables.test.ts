import { gunzipSync } from 'node:zlib'
import { COLLEGE } from '../../../../src/core/edge/games/teams/college'
import { KBO } from '../../../../src/core/edge/games/teams/kbo'
import { teamTable, type TeamTable } from '../../../../src/core/edge/games/teams/league'
import { MLB, MLB_CLUBS } from '../../../../src/core/edge/games/teams/mlb'
import { NBA } from '../../../../src/core/edge/games/teams/nba'
import { NFL } from '../../../../src/core/edge/games/teams/nfl'
import { NHL } from '../../../../src/core/edge/games/teams/nhl'
import { WNBA } from '../../../../src/core/edge/games/teams/wnba'
import { readShared, recordings } from '../../../venues/kalshi/fakes'

const TABLES: readonly (readonly [string, TeamTable, number])[] = [
  ['NFL', NFL, 32],
  ['NBA', NBA, 30],
  ['MLB', MLB, 32],
  ['NHL', NHL, 32],
  ['WNBA', WNBA, 15],
  ['KBO', KBO, 10],
]
/** market-math §8, with the canonical codes first. */
const CODES = {
  NFL: 'ARI AZ ATL BAL BUF CAR CHI CIN CLE DAL DEN DET GB GNB HOU IND JAX JAC KC KAN LV LVR LAC LAR LA MIA MIN NE NEP NO NOS NYG NYJ PHI PIT SF SFO SEA TB TAM TBB TEN WAS WSH',
  NBA: 'ATL BOS BKN BRK CHA CHO CHI CLE DAL DEN DET GSW GS HOU IND LAC LAL MEM MIA MIL MIN NOP NO NYK NY OKC ORL PHI PHX PHO POR SAC SAS SA TOR UTA UTAH WAS WSH',
  MLB: 'AZ ARI ATL BAL BOS CHC CWS CHW CIN CLE COL DET HOU KC KCR LAA LAD MIA MIL MIN NYM NYY ATH OAK PHI PIT SD SDP SEA SF SFG STL TB TBR TEX TOR WSH WAS AL NL',
  NHL: 'ANA BOS BUF CGY CAR CHI COL CBJ DAL DET EDM FLA LA LAK MIN MTL MON NSH NJ NJD NYI NYR OTT PHI PIT SJ SJS SEA STL TB TBL TOR UTA UTAH VAN VGK VEG WSH WAS WPG',
}

describe('the tables of teams', () => {
  it.each(TABLES)('%s is complete, and every name is one team', (_league, table, count) => {
    expect(table.teams).toHaveLength(count)
    expect(new Set(table.teams.map(({ code }) => code)).size).toBe(count)
    expect(new Set(table.teams.map(({ name }) => name)).size).toBe(count)
    for (const team of table.teams) {
      expect(table.ofCode(team.code)).toBe(team)
      expect(table.ofName(team.name)).toBe(team)
      expect(table.ofShown(team.name)).toBe(team)
    }
    for (const code of table.codes) expect(table.teams.filter((team) => table.ofCode(code) === team)).toHaveLength(1)
  })

  it('the clubs of MLB are thirty; the sides of the All-Star game are none of them', () => expect(MLB_CLUBS).toBe(30))

  it.each(Object.entries(CODES))('%s knows every code of the reference, and no other', (league, codes) => {
    const table = TABLES.find(([name]) => name === league)?.[1]
    expect([...(table?.codes ?? [])].sort()).toEqual(codes.split(' ').sort())
  })

  it('B4: shared city abbreviations resolve per league', () => {
    const name = (table: TeamTable, code: string): string | undefined => table.ofCode(code)?.name
    expect([NFL, MLB].map((table) => name(table, 'ARI'))).toEqual(['Arizona Cardinals', 'Arizona Diamondbacks'])
    expect([NFL, NHL, WNBA].map((table) => name(table, 'LA'))).toEqual(['Los Angeles Rams', 'Los Angeles Kings', 'Los Angeles Sparks'])
    expect([NFL, NBA].map((table) => name(table, 'LAC'))).toEqual(['Los Angeles Chargers', 'Los Angeles Clippers'])
    expect([NFL, NBA].map((table) => name(table, 'NO'))).toEqual(['New Orleans Saints', 'New Orleans Pelicans'])
    expect([NFL, NBA, MLB, NHL, WNBA].map((table) => table.ofCode('WSH')?.code)).toEqual(['WAS', 'WAS', 'WSH', 'WSH', 'WSH'])
    expect([NBA, WNBA].map((table) => name(table, 'IND'))).toEqual(['Indiana Pacers', 'Indiana Fever'])
  })

  it('a bare city that two teams of a league share is none of them', () => {
    for (const table of [NFL, MLB]) for (const city of ['Los Angeles', 'New York']) expect(table.ofShown(city)).toBeNull()
    expect(MLB.ofShown('Chicago')).toBeNull()
    expect(NBA.ofShown('Los Angeles')).toBeNull()
    expect(NHL.ofShown('New York')).toBeNull()
  })

  it('a name is exact but for typography', () => {
    expect(NHL.ofName('Montreal Canadiens')).toBe(NHL.ofName('Montréal Canadiens'))
    expect(NHL.ofName('St. Louis Blues')).toBe(NHL.ofName('St Louis Blues'))
    expect(MLB.ofName('New York Met')).toBeNull()
    expect(MLB.ofName('Mets')).toBeNull()
    expect(COLLEGE.ofName('Tigers')).toBeNull()
  })

  it('a table that gives two teams one name is a bug', () => {
    expect(() =>
      teamTable([
        ['A', 'One', 'X'],
        ['B', 'Two', 'X'],
      ]),
    ).toThrow('two teams are called x')
    expect(() =>
      teamTable([
        ['A B', 'One', 'X'],
        ['B', 'Two', 'Y'],
      ]),
    ).toThrow('two teams are called B')
  })
})

recordings('the tables of teams against what was recorded', () => {
  const lines = (file: string): readonly string[] => gunzipSync(readShared(file)).toString().split('\n').filter(Boolean)
  const unknownNames = (file: string, table: TeamTable): readonly string[] => {
    const fetches = lines(file).map((line) => JSON.parse(line) as { readonly events: readonly Record<'home_team' | 'away_team', string>[] })
    const names = new Set(fetches.flatMap(({ events }) => events.flatMap(({ home_team, away_team }) => [home_team, away_team])))
    expect(names.size).toBeGreaterThan(9)
    return [...names].filter((name) => table.ofName(name) === null)
  }

  it.each([
    ['odds_api/nfl_2025-09-10_10-15.jsonl.gz', NFL],
    ['odds_api/mlb_2026-07-05_14.jsonl.gz', MLB],
    ['odds_api/wnba_2026-07-14_19.jsonl.gz', WNBA],
    ['odds_api/kbo_2026-07-09_15.jsonl.gz', KBO],
  ])('know every name in %s', (file, table) => expect(unknownNames(file, table)).toEqual([]))

  it('know every name in the lines of the NHL but that of the club which has moved', () => {
    const rows = ['2023-24', '2024-25'].flatMap((season) => lines(`odds_api/nhl_${season}.csv.gz`).slice(1))
    const names = new Set(rows.flatMap((row) => row.split(',').slice(4, 6)))
    expect([...names].filter((name) => NHL.ofName(name) === null)).toEqual(['Arizona Coyotes'])
  })

  it('know every code and display name that Kalshi listed', () => {
    const tables: Readonly<Record<string, TeamTable>> = {
      KXNFLGAME: NFL,
      KXMLBGAME: MLB,
      KXWNBAGAME: WNBA,
      KXKBOGAME: KBO,
      KXNCAAFGAME: COLLEGE,
    }
    let checked = 0
    for (const line of lines('kalshi_rest/sports_markets_20260709_10.jsonl.gz')) {
      const { ticker, yes_sub_title } = (JSON.parse(line) as { readonly market: Record<'ticker' | 'yes_sub_title', string> }).market
      const [series = '', , code = ''] = ticker.split('-')
      const table = tables[series]
      if (!table) continue
      checked += 1
      expect([ticker, table.ofCode(code)?.code]).toEqual([ticker, table.ofShown(yes_sub_title)?.code])
      expect(table.ofCode(code)).not.toBeNull()
    }
    expect(checked).toBeGreaterThan(200)
  })
})
