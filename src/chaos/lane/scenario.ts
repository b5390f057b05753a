import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { EITHER_FIRST, SLOTS } from '../plan/plan'

const ROOT = path.join(__dirname, '..', '..', '..')
const EXAMPLE = path.join(ROOT, 'examples', 'first-trade')
const FIRST_STRIKE_TENTHS = 10
const FIRST_CON_ID = 710_000_001
/** Each question takes two lines of quotes; one more is kept to compare quotes with. */
const LINES_OF_A_QUESTION = 2
/** More trades at once than an example's tier grants requests for (E18). */
const USAGE_TIER = 'premier'

/** How long after its not-after the venue may still take an order here, and how long it takes one in truth: both as far apart as in life (35 s and 10 s). */
export const ACCEPTANCE_WINDOW_MS = 6_000
const SIGNATURE_AGE_MS = 3_000
const SIGNATURE_AHEAD_MS = 1_000

/** Accidents lose money on purpose here, many at once: no limit may end the session, and no pause lie between two trades of a pair. */
const LIMITS: Readonly<Record<string, string>> = {
  cool_down_ms: '500',
  entry_life_ms: '2500',
  max_consecutive_losses: '1000',
  max_contracts_per_event: "'100000'",
  max_contracts_per_market: "'100000'",
  max_daily_loss: "'1000000.00'",
  max_weekly_loss: "'1000000.00'",
}
/** What lost its owner is found sooner than by the product's own cadence of half a minute, so that an episode is short. */
const SWEEP_CRON = "'*/5 * * * * * *'"

/** One question as both simulated venues list it, and the pair of it. */
export interface Listing {
  readonly pair: string
  readonly ticker: string
  readonly yesConId: number
  readonly noConId: number
}

/** What a lane starts on: folders of its own, removed with it. */
export interface Ground {
  readonly folder: string
  readonly scenarioDir: string
  readonly configDir: string
  readonly dataDir: string
  readonly listings: readonly Listing[]
}

interface ExampleScenario {
  readonly kalshi: { readonly accounts: readonly object[]; readonly events: readonly Record<string, unknown>[] } & Record<string, unknown>
  readonly ibkr: { readonly settings?: object } & Record<string, unknown>
}

/** Folders for so many episodes: every one has questions of its own, so that a seed meets the same markets wherever it stands in a block. */
export function prepareGround(episodes: number): Ground {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-chaos-'))
  fs.chmodSync(folder, 0o711) // Postgres may have to run as another user, who must be able to pass through
  const [scenarioDir, configDir, dataDir] = [path.join(folder, 'chaos'), path.join(folder, 'config'), path.join(folder, 'data')]
  const listings = Array.from({ length: episodes * SLOTS }, (_, i) => listing(i))
  fs.mkdirSync(dataDir, { mode: 0o711 })
  writeScenario(scenarioDir, listings)
  writeConfig(configDir, listings)
  return { folder, scenarioDir, configDir, dataDir, listings }
}

const strikeOf = (i: number): string => ((FIRST_STRIKE_TENTHS + i) / 10).toFixed(1)
/** The last question of an episode is its first once more at ForecastEx, a day later: two pairs share a market at Kalshi, and so its claim (E7). */
const asked = (i: number): number => (i % SLOTS === SLOTS - 1 ? i - SLOTS + 1 : i)
const listing = (i: number): Listing => ({
  pair: `c${i}`,
  ticker: `KXU3-25MAR-T${strikeOf(asked(i))}`,
  yesConId: FIRST_CON_ID + 2 * i,
  noConId: FIRST_CON_ID + 2 * i + 1,
})

