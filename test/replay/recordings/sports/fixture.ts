import { gzipSync } from 'node:zlib'
import type { Frame } from '../../../../src/core/market/event'
import type { ToldEdgeMarket } from '../../../../src/streaming/edges/edge-desk'
import { callbackOf, folderOf, messageOf } from '../folder'

export const EVENT = 'KXMLBGAME-26JUL051230NYMATL'
export const [METS, BRAVES] = [`${EVENT}-NYM`, `${EVENT}-ATL`]
export const FILES = {
  mlb: 'odds_api/mlb_2026-07-05_14.jsonl.gz',
  worldcup: 'odds_api/worldcup_2026-07-02_10.jsonl.gz',
  wnba: 'odds_api/wnba_2026-07-14_19.jsonl.gz',
  kbo: 'odds_api/kbo_2026-07-09_15.jsonl.gz',
  quotes: 'kalshi_series/sports_quotes/2026-07-05.jsonl.gz',
  books: 'kalshi_series/orderbooks/2026-07-05.jsonl.gz',
  best: 'kalshi_rest/sports_markets_bbo_20260709_10.csv.gz',
  list: 'kalshi_rest/sports_markets_20260709_10.jsonl.gz',
  results: 'kalshi_series/settlements/2026-07-17.jsonl.gz',
} as const
export const BEST_HEAD =
  'captured_at,ticker,yes_bid_dollars,yes_ask_dollars,no_bid_dollars,no_ask_dollars,yes_bid_size_fp,yes_ask_size_fp,last_price_dollars,volume_fp,open_interest_fp,status,result'

/** A moment of the fifth of July, UTC: "06:15:27". */
export const at = (time: string): number => Date.parse(`2026-07-05T${time}Z`)

const market = (key: string, home: number, away: number): object => ({
  ...{ key, last_update: '2026-07-05T06:15:05Z' },
  outcomes: [
    { name: 'Atlanta Braves', price: home },
    { name: 'New York Mets', price: away },
  ],
})
export const game = (told: object = {}): object => ({
  ...{ id: 'mets', sport_key: 'baseball_mlb', sport_title: 'MLB', commence_time: '2026-07-05T16:30:00Z' },
  ...{ home_team: 'Atlanta Braves', away_team: 'New York Mets' },
  bookmakers: [
    { key: 'draftkings', title: 'DraftKings', last_update: '2026-07-05T06:15:05Z', markets: [market('h2h', -121, 100), market('spreads', 157, -191)] }, // prettier-ignore
    { key: 'lowvig', title: 'LowVig.ag', last_update: '2026-07-05T06:14:21Z', markets: [market('spreads', 156, -177)] },
  ],
  ...told,
})
export const fetched = (time: string, events: readonly object[] = [game()], told: object = {}): string =>
  JSON.stringify({
    ...{ committed_at: `2026-07-05T${time}Z`, fetched_at: `2026-07-05T${time}Z`, sport_file: 'mlb', n_events: events.length, events },
    ...told,
  })

/** Both sides of both markets: the Mets' YES at these prices, the Braves' at the others. */
export const quoted = (time: string, bid = 0.46, ask = 0.47, told: object = {}): string =>
  JSON.stringify({
    ...{ captured_at: `2026-07-05T${time}.500000+00:00`, event_ticker: EVENT, game_title: 'New York M vs Atlanta Winner?' },
    outcomes: [
      { ticker: METS, yes_bid: bid, yes_ask: ask },
      { ticker: BRAVES, yes_bid: 0.53, yes_ask: 0.54 },
    ],
    ...told,
  })
export const deep = (
  time: string,
  yes: unknown = [
    [0.46, 20.5],
    [0.45, 3],
  ],
  no: unknown = [[0.53, 7]],
  ticker = METS,
): string =>
  // prettier-ignore
  JSON.stringify({ captured_at: `2026-07-05T${time}.500000+00:00`, ticker, yes_bids: yes, no_bids: no })
export const best = (time: string, bid = '0.4500', ask = '0.4700', volume = '1234.56', ticker = METS): string =>
  `20260705T${time.replaceAll(':', '')}Z,${ticker},${bid},${ask},0.5300,0.5500,8.00,9.25,0.4600,${volume},5.00,active,`
export const record = (told: object = {}): string =>
  JSON.stringify({
    market: {
      ...{ ticker: METS, title: 'New York M vs Atlanta Winner?', yes_sub_title: 'New York M', price_level_structure: 'linear_cent' },
      rules_primary: 'If New York M wins the New York M vs Atlanta professional baseball game, then the market resolves to Yes.',
      ...{ rules_secondary: '', can_close_early: true, settlement_timer_seconds: 120 },
      ...{ close_time: '2026-07-08T16:30:00Z', expected_expiration_time: '2026-07-05T19:30:00Z' },
      ...told,
    },
  })
export const result = (told: object = {}): string =>
  JSON.stringify({ ticker: BRAVES, result: 'yes', close_time: '2026-07-05T19:20:00Z', ...told })

export type Told = Partial<Record<keyof typeof FILES, readonly string[]>>
/** A fetch, both markets quoted, one of them with depth, the next fetch. */
export const TOLD: Required<Told> = {
  ...{ mlb: [fetched('06:15:27'), fetched('06:30:30')], worldcup: [], wnba: [], kbo: [] },
  ...{ quotes: [quoted('06:23:02')], books: [deep('06:24:00')], best: [BEST_HEAD], list: [record()], results: [result()] },
}
/** A folder of recorded data with these lines, gzipped. */
export const sportsFolder = (parent: string, told: Told = {}, files: Readonly<Record<string, Buffer>> = {}): string =>
  folderOf(parent, {
    ...Object.fromEntries(
      Object.entries({ ...TOLD, ...told }).map(([what, lines]) => [
        FILES[what as keyof typeof FILES],
        gzipSync(lines.map((line) => `${line}\n`).join('')),
      ]),
    ),
    ...files,
  })

export const isHouse = (frame: Frame, what: string): boolean => frame.venue === 'house' && callbackOf(frame)[0] === what
export const edgesOf = (frame: Frame): readonly ToldEdgeMarket[] =>
  isHouse(frame, 'edges') ? (callbackOf(frame)[1] as readonly ToldEdgeMarket[]) : []

/** What kind of a frame it is, without what it tells. */
export function kindOf(frame: Frame): string {
  if (frame.venue === 'odds') return 'odds'
  const message = messageOf(frame) as { readonly type?: string; readonly cmd?: string } | null
  return message ? (message.type ?? message.cmd ?? '') : String(callbackOf(frame)[0])
}
