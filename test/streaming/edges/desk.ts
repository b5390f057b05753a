import { rulesFor } from '../../../src/core/edge/profile'
import type { OddsGame } from '../../../src/core/edge/odds'
import type { GameMapping } from '../../../src/core/edge/games/game'
import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Gated } from '../../../src/core/risk/gates'
import type { Limits } from '../../../src/core/risk/limits'
import type { Scope } from '../../../src/core/risk/scope'
import type { Plan, TradeResult } from '../../../src/core/trade/plan'
import { millis, money, NO_MONEY, quantity, type Millis } from '../../../src/core/units'
import type { DecisionRow, OpportunityRow, RecordRow, SignalBookRow, SignalRow } from '../../../src/ports/record'
import type { Started } from '../../../src/ports/trader'
import type { EdgeOptions } from '../../../src/streaming/edges/desk-options'
import { HaltMirror } from '../../../src/streaming/mirror'
import { Shard } from '../../../src/streaming/shard'
import { POLICY } from '../../core/box/fixture'
import { CENTS, HOUR_MS, later, level, MAPPING, MARKET, NOW, SETTINGS } from '../../core/edge/fixture'
import { LogBook, SettableClock } from '../../stores/doubles'
import { LIMITS as TIMES, Tokens } from '../opportunities/trading-desk'

const LIMITS: Limits = {
  ...TIMES,
  ...{ coolDownMs: 0, maxContractsPerTrade: quantity('100'), maxPremiumPerTrade: money('500'), lossBudgetPerTrade: money('50') },
}
/** BUF at about 0.57: what five books think of it, lines half a second old. */
export const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm', 'betrivers']
export const gameAt = (fetchedMs: Millis, odds = 1.7, change: Partial<OddsGame> = {}): OddsGame => ({
  ...{ eventId: 'e1', sport: 'americanfootball_nfl', homeTeam: 'Buffalo Bills', awayTeam: 'Los Angeles Chargers' },
  ...{ commenceMs: later(12 * HOUR_MS), fetchedMs },
  lines: BOOKS.map((book) => ({
    book,
    updatedMs: millis(fetchedMs - 500),
    outcomes: [
      { name: 'Buffalo Bills', odds },
      { name: 'Los Angeles Chargers', odds: 1 / (1.045 - 1 / odds) },
    ],
  })),
  ...change,
})

/** A shard that watches one market of a game, and a trader that takes everything and ends what it is told to end. */
export class Desk {
  readonly clock = new SettableClock(NOW)
  readonly rows: RecordRow[] = []
  readonly started: Plan[] = []
  readonly halts: Scope[] = []
  armed: Gated = null
  /** Of each size. */
  share = 1
  end: ((result: TradeResult) => void) | null = null
  readonly shard: Shard
  readonly #directory = new BookDirectory()
  #n = 0

  constructor(selling: Pick<EdgeOptions, 'sales'> = {}) {
    this.shard = new Shard({
      ...{ mode: 'sim', configVersion: 'c1', balancePrecision: 'direct', policy: { ...POLICY, persistence: { ms: 0, confirmations: 0 } } },
      ...{ directory: this.#directory, regimes: FORECASTEX_REGIMES, cache: null },
      record: { offer: (row) => void this.rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() },
      halts: new HaltMirror({ read: () => ({ scopes: this.halts }) }),
      ...{ lease: { valid: () => true, epoch: 1 }, tokens: new Tokens(), clock: this.clock, log: new LogBook() },
      trader: { start: (plan) => this.#start(plan), warmUp: () => Promise.resolve() },
      edges: {
        ...{ rules: rulesFor(SETTINGS, 'sim'), settings: SETTINGS, armed: () => this.armed },
        ...selling,
        money: () => ({ equity: money('12000'), cash: null, spent: { event: NO_MONEY, day: NO_MONEY }, share: this.share }),
      },
    })
    const { terms } = this.shard
    terms.tellLimits(LIMITS)
    terms.tellCalendars([], [])
    terms.tellListing({
      ...{
        venue: 'kalshi',
        market: MARKET.kalshi,
        event: MAPPING.kalshiEvent,
        series: 'KXNFLGAME',
        title: '',
        status: 'open',
        bands: CENTS,
      },
      ...{ closeMs: later(500 * HOUR_MS), fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW }, shard: 0 },
      ...{ contracts: null, yesPays: null },
    })
    this.tell({ kind: 'connected' })
  }

  #start(plan: Plan): Promise<Started> {
    this.started.push(plan)
    return Promise.resolve({ kind: 'started', eagerly: true, ended: new Promise((end) => (this.end = end)) })
  }
  tell(event: object): void {
    this.shard.engine.accept({ venue: 'kalshi', conn: 1, n: ++this.#n, recvMs: this.clock.nowMs(), ...event } as FeedEvent)
  }
  watch(change: Partial<GameMapping> = {}): void {
    this.shard.edges?.watch([{ ...MARKET, mapping: { ...MAPPING, ...change }, volume: quantity('6000') }], this.clock.nowMs())
  }
  quote(bid: string, ask: string, size = '500'): void {
    const book = this.#directory.indexOf('kalshi', MARKET.kalshi, 'yes')
    this.tell({ kind: 'book', venueMs: null, change: { book, op: 'replace', bids: [level(bid, size)], asks: [level(ask, size)] } })
  }
  odds(game: OddsGame = gameAt(this.clock.nowMs())): void {
    this.shard.edges?.odds(game, { n: this.#n, recvMs: this.clock.nowMs() })
  }
  pass(ms: number): void {
    this.clock.advance(ms)
    this.tell({ kind: 'alive' })
  }
  /** 0.50 asked for what is thought worth some 0.56, the odds a second later than the quote. */
  edge(): void {
    this.watch()
    this.quote('0.49', '0.50')
    this.pass(6_000)
    this.odds()
  }
  decisions(): readonly DecisionRow[] {
    return this.rows.filter((row) => row.kind === 'decision')
  }
  opportunities(): readonly OpportunityRow[] {
    return this.rows.filter((row) => row.kind === 'opportunity')
  }
  signals(): readonly SignalRow[] {
    return this.rows.filter((row) => row.kind === 'signal')
  }
  opinions(): readonly SignalBookRow[] {
    return this.rows.filter((row) => row.kind === 'signal-book')
  }
  unjudged(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.shard.edges?.unjudged ?? [])
  }
}
