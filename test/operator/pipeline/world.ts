import path from 'node:path'
import { readProfilesFile } from '../../../src/config/profiles'
import type { OddsGame } from '../../../src/core/edge/odds'
import { rulesFor } from '../../../src/core/edge/profile'
import { kalshiFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import { millis, money, NO_MONEY, price, quantity, type Millis } from '../../../src/core/units'
import { Pipeline } from '../../../src/operator/pipeline/cycle'
import type { Top, World, WorldMarket } from '../../../src/operator/pipeline/world'

/** Six and a half hours before the first pitch in Atlanta. */
export const NOW = millis(Date.UTC(2026, 6, 5, 10))
export const START = millis(Date.UTC(2026, 6, 5, 16, 30))
export const later = (ms: number): Millis => millis(NOW + ms)
const SETTINGS = readProfilesFile(path.join(__dirname, '..', '..', '..', 'config'))

export const EVENT = 'KXMLBGAME-26JUL051230NYMATL'
export const METS = `${EVENT}-NYM`
export const BRAVES = `${EVENT}-ATL`

export const top = (bid: string, ask: string, atMs = later(-60_000)): Top => ({
  bid: { price: price(bid), quantity: quantity('400') },
  ask: { price: price(ask), quantity: quantity('500') },
  atMs,
})
export const market = (ticker: string, change: Partial<WorldMarket> = {}): WorldMarket => ({
  ticker,
  eventTicker: ticker.slice(0, ticker.lastIndexOf('-')),
  seriesTicker: ticker.slice(0, ticker.indexOf('-')),
  title: 'New York M vs Atlanta Winner?',
  subtitle: ticker === METS ? 'New York M' : 'Atlanta',
  rulesPrimary: '',
  rulesSecondary: '',
  status: 'open',
  closeMs: millis(START + 8 * 3_600_000),
  bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
  fees: kalshiFees(
    { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
  ),
  volume: quantity('6000'),
  top: top('0.48', '0.50'),
  ...change,
})

const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm', 'williamhill_us']
/** Home at odds of 1.70, so worth a little above 0.565 in each of five books. */
export const game = (change: Partial<OddsGame> = {}): OddsGame => ({
  ...{ eventId: 'abc', sport: 'baseball_mlb', homeTeam: 'Atlanta Braves', awayTeam: 'New York Mets', commenceMs: START },
  fetchedMs: later(-5_000),
  lines: BOOKS.map((book) => ({
    book,
    outcomes: [
      { name: 'Atlanta Braves', odds: 1.7 },
      { name: 'New York Mets', odds: 2.2 },
    ],
    updatedMs: later(-10_000),
  })),
  ...change,
})

export const world = (change: Partial<World> = {}): World => ({
  nowMs: NOW,
  markets: [market(METS, { top: top('0.42', '0.45') }), market(BRAVES, { top: top('0.49', '0.51') })],
  games: [game()],
  confirmedAtMs: NOW,
  limits: { maxContracts: quantity('100'), maxPremium: money('500'), lossBudget: money('10'), livenessMs: 2_000 },
  equity: money('12000'),
  cash: money('12000'),
  spent: { byEvent: new Map(), day: NO_MONEY },
  held: [],
  missing: [],
  ...change,
})

/** Its clock counts how often it is asked: each stage takes a millisecond. */
export function pipeline(): Pipeline {
  let ns = 0n
  return new Pipeline({ mode: 'sim', settings: SETTINGS, rules: rulesFor(SETTINGS, 'sim'), monoNs: () => (ns += 1_000_000n) })
}
