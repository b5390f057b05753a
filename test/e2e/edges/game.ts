import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { quietScenario } from '../faults/scenario'

const ROOT = path.join(__dirname, '..', '..', '..')
const HOUR_MS = 3_600_000
/** A start that is near: odds are fetched with every round. */
const START_MS = Date.now() + 5 * HOUR_MS
const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm', 'betrivers']

/** "26NOV22", in New York. */
function dayOf(atMs: number): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/New_York',
    year: '2-digit',
    month: 'short',
    day: '2-digit',
  }).formatToParts(atMs)
  const told = (type: string): string => parts.find((part) => part.type === type)?.value ?? ''
  return `${told('year')}${told('month').toUpperCase()}${told('day')}`
}
const EVENT = `KXNFLGAME-${dayOf(START_MS)}LACBUF`
export const BUF = `${EVENT}-BUF`

const market = (ticker: string, name: string): object => ({
  ...{ ticker, title: 'Los Angeles C at Buffalo Winner?', yes_sub_title: name, no_sub_title: name, status: 'active' },
  ...{ open_time: '-1d', close_time: '+2d', expected_expiration_time: '+9h', settlement_timer_seconds: 1 },
  rules_primary: `If ${name} wins the Los Angeles C at Buffalo professional football game, then the market resolves to Yes.`,
  rules_secondary: 'If the game ends in a tie, the market will resolve to $0.50 for each team.',
  trades: [{ yes_price: '0.50', count: '6000', taker_book_side: 'bid', created_time: '-2h' }],
})
/** BUF at about 0.57 by five books. */
const odds = {
  settings: { monthly_credits: 10_000_000 },
  events: [
    {
      ...{ id: 'e1', sport_key: 'americanfootball_nfl', commence_time: new Date(START_MS).toISOString().replace(/\.\d+/, '') },
      ...{ home_team: 'Buffalo Bills', away_team: 'Los Angeles Chargers' },
      bookmakers: BOOKS.map((key) => ({
        key,
        last_update: '-1s',
        markets: [
          {
            ...{ key: 'h2h', last_update: '-1s' },
            outcomes: [
              { name: 'Buffalo Bills', price: -143 },
              { name: 'Los Angeles Chargers', price: 119 },
            ],
          },
        ],
      })),
    },
  ],
}

/** The quiet scenario with one game more, which Kalshi lists and the books tell of. */
export function scenarioWithGame(): string {
  const folder = quietScenario(['p1'])
  const file = path.join(folder, 'scenario.json')
  const scenario = JSON.parse(fs.readFileSync(file, 'utf8')) as { kalshi: { series: object[]; events: object[] } }
  scenario.kalshi.series.push({ ticker: 'KXNFLGAME', title: 'Professional football game', category: 'Sports', frequency: 'custom' })
  scenario.kalshi.events.push({
    ...{ event_ticker: EVENT, series_ticker: 'KXNFLGAME', title: 'Los Angeles C at Buffalo', mutually_exclusive: true },
    markets: [market(BUF, 'Buffalo'), market(`${EVENT}-LAC`, 'Los Angeles C')],
  })
  fs.writeFileSync(file, JSON.stringify({ ...scenario, odds }))
  return folder
}

/** The shipped configuration with edges on, and a source of odds that is asked with every round. */
export function configWithEdges(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'crossbook-config-'))
  fs.cpSync(path.join(ROOT, 'config'), folder, { recursive: true })
  const change = (name: string, ...replaced: readonly (readonly [RegExp, string])[]): void => {
    const file = path.join(folder, name)
    const before = fs.readFileSync(file, 'utf8')
    fs.writeFileSync(
      file,
      replaced.reduce((text, [from, to]) => {
        expect(text).toMatch(from)
        return text.replace(from, to)
      }, before),
    )
  }
  change('venues.yaml', [/series: \[KXU3\]/, 'series: [KXU3, KXNFLGAME]'], [/$/, '\nedges: { enabled: true }\n'])
  change(
    'odds.yaml',
    [/monthly_credits: \d+/, 'monthly_credits: 10000000'],
    [/near_interval_s: \d+/, 'near_interval_s: 1'],
    [/look_interval_s: \d+/, 'look_interval_s: 120'],
  )
  return folder
}
