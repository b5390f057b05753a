import { readFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'yaml'
import { oddsSchema } from '../../src/config/schema/odds'
import { venuesSchema } from '../../src/config/schema/venues'
import { LEAGUES, WINNER_SERIES, winnerSeries, type WinnerSeries } from '../../src/core/edge/games/series'
import { readShared, recordings } from '../venues/kalshi/fakes'

const textOf = (name: string): string => readFileSync(path.join(__dirname, '..', '..', 'config', name), 'utf8')
const venues = textOf('venues.yaml')
const { sports } = oddsSchema.parse(parse(textOf('odds.yaml')))

/** The file with the commented list in place of the shipped line, as its comment tells a reader to do. */
const withGames = (): string => {
  const list = /^ {2}# series:\n(?: {2}# {3}- .*\n)+/m.exec(venues)?.[0] ?? ''
  return venues.replace(/^ {2}series: \[KXU3\]\n/m, list.replaceAll(/^ {2}# /gm, '  ')).replace('# edges: {', 'edges: {')
}
const seriesOf = (series: string): WinnerSeries => {
  const found = winnerSeries(series)
  if (typeof found === 'string') throw new Error(found)
  return found
}

describe('the configuration that is shipped, and games', () => {
  it('lists the series of the first scenario alone', () => {
    const { mode, kalshi, edges } = venuesSchema.parse(parse(venues))
    expect([mode, kalshi.series, edges]).toEqual(['sim', ['KXU3'], undefined])
  })

  it('has every series that can be watched in the list to be taken, and no other', () => {
    const { kalshi, edges } = venuesSchema.parse(parse(withGames()))
    expect(kalshi.series.toSorted()).toEqual(['KXU3', ...WINNER_SERIES].toSorted())
    expect(edges).toEqual({ enabled: true })
  })

  it('knows where the odds of each come from', () => {
    expect(sports.flatMap(({ series }) => series).toSorted()).toEqual(WINNER_SERIES.toSorted())
    for (const { sport, source, series, outcomes } of sports)
      for (const each of series) {
        const { sports: known, league } = seriesOf(each)
        expect({ sport, source, outcomes }).toEqual({ sport, source: known[0], outcomes: LEAGUES[league].isThreeWay ? 3 : 2 })
      }
  })
})

/** Where Kalshi's tickers and the odds source's keys of sports were recorded. */
const RECORDED = [
  'kalshi_rest/sports_markets_20260709_10.jsonl.gz',
  'kalshi_rest/prod_2026-08/occurrence_datetime_probe.json',
  'kalshi_rest/prod_2026-08/portfolio_fills_redacted.json',
  'kalshi_series/sports_quotes/2026-07-13.jsonl.gz',
  'odds_api/nfl_2025-09-10_10-15.jsonl.gz',
]
/** Known from documents alone: a wrong one is an alarm (series), or each question for it is refused (sources). One that a recording has leaves the list. */
const UNSEEN = {
  series: [
    ...['KXNCAAMBGAME', 'KXNCAAWBGAME', 'KXEPLGAME', 'KXLALIGAGAME', 'KXBUNDESLIGAGAME', 'KXSERIEAGAME', 'KXLIGUE1GAME'],
    'KXARGPREMDIVGAME',
  ],
  sources: [
    ...['basketball_nba', 'icehockey_nhl', 'americanfootball_ncaaf', 'basketball_ncaab', 'basketball_wncaab', 'mma_mixed_martial_arts'],
    ...['soccer_epl', 'soccer_spain_la_liga', 'soccer_germany_bundesliga', 'soccer_italy_serie_a', 'soccer_france_ligue_one'],
    ...['soccer_usa_mls', 'soccer_mexico_ligamx', 'soccer_uefa_europa_league', 'soccer_england_efl_cup', 'soccer_spl'],
    ...['soccer_netherlands_eredivisie', 'soccer_portugal_primeira_liga', 'soccer_uefa_europa_conference_league'],
    ...['soccer_concacaf_leagues_cup', 'soccer_brazil_campeonato', 'soccer_argentina_primera_division', 'soccer_norway_eliteserien'],
    ...['soccer_korea_kleague1', 'soccer_japan_j_league'],
  ],
}

recordings('the names of series and sources', () => {
  it('are recorded, but for those that are listed here', () => {
    const texts = RECORDED.map((name) => (name.endsWith('.gz') ? gunzipSync(readShared(name)) : readShared(name)).toString('utf8'))
    const isUnseen = (name: string, then: string): boolean => !texts.some((text) => text.includes(`"${name}${then}`))
    expect(WINNER_SERIES.filter((name) => isUnseen(name, '-')).toSorted()).toEqual(UNSEEN.series.toSorted())
    const sources = sports.map(({ source }) => source)
    expect(sources.filter((name) => isUnseen(name, '"')).toSorted()).toEqual(UNSEEN.sources.toSorted())
  })
  it('say so in the list that is to be taken, where none was seen', () => {
    const told = [...venues.matchAll(/# {3}- (KX\w+) # .*\(documents\)$/gm)].map(([, series = '']) => series)
    expect(told.toSorted()).toEqual(UNSEEN.series.toSorted())
  })
})
