import type { EdgeDecided } from '../../../src/core/edge/decided'
import type { OddsGame } from '../../../src/core/edge/odds'
import { rulesFor } from '../../../src/core/edge/profile'
import { marketId, type MarketId } from '../../../src/core/ids'
import type { FeedEvent, Frame } from '../../../src/core/market/event'
import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import { BookDirectory } from '../../../src/core/market/reference'
import type { Limits } from '../../../src/core/risk/limits'
import type { Plan, TradeResult } from '../../../src/core/trade/plan'
import { money, NO_MONEY, quantity, type Millis } from '../../../src/core/units'
import type { Asked, Listing, QuestionCatalog } from '../../../src/ports/catalog'
import type { Clock } from '../../../src/ports/clock'
import type { Decided, FrameLog } from '../../../src/ports/frame-log'
import { FrameDesk } from '../../../src/replay/desk'
import { Beginning } from '../../../src/streaming/beginning/beginning'
import { Catalogue } from '../../../src/streaming/edges/catalogue'
import { LiveEdges } from '../../../src/streaming/edges/live'
import { EdgeMarkets } from '../../../src/streaming/edges/markets'
import { Tellings } from '../../../src/streaming/edges/tellings'
import { HaltMirror } from '../../../src/streaming/mirror'
import { Shard } from '../../../src/streaming/shard'
import { KalshiSession } from '../../../src/venues/kalshi/wire/session'
import { POLICY } from '../../core/box/fixture'
import { CENTS, HOUR_MS, later, level, NOW, SETTINGS } from '../../core/edge/fixture'
import { LogBook, SettableClock } from '../../stores/doubles'
import { LIMITS as ALL } from '../../core/risk/fixture'
import { Tokens } from '../opportunities/trading-desk'
import { gameAt as gameOf } from './desk'

export const EVENT = 'KXNFLGAME-26NOV22LACBUF'
export const BUF = marketId(`${EVENT}-BUF`)
export const LAC = marketId(`${EVENT}-LAC`)
const LIMITS: Limits = {
  ...ALL,
  ...{
    coolDownMs: 0,
    minOpeningGapMs: 0,
    maxContractsPerTrade: quantity('100'),
    maxPremiumPerTrade: money('500'),
    lossBudgetPerTrade: money('50'),
  },
}
/** 13:00 in New York on the ticker's day. */
const START = later(27 * HOUR_MS)

export const gameAt = (fetchedMs: Millis, change: Partial<OddsGame> = {}, odds = 1.7): OddsGame =>
  gameOf(fetchedMs, odds, { commenceMs: START, ...change })

/** As Kalshi words it. */
export const askedOf = (market: MarketId, name: string, change: Partial<Listing> = {}, volume = '6000'): Asked => ({
  rules: [
    'market: Los Angeles C at Buffalo Winner?',
    `yes: ${name}`,
    `rules: If ${name} wins the Los Angeles C at Buffalo professional football game originally scheduled for Nov 22, 2026, then the market resolves to Yes.`,
    'further rules: If the game ends in a tie, the market will resolve to $0.50 for each team.',
  ].join('\n'),
  reading: { kind: 'not-read', because: 'a game' },
  figures: { volume: quantity(volume) } as never,
  listing: {
    ...{
      venue: 'kalshi',
      market,
      event: EVENT,
      series: 'KXNFLGAME',
      title: '',
      status: 'open',
      bands: CENTS,
      closeMs: later(500 * HOUR_MS),
    },
    ...{ fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW }, shard: 0, contracts: null, yesPays: null, ...change },
  },
})
export const GAME: readonly Asked[] = [askedOf(BUF, 'Buffalo'), askedOf(LAC, 'Los Angeles C')]

const shardAt = (
  clock: SettableClock,
  directory: BookDirectory,
  started: Plan[],
  ends: ((result: TradeResult) => void)[],
  onDecided: (decided: Decided) => void = () => undefined,
): Shard =>
  new Shard({
    onDecided,
    ...{ mode: 'sim', configVersion: 'c1', balancePrecision: 'direct', policy: { ...POLICY, persistence: { ms: 0, confirmations: 0 } } },
    ...{ directory, regimes: FORECASTEX_REGIMES, cache: null, record: null, random32: () => 7 },
    halts: new HaltMirror({ read: () => ({ scopes: [] }) }),
    ...{ lease: { valid: () => true, epoch: 1 }, tokens: new Tokens(), clock, log: new LogBook() },
    trader: {
      start: (plan) => {
        started.push(plan)
        return Promise.resolve({ kind: 'started', eagerly: true, ended: new Promise((end) => ends.push(end)) })
      },
      warmUp: () => Promise.resolve(),
    },
    edges: {
      ...{ rules: rulesFor(SETTINGS, 'sim'), settings: SETTINGS, armed: () => null },
      money: () => ({ equity: money('12000'), cash: null, spent: { event: NO_MONEY, day: NO_MONEY } }),
    },
  })

