import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import type { FeedEvent } from '../../../src/core/market/event'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Limits } from '../../../src/core/risk/limits'
import type { BoxPlan, TradeResult } from '../../../src/core/trade/plan'
import { millis, money, price, quantity, type Millis } from '../../../src/core/units'
import type { Tap } from '../../../src/ports/cache'
import type { Listing } from '../../../src/ports/catalog'
import type { DecisionRow, OpportunityRow, RecordRow } from '../../../src/ports/record'
import type { Started } from '../../../src/ports/trader'
import { HaltMirror } from '../../../src/streaming/mirror'
import { Shard } from '../../../src/streaming/shard'
import { CENTS, level, NOW, PAIR, POLICY } from '../../core/box/fixture'
import { LogBook, SettableClock, until } from '../../stores/doubles'
import { LIMITS as TIMES, REFUSED, Tokens } from './trading-desk'

const DAY_MS = 86_400_000
const LIMITS: Limits = {
  ...TIMES,
  coolDownMs: 0,
  maxContractsPerTrade: quantity('500'),
  maxPremiumPerTrade: money('10000'),
  minNetEdgePerContract: money('0.01'),
  minExpectedValue: money(0),
  lossBudgetPerTrade: money('1000'),
  maxUnpairedPremium: money('1000'),
}
const listing = (venue: Listing['venue'], market: Listing['market'], feeType: string): Listing => ({
  ...{ venue, market, event: '', series: '', title: '', status: 'open', bands: CENTS, closeMs: millis(NOW + DAY_MS) },
  ...{ fees: { feeType, multiplier: 10_000, fetchedAtMs: NOW }, shard: venue === 'kalshi' ? 0 : null, contracts: null, yesPays: null },
})

/** Wakes those who sleep when time comes to it. */
class WakingClock extends SettableClock {
  readonly #sleepers: { readonly atMs: number; readonly wake: () => void }[] = []

  override sleep(durationMs = 0, signal?: AbortSignal): Promise<void> {
    return new Promise((wake, reject) => {
      this.#sleepers.push({ atMs: this.nowMs() + durationMs, wake })
      signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })
    })
  }
  async pass(ms: number): Promise<void> {
    this.advance(ms)
    for (const { atMs, wake } of this.#sleepers) if (this.nowMs() >= atMs) wake()
    await Promise.resolve()
  }
  get sleeping(): number {
    return this.#sleepers.length
  }
}

/** A whole shard between a feed that the test speaks for and a trader that takes everything and ends nothing. */
class Hot {
  readonly clock = new WakingClock(NOW)
  readonly rows: RecordRow[] = []
  readonly started: BoxPlan[] = []
  /** What becomes of each trade; undefined: it runs for ever. */
  readonly outcomes: (TradeResult | 'unreachable')[] = []
  readonly shard: Shard
  readonly #directory = new BookDirectory()
  #n = 0

