import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { oddsSchema } from '../../src/config/schema/odds'
import { venuesSchema } from '../../src/config/schema/venues'
import { LEAGUES, WINNER_SERIES, winnerSeries, type WinnerSeries } from '../../src/core/edge/games/series'

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
