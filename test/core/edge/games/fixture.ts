import type { ListedMarket } from '../../../../src/core/edge/games/game'
import type { OddsGame } from '../../../../src/core/edge/odds'
import { millis } from '../../../../src/core/units'

/** The markets of one event by the sides of their tickers; a text beside a side is what Kalshi shows for it. */
export function event(ticker: string, sides: Readonly<Record<string, string>>, told: Partial<ListedMarket> = {}): readonly ListedMarket[] {
  return Object.entries(sides).map(([side, subtitle]) => ({
    ...{
      ticker: `${ticker}-${side}`,
      eventTicker: ticker,
      seriesTicker: ticker.split('-')[0] ?? '',
      title: '',
      subtitle,
      rulesPrimary: '',
    },
    ...told,
  }))
}

/** "Away at Home": a game of the source, told once. */
export function game(eventId: string, sport: string, teams: string, commence: string | null, fetched = '2026-01-01T00:00:00Z'): OddsGame {
  const [awayTeam = '', homeTeam = ''] = teams.split(' at ')
  return {
    ...{ eventId, sport, homeTeam, awayTeam, lines: [], fetchedMs: millis(Date.parse(fetched)) },
    commenceMs: commence === null ? null : millis(Date.parse(commence)),
  }
}

/** What an event may be: a game of the source (which is "confirmed", and alone trades), or why none. */
export type Expected = Readonly<Record<string, string | readonly ['review' | 'none', RegExp]>>
export type Case = readonly [what: string, markets: readonly (readonly ListedMarket[])[], games: readonly OddsGame[], expected: Expected]
export const only = (markets: readonly ListedMarket[], expected: Expected[string]): Expected => ({
  [markets[0]?.eventTicker ?? '']: expected,
})

export const METS = 'New York Mets at Atlanta Braves'
export const mets = game('mets', 'baseball_mlb', METS, '2026-07-05T16:30:00Z')
export const metsEvent = event('KXMLBGAME-26JUL051230NYMATL', { NYM: 'New York M', ATL: 'Atlanta' })
