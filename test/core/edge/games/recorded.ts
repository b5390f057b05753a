import { gunzipSync } from 'node:zlib'
import type { ListedMarket } from '../../../../src/core/edge/games/game'
import { readShared } from '../../../venues/kalshi/fakes'

/** One line of the map of the recordings: a Kalshi event and the odds source's game that it is about, found by codes and checked by price. */
export interface MappedGame {
  readonly league: string
  readonly kalshi_event: string
  readonly kalshi_title: string
  readonly kalshi_markets: Readonly<Record<string, string>>
  readonly team_of_code: Readonly<Record<string, string>>
  readonly odds_event_id: string
  readonly odds_home: string
  readonly odds_away: string
  readonly odds_commence: string
  readonly start_gap_s: number | null
}

export const EVENT_MAP = 'cross_venue/sports_event_map.json'
export const MARKET_LIST = 'kalshi_rest/sports_markets_20260709_10.jsonl.gz'
export const ODDS_FILES = ['mlb_2026-07-05_14', 'wnba_2026-07-14_19', 'kbo_2026-07-09_15', 'worldcup_2026-07-02_10'].map(
  (name) => `odds_api/${name}.jsonl.gz`,
)
const QUOTE_DAYS = ['03', '04', '05', '06', '07', '08', '10', '11', '12', '13', '14'].map(
  (day) => `kalshi_series/sports_quotes/2026-07-${day}.jsonl.gz`,
)

export const mappedGames = (): readonly MappedGame[] => JSON.parse(readShared(EVENT_MAP).toString()) as readonly MappedGame[]

/** The map's own markets, with nothing but ticker and title. */
export const mappedMarkets = (games: readonly MappedGame[]): readonly ListedMarket[] =>
  games.flatMap(({ kalshi_event, kalshi_title, kalshi_markets }) =>
    Object.values(kalshi_markets).map((ticker) => market(kalshi_event, ticker, kalshi_title)),
  )

/** Every event of eleven days of quotes, of thirty series. */
export function quotedMarkets(): readonly ListedMarket[] {
  const found = new Map<string, ListedMarket>()
  for (const file of QUOTE_DAYS)
    for (const line of gunzipSync(readShared(file)).toString().split('\n')) {
      if (line === '') continue
      const { event_ticker, game_title, outcomes } = JSON.parse(line) as Quoted
      for (const { ticker, outcome_name } of outcomes)
        if (!found.has(ticker) || outcome_name) found.set(ticker, market(event_ticker, ticker, game_title, outcome_name ?? ''))
    }
  return [...found.values()]
}
interface Quoted {
  readonly event_ticker: string
  readonly game_title: string
  readonly outcomes: readonly { readonly ticker: string; readonly outcome_name?: string | null }[]
}

const market = (eventTicker: string, ticker: string, title: string, subtitle = ''): ListedMarket => ({
  ...{ ticker, eventTicker, seriesTicker: eventTicker.split('-')[0] ?? '', title, subtitle, rulesPrimary: '' },
})
