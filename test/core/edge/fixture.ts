import path from 'node:path'
import { readProfilesFile } from '../../../src/config/profiles'
import type { Consensus, ConsensusBook } from '../../../src/core/edge/consensus/consensus'
import type { EdgeFinding, EdgeFound, EdgeInput, EdgeRefused } from '../../../src/core/edge/detect'
import type { EdgeMarket } from '../../../src/core/edge/finding'
import type { GameMapping } from '../../../src/core/edge/games/game'
import { rulesFor, type EdgeRules } from '../../../src/core/edge/profile'
import { marketId, subjectId } from '../../../src/core/ids'
import { Book } from '../../../src/core/market/book'
import type { Level } from '../../../src/core/market/event'
import { kalshiFees, type KalshiFees } from '../../../src/core/market/fees'
import { DIRECT_GRID } from '../../../src/core/market/fees-kalshi'
import type { PriceBand } from '../../../src/core/market/grid'
import { bookIndex, millis, money, NO_MONEY, price, quantity, type Millis } from '../../../src/core/units'

export const NOW = millis(Date.UTC(2026, 10, 21, 15))
export const HOUR_MS = 3_600_000
export const later = (ms: number): Millis => millis(NOW + ms)
export const CENTS: readonly PriceBand[] = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]
export const level = (at: string, of: string): Level => ({ price: price(at), quantity: quantity(of) })

export const SETTINGS = readProfilesFile(path.join(__dirname, '..', '..', '..', 'config'))
export const STANDARD = rulesFor(SETTINGS, 'sim')
export const rules = (change: Partial<EdgeRules>): Partial<EdgeInput> => ({ rules: { ...STANDARD, ...change } })

export function kalshiBook(bids: readonly Level[], asks: readonly Level[]): Book {
  const book = new Book()
  book.apply({ book: bookIndex(0), op: 'replace', bids, asks }, 1, NOW)
  return book
}
export const FEES = kalshiFees(
  { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
  { balanceGrid: DIRECT_GRID, slackPerContract: money(100) },
) as KalshiFees

export const TICKER = 'KXNFLGAME-26NOV22LACBUF-BUF'
export const MAPPING: GameMapping = {
  kalshiEvent: 'KXNFLGAME-26NOV22LACBUF',
  oddsEventId: 'e1',
  status: 'confirmed',
  sport: 'americanfootball_nfl',
  league: null,
  startMs: later(12 * HOUR_MS),
  yesTeams: { [TICKER]: 'Buffalo Bills', 'KXNFLGAME-26NOV22LACBUF-LAC': 'Los Angeles Chargers' },
  tie: { value: 0.5 },
  reasons: ['codes and time agree'],
}
export const MARKET: EdgeMarket = { id: subjectId(TICKER), kalshi: marketId(TICKER), title: 'Chargers at Bills Winner?', mapping: MAPPING }
export const mapped = (change: Partial<GameMapping>): Partial<EdgeInput> => ({ market: { ...MARKET, mapping: { ...MAPPING, ...change } } })

/** One book of a consensus, a family of its own: so long ago it said so, with so much weight. */
export function heardOf(book: string, agoMs: number, weight = 1): ConsensusBook {
  const family = { lowvig: 'betonline', betonlineag: 'betonline' }[book] ?? book
  return { book, family, sharp: book === 'pinnacle', probability: 0.5703125, raw: 0.59, updatedMs: later(agoMs), weight }
}

/** Sums of powers of two: one less each of them is exact too. */
export const CONSENSUS: Consensus = {
  kind: 'consensus',
  probability: 0.5703125,
  lower: 0.5625,
  upper: 0.578125,
  sigma: 0.005,
  methodSpread: 0.001,
  effectiveBooks: 4.5,
  sharpShare: 0.4,
  bookCount: 5,
  familyCount: 5,
  bookSpread: 0.015,
  oldestMs: later(-20_000),
  newestMs: later(-6_000),
  books: ['pinnacle', 'draftkings'].map((book) => heardOf(book, -6_000)),
  rejected: [],
  dropped: [],
}
export const thought = (change: Partial<Consensus>): Partial<EdgeInput> => ({ consensus: { ...CONSENSUS, ...change } })

/** BUF at 0.48 / 0.50, thought 0.5625 at least: 4.49 cents net for YES, under the discount of five books that agree. */
export function edgeInput(change: Partial<EdgeInput> = {}): EdgeInput {
  return {
    market: MARKET,
    mode: 'sim',
    book: kalshiBook([level('0.48', '400'), level('0.47', '400')], [level('0.50', '500'), level('0.51', '700'), level('0.52', '900')]),
    consensus: CONSENSUS,
    odds: { eventId: 'e1', commenceMs: later(12 * HOUR_MS), fetchedMs: later(-5_000) },
    fees: FEES,
    confirmedAtMs: NOW,
    movedAtMs: later(-12_000),
    birth: null,
    volume: quantity('6000'),
    status: 'open',
    bar: null,
    bands: CENTS,
    equity: money('12000'),
    cash: null,
    spent: { event: NO_MONEY, day: NO_MONEY },
    nowMs: NOW,
    rules: STANDARD,
    policy: SETTINGS.policy,
    limits: { maxContracts: quantity('100'), maxPremium: money('500'), lossBudget: money('10'), livenessMs: 2_000 },
    ...change,
  }
}

export function found(finding: EdgeFinding): EdgeFound {
  if (finding.kind !== 'found')
    throw new Error(`expected a find, got ${finding.kind}${finding.kind === 'refused' ? ` (${finding.failed.join(', ')})` : ''}`)
  return finding
}
export function refused(finding: EdgeFinding): EdgeRefused {
  if (finding.kind !== 'refused') throw new Error(`expected a refusal, got ${finding.kind}`)
  return finding
}