/** The example's accounts, with questions of our own and empty books: a box appears when an episode puts it there. */
function writeScenario(folder: string, listings: readonly Listing[]): void {
  fs.mkdirSync(folder)
  const { kalshi, ibkr } = JSON.parse(fs.readFileSync(path.join(EXAMPLE, 'scenario.json'), 'utf8')) as ExampleScenario
  const scenario = {
    schema_version: 1,
    seed: 20261122,
    kalshi: {
      ...kalshi,
      settings: { rate_limits: true, max_skew_ms: SIGNATURE_AGE_MS, max_skew_future_ms: SIGNATURE_AHEAD_MS },
      accounts: kalshi.accounts.map((account) => ({ ...account, usage_tier: USAGE_TIER })),
      events: [{ ...kalshi.events[0], relist: false, markets: listings.flatMap((each, i) => (asked(i) === i ? [market(each, i)] : [])) }],
    },
    ibkr: {
      ...ibkr,
      settings: { ...ibkr.settings, market_data_lines: linesOf(listings) },
      contracts: listings.map(contract),
    },
  }
  fs.writeFileSync(path.join(folder, 'scenario.json'), JSON.stringify(scenario))
  fs.writeFileSync(path.join(folder, 'pairs.yaml'), JSON.stringify({ pairs: listings.map(pair) })) // JSON is YAML
  fs.writeFileSync(path.join(folder, 'limits.yaml'), withValues(fs.readFileSync(path.join(EXAMPLE, 'limits.yaml'), 'utf8'), LIMITS))
}

/** Room for both streaming processes. */
const linesOf = (listings: readonly Listing[]): number => 2 * (listings.length * LINES_OF_A_QUESTION + 2)

/** The clone's configuration with what makes episodes short. */
function writeConfig(folder: string, listings: readonly Listing[]): void {
  fs.cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
  const edit = (name: string, change: (text: string) => string): void =>
    fs.writeFileSync(path.join(folder, name), change(fs.readFileSync(path.join(folder, name), 'utf8')))
  const eitherFirst = listings.filter((_, i) => EITHER_FIRST.includes(i % SLOTS))
  edit('venues.yaml', (text) =>
    text
      .replace(/^kalshi:$/m, `kalshi:\n  acceptance_window_ms: ${ACCEPTANCE_WINDOW_MS}`)
      .replace(/^forecastex:$/m, `forecastex:\n  market_data_lines: ${linesOf(listings) / 2}`)
      .replace(/^box:$/m, `box:\n  leg_order_of: { ${eitherFirst.map((each) => `${each.pair}: by-expected-value`).join(', ')} }`),
  )
  edit('schedules.yaml', (text) => text.replace(/(id: sweepOwners\n\s+cron: ).*/, `$1${SWEEP_CRON}`))
}

/** A YAML file of plain keys with some of them replaced. */
function withValues(text: string, values: Readonly<Record<string, string>>): string {
  const kept = text
    .trimEnd()
    .split('\n')
    .filter((line) => !Object.keys(values).some((key) => line.startsWith(`${key}:`)))
  return [...kept, ...Object.entries(values).map(([key, value]) => `${key}: ${value}`), ''].join('\n')
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
  rules_primary: `If the seasonally adjusted unemployment rate (U-3) is above ${strikeOf(i)}% in March 2025, then the market resolves to Yes.`,
})

const contract = ({ yesConId, noConId }: Listing, i: number): object => ({
  symbol: 'UNR',
  trading_class: 'UNR',
  under_con_id: 710_000_000,
  long_name: 'US Unemployment Rate March 2025',
  last_trade_date: asked(i) === i ? '+1d' : '+2d',
  time_zone: 'US/Central',
  strike: strikeOf(asked(i)),
  yes: { con_id: yesConId, local_symbol: `UNR Apr04'25 ${strikeOf(asked(i))} YES`, bids: [] },
  no: { con_id: noConId, local_symbol: `UNR Apr04'25 ${strikeOf(asked(i))} NO`, bids: [] },
})

const pair = ({ pair: id, ticker, yesConId, noConId }: Listing, i: number): object => ({
  id,
  question: `US unemployment rate for March 2025 above ${strikeOf(asked(i))} %`,
  kalshi: { ticker },
  forecastex: { yes_con_id: yesConId, no_con_id: noConId, symbol: 'UNR' },
  polarity: 'same',
  class: 'S0',
  approved_for: 'sim',
})