/** The desk of edges as the streaming process runs it, with a capture in memory, a catalogue that answers at once and no sockets. */
export class LiveRig {
  readonly clock = new SettableClock(NOW)
  readonly frames: Frame[] = []
  readonly started: Plan[] = []
  readonly ends: ((result: TradeResult) => void)[] = []
  readonly subscribed = new Set<MarketId>()
  readonly needed = new Set<MarketId>()
  readonly log = new LogBook()
  asked: readonly Asked[] = GAME
  isDown = false
  readonly #directory = new BookDirectory()
  /** Edges that became trades, as the capture has them. */
  readonly decided: EdgeDecided[] = []
  readonly shard = shardAt(this.clock, this.#directory, this.started, this.ends, (decided) => {
    if (decided.strategy === 'edge') this.decided.push(decided)
    this.house('decided', { ...decided, epoch: 1 })
  })
  readonly markets: EdgeMarkets
  readonly live: LiveEdges
  readonly #catalogue: Catalogue
  #reading = new AbortController()
  readonly #session = new KalshiSession({
    directory: this.#directory,
    sequence: 'check',
    emit: (event: FeedEvent) => {
      this.shard.terms.hear(event)
      this.shard.engine.accept(event)
    },
    notice: () => undefined,
  })
  readonly #frameLog = { stamp: (partial: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame => this.#stamp(partial) }
  readonly #capture: FrameLog | null
  #seq = 0

  /** @param capture where the frames are written too; null: they are in memory alone */
  constructor(capture: ((clock: Clock) => FrameLog) | null = null) {
    this.#capture = capture?.(this.clock) ?? null
    const { edges, terms, engine } = this.shard
    if (edges === null) throw new Error('a shard without a desk of edges')
    const tellings = new Tellings()
    const feed = {
      venue: 'kalshi' as const,
      watch: (markets: readonly MarketId[]) => markets.forEach((market) => this.subscribed.add(market)),
      unwatch: (markets: readonly MarketId[]) => markets.forEach((market) => this.subscribed.delete(market)),
      run: () => Promise.resolve(),
    }
    const isNeeded = (market: MarketId): boolean => this.needed.has(market)
    this.markets = new EdgeMarkets(['KXNFLGAME'], { edges, terms, engine, feed, tellings, isNeeded, frameLog: this.#frameLog })
    this.live = new LiveEdges({
      ...{ profile: 'STANDARD', desk: edges, markets: this.markets, tellings, frameLog: this.#frameLog, clock: this.clock },
      ...{ gate: () => null, throttle: () => null, equity: () => money('12000') },
    })
    this.#catalogue = this.#createCatalogue()
    this.house('limits', LIMITS)
    terms.tellLimits(LIMITS)
    terms.tellCalendars([], [])
    this.kalshi(['open'])
    this.kalshi(
      { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: [BUF, LAC], use_yes_price: true } },
      'out',
    )
    this.kalshi({ type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } })
  }

  #stamp(partial: Pick<Frame, 'venue' | 'conn' | 'dir' | 'payload'>): Frame {
    const inMemory = { ...partial, n: this.frames.length + 1, recvMs: this.clock.nowMs(), monoNs: this.clock.monoNs() }
    const frame = this.#capture?.stamp(partial) ?? inMemory
    this.frames.push(frame)
    return frame
  }
  house(what: string, body: unknown): void {
    this.#stamp({ venue: 'house', conn: 0, dir: 'in', payload: [what, body] })
  }
  kalshi(payload: object, dir: Frame['dir'] = 'in'): void {
    const bytes = Array.isArray(payload) ? (payload as unknown[]) : Buffer.from(JSON.stringify(payload))
    this.#session.receive(this.#stamp({ venue: 'kalshi', conn: 1, dir, payload: bytes }))
  }
  /** What stands, as at the beginning of a file. */
  tellAgain(): void {
    const session = this.#session
    const beginning = new Beginning({
      frameLog: { ...this.#frameLog, files: 2 },
      ...{ shard: this.shard, directory: this.#directory, pairs: () => [], edges: () => [...this.markets.watched.values()] },
      feeds: [
        {
          ...{ venue: 'kalshi', watch: () => undefined, run: () => Promise.resolve() },
          standing: () => ({ highestConn: 1, lines: session.lines() }),
          standingOf: (market) => {
            const told = session.books.any(market)
            return told && { conn: told.conn, sid: told.sid, isKnown: told.isKnown }
          },
        },
      ],
      ...{ halts: { epoch: 1, active: () => [] }, lease: { epoch: 1 } },
      ...{ clock: null as never, log: null as never }, // asked by its loop alone
    })
    for (const part of beginning.parts()) if (part) this.house('again', part)
  }
  /** Of BUF, dollars and contracts. */
  quote(bid: string, ask: string, size = '500.00'): void {
    const msg = { market_ticker: BUF, yes_dollars_fp: [[`${bid}00`, size]], no_dollars_fp: [[`${ask}00`, size]] } // both in YES prices
    this.kalshi({ type: 'orderbook_snapshot', sid: 1, seq: ++this.#seq, msg })
  }
  /** Of any market, 0.49 / 0.50, as an event: it is in no frame. */
  book(market: MarketId): void {
    const book = this.#directory.indexOf('kalshi', market, 'yes')
    const change = { book, op: 'replace', bids: [level('0.49', '500')], asks: [level('0.50', '500')] } as const
    const event = {
      kind: 'book',
      venue: 'kalshi',
      conn: 1,
      n: this.frames.length,
      recvMs: this.clock.nowMs(),
      venueMs: null,
      change,
    } as const
    this.shard.engine.accept(event)
  }
  /** Kalshi goes on vouching for its books. */
  pass(ms: number): void {
    this.clock.advance(ms)
    this.kalshi(['pong'])
  }
  odds(game: OddsGame = gameAt(this.clock.nowMs())): void {
    this.live.hear(game)
  }

  /** As the tasks of the process would, at this moment: catalogue, matching, catalogue again for the terms. */
  async refresh(): Promise<void> {
    await this.read()
    while (this.markets.refresh(this.clock.nowMs())) continue
    await this.read()
  }
  /** All that is due is read. */
  async read(): Promise<void> {
    this.#reading = new AbortController()
    await this.#catalogue.run(this.#reading.signal)
  }

  #createCatalogue(): Catalogue {
    const answer = <T>(value: T): Promise<T> => (this.isDown ? Promise.reject(new Error('503')) : Promise.resolve(value))
    const listingOf = (wanted: MarketId): Listing | null => this.asked.find(({ listing: { market } }) => market === wanted)?.listing ?? null
    const catalog = {
      asked: () => answer(this.asked),
      listing: (market: MarketId) => answer(listingOf(market)),
    } as unknown as QuestionCatalog
    const clock = {
      nowMs: () => this.clock.nowMs(),
      monoNs: () => this.clock.monoNs(),
      // nothing is due any more: it would wait longer than between two reads
      sleep: (ms: number): Promise<void> => Promise.resolve(ms > BETWEEN_READS_MS ? this.#reading.abort() : undefined),
    }
    return new Catalogue({ series: ['KXNFLGAME'], catalog, markets: this.markets, terms: this.shard.terms, clock, log: this.log })
  }
}
const BETWEEN_READS_MS = 50

/** The same frames through the sessions of a replay, to a shard of its own. @returns the plans that it decides. */
export function replayed(frames: readonly Frame[]): readonly Plan[] {
  const started: Plan[] = []
  const clock = new SettableClock(NOW)
  const directory = new BookDirectory()
  const shard = shardAt(clock, directory, started, [])
  const { engine, terms, edges } = shard
  terms.tellCalendars([], [])
  const desk = new FrameDesk({
    directory,
    engine,
    terms,
    sequence: 'check',
    edges,
    onPairs: () => undefined,
    onNextProcess: () => undefined,
  })
  for (const frame of frames) {
    clock.advance(frame.recvMs - clock.nowMs())
    desk.receive(JSON.parse(JSON.stringify(frame, withBytes), fromBytes) as Frame)
  }
  return started
}
/** As a capture keeps a frame. */
const withBytes = (key: string, value: unknown): unknown => (key === 'monoNs' ? String(value) : value)
const fromBytes = (key: string, value: unknown): unknown => {
  if (key === 'monoNs') return BigInt(value as string)
  const { type, data } = (value ?? {}) as { type?: string; data?: number[] }
  return type === 'Buffer' && data ? Buffer.from(data) : value
}
