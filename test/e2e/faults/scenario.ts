import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const EXAMPLE = path.join(__dirname, '..', '..', '..', 'examples', 'first-trade')
const FIRST_STRIKE_TENTHS = 40
const FIRST_CON_ID = 710_000_001
/** As in the first scenario: between two trades of a pair there is none, so the tests need one to tell two trades apart. */
const COOL_DOWN_MS = 500
/** The longest there is: a second leg may then be sent for three and a half seconds, so that there is time to do something before it. */
const ENTRY_LIFE_MS = 2_500
/** Accidents lose money on purpose here: a breaker would end the session. */
const LOSSES_ALLOWED = 1_000

/** One question as both simulated venues list it. */
export interface Listing {
  readonly id: string
  readonly ticker: string
  readonly yesConId: number
  readonly noConId: number
}

interface ExampleScenario {
  readonly kalshi: { readonly accounts: readonly object[]; readonly events: readonly Record<string, unknown>[] } & Record<string, unknown>
  readonly ibkr: { readonly settings?: object } & Record<string, unknown>
}
/** What the venues grant in place of the example's account: more trades at once need more requests a second (E18). */
export interface Grants {
  readonly usageTier: string
  readonly messagesPerSecond: number
}

const strikeOf = (i: number): string => ((FIRST_STRIKE_TENTHS + i) / 10).toFixed(1)

/** @param ids of the pairs, in the order of their strikes. */
export const listingsOf = (ids: readonly string[]): readonly Listing[] =>
  ids.map((id, i) => ({
    id,
    ticker: `KXU3-25MAR-T${strikeOf(i)}`,
    yesConId: FIRST_CON_ID + 2 * i,
    noConId: FIRST_CON_ID + 2 * i + 1,
  }))

/**
 * A scenario folder with one pair for each id and empty books: a box appears when a test puts it there, and only that one.
 * @param limits lines of limits.yaml to replace, by their key.
 */
export function quietScenario(ids: readonly string[], limits: Readonly<Record<string, string>> = {}, grants?: Grants): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-scenario-'))
  const { kalshi, ibkr } = JSON.parse(fs.readFileSync(path.join(EXAMPLE, 'scenario.json'), 'utf8')) as ExampleScenario
  const listings = listingsOf(ids)
  const scenario = {
    schema_version: 1,
    seed: 20261122,
    kalshi: {
      ...kalshi,
      accounts: kalshi.accounts.map((account) => ({ ...account, ...(grants ? { usage_tier: grants.usageTier } : {}) })),
      events: [{ ...kalshi.events[0], relist: false, markets: listings.map(market) }],
    },
    ibkr: {
      ...ibkr,
      settings: { ...ibkr.settings, ...(grants ? { max_messages_per_second: grants.messagesPerSecond } : {}) },
      contracts: listings.map(contract),
    },
  }
  fs.writeFileSync(path.join(folder, 'scenario.json'), JSON.stringify(scenario))
  fs.writeFileSync(path.join(folder, 'pairs.yaml'), JSON.stringify({ pairs: listings.map(pair) })) // JSON is YAML
  const replaced = {
    cool_down_ms: String(COOL_DOWN_MS),
    entry_life_ms: String(ENTRY_LIFE_MS),
    max_consecutive_losses: String(LOSSES_ALLOWED),
    ...limits,
  }
  const lines = fs.readFileSync(path.join(EXAMPLE, 'limits.yaml'), 'utf8').trimEnd().split('\n')
  const kept = lines.filter((line) => !Object.keys(replaced).some((key) => line.startsWith(`${key}:`)))
  fs.writeFileSync(
    path.join(folder, 'limits.yaml'),
    [...kept, ...Object.entries(replaced).map(([key, value]) => `${key}: ${value}`), ''].join('\n'),
  )
  return folder
}

const market = ({ ticker }: Listing, i: number): object => ({
  ticker,
  title: `Above ${strikeOf(i)}%`,
  yes_sub_title: `Above ${strikeOf(i)}%`,
  no_sub_title: `Above ${strikeOf(i)}%`,
  status: 'active',
  open_time: '-1d',
  close_time: '+1d',
  expected_expiration_time: '+1d',
  price_level_structure: 'linear_cent',
  strike_type: 'greater',
  floor_strike: (FIRST_STRIKE_TENTHS + i) / 10,
  rules_primary: rulesOf(strikeOf(i)),
})

/** As in the first scenario. */
const rulesOf = (strike: string): string =>
  `If the seasonally adjusted unemployment rate (U-3) is above ${strike}% in March 2025, then the market resolves to Yes.`

const contract = ({ yesConId, noConId }: Listing, i: number): object => ({
  symbol: 'UNR',
  trading_class: 'UNR',
  under_con_id: 710_000_000,
  long_name: 'US Unemployment Rate March 2025',
  last_trade_date: '+1d',
  time_zone: 'US/Central',
  strike: strikeOf(i),
  yes: { con_id: yesConId, local_symbol: `UNR Apr04'25 ${strikeOf(i)} YES`, bids: [] },
  no: { con_id: noConId, local_symbol: `UNR Apr04'25 ${strikeOf(i)} NO`, bids: [] },
})

const pair = ({ id, ticker, yesConId, noConId }: Listing, i: number): object => ({
  id,
  question: `US unemployment rate for March 2025 above ${strikeOf(i)} %`,
  kalshi: { ticker },
  forecastex: { yes_con_id: yesConId, no_con_id: noConId, symbol: 'UNR' },
  polarity: 'same',
  class: 'S0',
  approved_for: 'sim',
})