  constructor(persistence = POLICY.persistence, named: { readonly shard?: string } = {}) {
    const record: Tap<RecordRow> = { offer: (row) => void this.rows.push(row), dropped: 0, queued: 0, close: () => Promise.resolve() }
    this.shard = new Shard({
      ...{ mode: 'sim', configVersion: 'c1', balancePrecision: 'direct', policy: { ...POLICY, persistence } },
      ...{ directory: this.#directory, regimes: FORECASTEX_REGIMES, cache: null, record, ...named },
      ...{ halts: new HaltMirror({ read: () => ({ scopes: [] }) }), lease: { valid: () => true, epoch: 1 }, tokens: new Tokens() },
      ...{ clock: this.clock, log: new LogBook() },
      trader: { start: (plan) => this.#start(plan as BoxPlan), warmUp: () => Promise.resolve() },
    })
    const { terms, engine } = this.shard
    terms.tellLimits(LIMITS)
    terms.tellCalendars([], [])
    terms.tellListing(listing('kalshi', PAIR.kalshi, 'quadratic'))
    terms.tellListing(listing('forecastex', PAIR.forecastex, 'per_contract'))
    engine.watch([{ pair: PAIR, terms: () => terms.of(PAIR) }])
    for (const venue of ['kalshi', 'forecastex'] as const) this.#tell({ kind: 'connected', venue })
    this.beat()
    this.quote('0.49')
  }

  #start(plan: BoxPlan): Promise<Started> {
    this.started.push(plan)
    const outcome = this.outcomes.shift()
    if (outcome === 'unreachable') return Promise.resolve({ kind: 'unreachable', detail: '' })
    return Promise.resolve({ kind: 'started', eagerly: true, ended: outcome ? Promise.resolve(outcome) : new Promise(() => undefined) })
  }
  #tell(event: object): void {
    this.shard.engine.accept({ conn: 1, n: ++this.#n, recvMs: this.now(), ...event } as FeedEvent)
  }
  now(): Millis {
    return this.clock.nowMs()
  }
  /** ForecastEx vouches for its books. */
  beat(): void {
    this.#tell({ kind: 'alive', venue: 'forecastex' })
  }
  beatKalshi(): void {
    this.#tell({ kind: 'alive', venue: 'kalshi' })
  }
  /** ForecastEx's ask of NO. */
  quote(at: string): void {
    const book = this.#directory.indexOf('forecastex', PAIR.forecastex, 'no')
    const change = { book, op: 'top', side: 'ask', price: price(at), quantity: quantity('80') }
    this.#tell({ kind: 'book', venue: 'forecastex', change, venueMs: null })
  }
  /** Kalshi's YES at 0.41 and the ask. */
  book(ask = '0.42'): void {
    const book = this.#directory.indexOf('kalshi', PAIR.kalshi, 'yes')
    const change = { book, op: 'replace', bids: [level('0.41', '200')], asks: [level(ask, '100')] }
    this.#tell({ kind: 'book', venue: 'kalshi', change, venueMs: null })
  }
  decisions(): readonly DecisionRow[] {
    return this.rows.filter((row) => row.kind === 'decision')
  }
  opportunities(): readonly OpportunityRow[] {
    return this.rows.filter((row) => row.kind === 'opportunity')
  }
}

describe('A8 a gap that stands', () => {
  it('a hundred identical frames are one trade, and one opportunity that was taken', () => {
    const hot = new Hot()
    for (let frame = 0; frame < 100; frame++) hot.book()
    expect(hot.started).toHaveLength(1)
    expect(hot.shard.seen()).toEqual({
      opportunities: { open: 1, taken: 0, refused: 0, superseded: 0, vanished: 0 },
      refusals: { 'pair not in flight': 99 },
    })
    hot.book('0.55')
    const [row] = hot.opportunities()
    expect(row).toMatchObject({
      outcome: 'taken',
      tradeId: hot.started[0]?.tradeId,
      trades: 1,
      looks: 100,
      refusals: 'pair not in flight 99',
    })
    expect(hot.shard.seen().opportunities).toMatchObject({ open: 0, taken: 1 })
  })

  it('is recorded as a decision once a second for each gate, with what it came to and what was at stake', () => {
    const hot = new Hot()
    for (let frame = 0; frame < 3; frame++) hot.book()
    const [taken, refused, ...more] = hot.decisions()
    expect(taken).toMatchObject({ verdict: 'taken', reason: 'passed', figures: null, opportunity: { n: 1 } })
    const { netEdge, expectedValue, unwindLoss, maximumLoss } = taken?.opportunity ?? {}
    const figures = { actual: `trade ${taken?.tradeId} is running`, limit: 'none' }
    expect(refused).toMatchObject({
      verdict: 'refused',
      reason: 'pair not in flight',
      figures: { ...figures, check: 'pair not in flight' },
    })
    expect(refused?.opportunity).toEqual({
      ...{ strategy: 'box', subject: PAIR.id, n: 2, seenAtMs: NOW },
      ...{ netEdge, expectedValue, unwindLoss, maximumLoss },
    })
    expect(more).toEqual([])
    hot.clock.advance(1_000)
    hot.quote('0.49')
    expect(hot.decisions()).toHaveLength(3)
  })
})

it('a margin that a check refused is recorded with its figures, and nothing where they are not known', () => {
  const hot = new Hot()
  hot.clock.advance(60_001) // ForecastEx has said nothing since
  hot.book()
  const [row] = hot.decisions()
  expect(row).toMatchObject({ reason: 'forecastex books confirmed', figures: { limit: '≤ 4000 ms' }, opportunity: { netEdge: null } })
  expect(hot.shard.seen().refusals).toEqual({ 'forecastex books confirmed': 1 })
})

describe('an edge that has to persist', () => {
  it('is traded when it may, though its books stand still', async () => {
    const hot = new Hot({ ms: 200, confirmations: 0 })
    hot.book()
    hot.book()
    expect([hot.started, hot.shard.seen().refusals, hot.clock.sleeping]).toEqual([[], { 'edge persists': 2 }, 1])
    await hot.clock.pass(200)
    expect(hot.started).toHaveLength(1)
  })

  it('is not, when it has gone meanwhile', async () => {
    const hot = new Hot({ ms: 200, confirmations: 0 })
    hot.book()
    hot.book('0.55')
    await hot.clock.pass(200)
    expect([hot.started, hot.opportunities()]).toMatchObject([[], [{ outcome: 'refused', reason: 'edge persists', looks: 1 }]])
  })
})

describe('a find that a time refused', () => {
  /** Until the trade that was begun last is over. */
  const over = (hot: Hot): Promise<void> => until('the trade to be over', () => hot.shard.launcher.inFlight === 0 && hot.clock.sleeping > 0)

  it('is looked at again when that is over, though its books stand still', async () => {
    const hot = new Hot()
    hot.outcomes.push({ ...REFUSED, cures: [], realisedPnl: money(0), maxRemainingLoss: money(0) } as TradeResult)
    hot.book()
    await over(hot)
    expect(hot.shard.seen().refusals).toEqual({ 'pause after a refusal': 1 })
    await hot.clock.pass(250)
    expect(hot.shard.seen().refusals).toEqual({ 'pause after a refusal': 1, 'books changed since the last try': 1 })
    await hot.clock.pass(1_750)
    expect(hot.started).toHaveLength(2)
  })

  it('as one that a venue had not confirmed is when the next heartbeat must have come', async () => {
    const hot = new Hot()
    hot.clock.advance(4_001)
    hot.book()
    expect([hot.started, hot.shard.seen().refusals]).toEqual([[], { 'forecastex books confirmed': 1 }])
    await hot.clock.pass(1_000)
    hot.beat()
    hot.beatKalshi()
    expect(hot.started).toHaveLength(0)
    await hot.clock.pass(1_000)
    expect(hot.started).toHaveLength(1)
  })

  it('is tried again after a trade that nobody took', async () => {
    const hot = new Hot()
    hot.outcomes.push('unreachable')
    hot.book()
    await over(hot)
    expect(hot.shard.seen().refusals).toEqual({ 'pause after a failure': 1 })
    await hot.clock.pass(500)
    expect(hot.started).toHaveLength(2)
  })
})

it('what is seen ends with the process, in the record', () => {
  const hot = new Hot()
  hot.book()
  hot.clock.advance(50)
  hot.shard.end()
  expect(hot.opportunities()).toMatchObject([{ outcome: 'taken', firstSeenMs: NOW, endedMs: NOW + 50 }])
  hot.shard.end()
  expect(hot.opportunities()).toHaveLength(1)
})

it('feeds stand in the record of a shard that has a name, as long as its process runs', () => {
  const hot = new Hot(POLICY.persistence, { shard: 's1' })
  hot.beatKalshi()
  hot.shard.lookAtFeeds()
  hot.shard.end()
  const told = hot.rows.flatMap((row) => (row.kind === 'feed' ? [`${row.shard} ${row.venue} ${row.conn} ${row.state}`] : []))
  expect(told).toEqual([
    ...['s1 kalshi 1 unconfirmed', 's1 forecastex 1 unconfirmed', 's1 kalshi 0 connected', 's1 forecastex 0 connected'],
    ...['s1 kalshi 0 ended', 's1 forecastex 0 ended'],
  ])
})

it('a disconnect ends what it hides', () => {
  const hot = new Hot()
  hot.book()
  hot.shard.engine.accept({ kind: 'disconnected', venue: 'kalshi', conn: 1, n: 9, recvMs: hot.now(), reason: 'lost' } as never)
  expect(hot.opportunities()).toHaveLength(1)
})
