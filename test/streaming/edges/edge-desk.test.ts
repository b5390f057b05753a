import { rulesFor } from '../../../src/core/edge/profile'
import type { OddsGame } from '../../../src/core/edge/odds'
import type { GameMapping } from '../../../src/core/edge/games/game'
import { subjectId } from '../../../src/core/ids'
import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import { GATES, type Gated } from '../../../src/core/risk/gates'
import type { Limits } from '../../../src/core/risk/limits'
import type { Scope } from '../../../src/core/risk/scope'
import type { Plan, TradeResult } from '../../../src/core/trade/plan'
import { millis, money, NO_MONEY, quantity, type Millis } from '../../../src/core/units'
import type { DecisionRow, OpportunityRow, RecordRow } from '../../../src/ports/record'
import type { Started } from '../../../src/ports/trader'
import { HaltMirror } from '../../../src/streaming/mirror'
import { Shard } from '../../../src/streaming/shard'
import { POLICY } from '../../core/box/fixture'
import { CENTS, HOUR_MS, later, level, MAPPING, MARKET, NOW, SETTINGS, TICKER } from '../../core/edge/fixture'
import { LogBook, SettableClock, until } from '../../stores/doubles'
import { LIMITS as TIMES, MISSED, Tokens } from '../opportunities/trading-desk'

