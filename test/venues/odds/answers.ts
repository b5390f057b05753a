import { millis } from '../../../src/core/units'
import type { AskedOdds } from '../../../src/venues/odds/wire'

export const NOW = Date.UTC(2026, 6, 5, 6, 15, 27)
export const ASKED: AskedOdds = { sport: 'baseball_mlb', format: 'american', fetchedMs: millis(NOW), latestMs: millis(NOW + 5_000) }

type Fields = Record<string, unknown>
const ATLANTA = 'Atlanta Braves'
const METS = 'New York Mets'

export const market = (prices: Readonly<Record<string, unknown>>, more: Fields = {}): Fields => ({
  key: 'h2h',
  last_update: '2026-07-05T06:15:05Z',
  outcomes: Object.entries(prices).map(([name, price]) => ({ name, price })),
  ...more,
})
export const book = (key: string, markets: readonly unknown[] = [market({ [ATLANTA]: -158, [METS]: 138 })], more: Fields = {}): Fields => ({
  key,
  title: key,
  last_update: '2026-07-05T06:15:04Z',
  markets,
  ...more,
})
/** An event as the source tells it: two books, who agree. */
export const event = (id: string, more: Fields = {}): Fields => ({
  id,
  sport_key: 'baseball_mlb',
  sport_title: 'MLB',
  commence_time: '2026-07-05T16:30:00Z',
  home_team: ATLANTA,
  away_team: METS,
  bookmakers: [book('draftkings'), book('fanduel')],
  ...more,
})