const LIMITS: Limits = {
  ...TIMES,
  ...{ coolDownMs: 0, maxContractsPerTrade: quantity('100'), maxPremiumPerTrade: money('500'), lossBudgetPerTrade: money('50') },
}
/** BUF at about 0.57: what five books think of it, lines half a second old. */
const BOOKS = ['pinnacle', 'draftkings', 'fanduel', 'betmgm', 'betrivers']
const gameAt = (fetchedMs: Millis, odds = 1.7, change: Partial<OddsGame> = {}): OddsGame => ({
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
class Desk {
  readonly clock = new SettableClock(NOW)
  readonly rows: RecordRow[] = []
  readonly started: Plan[] = []
  readonly halts: Scope[] = []
  armed: Gated = null
  end: ((result: TradeResult) => void) | null = null
  readonly shard: Shard
  readonly #directory = new BookDirectory()
  #n = 0

  constructor() {
    this.shard = new Shard({
      ...{ mode: 'sim', configVersion: 'c1', balancePrecision: 'direct', policy: { ...POLICY, persistence: { ms: 0, confirmations: 0 } } },
      ...{ directory: this.#directory, regimes: FORECASTEX_REGIMES, cache: null },
      record: { offer: (row) => void this.rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() },
      halts: new HaltMirror({ read: () => ({ scopes: this.halts }) }),
      ...{ lease: { valid: () => true, epoch: 1 }, tokens: new Tokens(), clock: this.clock, log: new LogBook() },
      trader: { start: (plan) => this.#start(plan), warmUp: () => Promise.resolve() },
      edges: {
        ...{ rules: rulesFor(SETTINGS, 'sim'), settings: SETTINGS, armed: () => this.armed },
        money: () => ({ equity: money('12000'), cash: null, spent: { event: NO_MONEY, day: NO_MONEY } }),
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
    this.shard.edges?.odds(game, this.clock.nowMs())
  }
  pass(ms: number): void {
    this.clock.advance(ms)
    this.tell({ kind: 'alive' })
  }
  /** 0.50 asked for what is thought worth some 0.56, the odds a second later than the quote. */
  edge(): void {
    this.watch()
    this.quote('0.49', '0.50')
    this.pass(1_000)
    this.odds()
  }
  decisions(): readonly DecisionRow[] {
    return this.rows.filter((row) => row.kind === 'decision')
  }
  opportunities(): readonly OpportunityRow[] {
    return this.rows.filter((row) => row.kind === 'opportunity')
  }
  unjudged(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.shard.edges?.unjudged ?? [])
  }
}

describe('B7 from odds to a trade', () => {
  it('an edge that the newest odds bear becomes one trade, in the turn in which they come', () => {
    const desk = new Desk()
    desk.edge()
    expect(desk.started).toHaveLength(1)
    const [plan] = desk.started
    expect(plan).toMatchObject({
      ...{ strategy: 'edge', sport: 'americanfootball_nfl', mode: 'sim', rules: { certificate: null, limits: 'l1', config: 'c1' } },
      legs: [{ order: { venue: 'kalshi', market: TICKER, action: 'buy', outcome: 'yes', timeInForce: 'ioc', purpose: 'opening' } }],
    })
    expect(plan?.opportunity.verdicts.every(({ passed }) => passed)).toBe(true)
    expect(desk.decisions()).toMatchObject([
      { verdict: 'taken', opportunity: { strategy: 'edge', subject: TICKER }, tradeId: plan?.tradeId },
    ])
  })

  it('E1 one at a time, however often it is seen, and again when it is over', async () => {
    const desk = new Desk()
    desk.edge()
    for (let n = 0; n < 5; n++) {
      desk.pass(1_000)
      desk.odds()
    }
    expect([desk.started.length, desk.shard.edges?.opportunities.refusals.get(GATES.inFlight)]).toEqual([1, 5])
    desk.end?.(MISSED)
    await until('the trade to be over', () => desk.shard.launcher.inFlight === 0)
    desk.quote('0.49', '0.50', '700')
    desk.pass(1_000)
    desk.odds()
    expect(desk.started).toHaveLength(2)
  })

  it('an edge that goes is told with how it ended', () => {
    const desk = new Desk()
    desk.edge()
    desk.quote('0.58', '0.59')
    expect(desk.opportunities()).toMatchObject([{ subject: TICKER, direction: 'yes', outcome: 'taken', tradeId: desk.started[0]?.tradeId }])
  })
})

describe('is seen and not traded', () => {
  it.each<[string, (desk: Desk) => void, string]>([
    [
      'while nobody has armed the strategy',
      (desk) =>
        (desk.armed = {
          gate: GATES.armed,
          passesInMs: null,
          verdict: () => ({ check: GATES.armed, passed: false, actual: 'not armed', limit: 'armed' }),
        }),
      GATES.armed,
    ],
    ['E26 under a halt of the strategy', (desk) => desk.halts.push('strategy:edge'), GATES.halts],
    ['E26 under a halt of the venue', (desk) => desk.halts.push('venue:kalshi'), GATES.halts],
  ])('%s', (_why, happens, gate) => {
    const desk = new Desk()
    happens(desk)
    desk.edge()
    expect([desk.started, desk.decisions()[0]?.reason]).toEqual([[], gate])
  })

  it('E7 where a box holds the market', () => {
    const desk = new Desk()
    const claim = {
      venue: 'kalshi',
      market: MARKET.kalshi,
      subject: subjectId('box'),
      outcome: 'yes',
      state: 'settling',
      holder: 't1',
    } as never
    desk.shard.launcher.claims.tell([claim], desk.clock.nowMs())
    desk.edge()
    expect([desk.started, desk.decisions()[0]?.reason]).toEqual([[], GATES.claims])
  })

  it('ruling 13: when Kalshi has moved after the odds were fetched, until newer ones confirm it', () => {
    const desk = new Desk()
    desk.watch()
    desk.odds()
    desk.pass(1_000)
    desk.quote('0.49', '0.50')
    expect([desk.started.length, desk.decisions()[0]?.reason]).toEqual([0, 'odds later than the kalshi move'])
    desk.pass(1_000)
    desk.odds()
    expect(desk.started).toHaveLength(1)
  })
})

describe('cannot be judged', () => {
  it.each<[string, (desk: Desk) => void, string]>([
    ['a match that a person has to review', (desk) => desk.watch({ status: 'review' }), 'mapping confirmed'],
    ['B6 lines that are ten minutes old', (desk) => desk.odds(gameAt(later(-600_000))), 'odds fetched lately'],
    ['a game that has begun by the books', (desk) => desk.odds(gameAt(NOW, 1.7, { commenceMs: later(-1_000) })), 'game not started'],
    ['B5 a game without a book', (desk) => desk.odds(gameAt(NOW, 1.7, { lines: [] })), 'consensus of the books'],
  ])('%s: counted by name, and no opportunity', (_what, happens, reason) => {
    const desk = new Desk()
    desk.watch()
    happens(desk)
    desk.quote('0.49', '0.50')
    expect([desk.started, desk.opportunities(), Object.keys(desk.unjudged())]).toEqual([[], [], expect.arrayContaining([reason])])
  })

  it('an older telling of a game changes nothing', () => {
    const desk = new Desk()
    desk.edge()
    const looks = desk.shard.edges?.counters.looks
    desk.odds(gameAt(later(-5_000), 3))
    expect(desk.shard.edges?.counters.looks).toBe(looks)
  })
})

it('a book whose best prices stand is not looked at, and another market not at all', () => {
  const desk = new Desk()
  desk.edge()
  const looks = desk.shard.edges?.counters.looks
  desk.quote('0.49', '0.50', '900')
  expect(desk.shard.edges?.counters.looks).toBe(looks)
  desk.shard.edges?.watch([], desk.clock.nowMs())
  desk.quote('0.48', '0.49')
  expect([desk.shard.edges?.watched, desk.shard.edges?.counters.looks]).toEqual([0, looks])
})
