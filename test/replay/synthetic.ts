import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { BoxPair } from '../../src/core/box/detect'
import { marketId, subjectId } from '../../src/core/ids'
import type { Frame } from '../../src/core/market/event'
import type { Limits } from '../../src/core/risk/limits'
import { millis, money, price, quantity } from '../../src/core/units'
import type { Listing } from '../../src/ports/catalog'
import { createCaptureWriter, type CaptureWriter } from '../../src/stores/files/capture-writer'
import { LogBook, SettableClock } from '../stores/doubles'

/** 2026-11-22 12:00 UTC: an executed ForecastEx contract costs a cent. */
export const START_MS = Date.UTC(2026, 10, 22, 12)
const DAY_MS = 86_400_000
export const TICKER = 'KXU3-25MAR-T4.0'
export const YES_ID = 710200001
const NO_ID = 710200002
/** Request ids of the two subscriptions. */
const REQUESTS = { yes: 1_000_000_000, no: 1_000_000_001 } as const

const LIMITS: Limits = {
  version: 'test-1',
  maxContractsPerTrade: quantity('10'),
  firstContracts: quantity('10'),
  firstCleanTrades: 0,
  nextContracts: quantity('10'),
  nextCleanTrades: 0,
  maxPremiumPerTrade: money('500'),
  maxContractsPerMarket: quantity('100'),
  maxContractsPerEvent: quantity('100'),
  maxContractsPerDay: quantity('1000'),
  maxOpeningsPerMinute: 60,
  minOpeningGapMs: 0,
  maxOpeningsPerDay: 1000,
  maxOpenTrades: 10,
  maxDailyLoss: money('100'),
  maxWeeklyLoss: money('500'),
  maxConsecutiveLosses: 5,
  breakerCoolDownMs: 1_800_000,
  lossBudgetPerTrade: money('25'),
  maxUnpairedPremium: money('100'),
  maxUnpairedPremiumTotal: money('100'),
  maxUnpairedAgeMs: 60_000,
  maxUnpairedFirstLegs: 1,
  moreFirstLegsCleanTrades: 200,
  maxDustPerMarket: quantity('1'),
  minCashPerVenue: money('0'),
  coolDownMs: 0,
  minNetEdgePerContract: money('0.01'),
  minExpectedValue: money('0'),
  edgeMinPrice: money('0.10'),
  edgeMaxPrice: money('0.90'),
  maxSportShareBps: 2_000,
  entryLifeMs: 1000,
  closeMarginMs: 60_000,
}
const LISTING: Omit<Listing, 'venue' | 'market' | 'fees' | 'shard' | 'contracts'> = {
  event: 'an event',
  series: 'a series',
  title: 'a question',
  status: 'open',
  bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }],
  closeMs: millis(START_MS + DAY_MS),
  yesPays: null,
}
const terms = (feeType: string): Listing['fees'] => ({ feeType, multiplier: 10_000, fetchedAtMs: millis(START_MS) })
const LISTINGS: readonly Listing[] = [
  { ...LISTING, venue: 'kalshi', market: marketId(TICKER), fees: terms('quadratic'), shard: 0, contracts: null },
  {
    ...LISTING,
    venue: 'forecastex',
    market: marketId(String(YES_ID)),
    fees: terms('per_contract'),
    shard: null,
    contracts: { yes: YES_ID, no: NO_ID },
  },
]
const PAIR: BoxPair = {
  id: subjectId('u3'),
  kalshi: marketId(TICKER),
  forecastex: marketId(String(YES_ID)),
  certificate: { id: 'u3', class: 'S0', polarity: 'same', approvedFor: 'sim', version: '1' },
}

/** What a streaming process would have captured, frame by frame. */
export class SyntheticCapture {
  readonly #writer: CaptureWriter
  readonly #clock: SettableClock
  #seq = 0

  constructor(
    readonly dir: string,
    startMs: number = START_MS,
  ) {
    this.#clock = new SettableClock(startMs)
    this.#writer = createCaptureWriter({ dir, process: 'streaming-test', clock: this.#clock, log: new LogBook() })
  }

  at(): number {
    return this.#clock.nowMs()
  }
  wait(ms: number): this {
    this.#clock.advance(ms)
    return this
  }
  house(what: string, body: unknown): this {
    return this.stamp('house', 'in', [what, body])
  }
  gateway(...callback: readonly unknown[]): this {
    return this.stamp('forecastex', 'in', callback)
  }
  kalshi(payload: object, dir: Frame['dir'] = 'in'): this {
    return this.stamp('kalshi', dir, Array.isArray(payload) ? (payload as unknown[]) : Buffer.from(JSON.stringify(payload)))
  }

  /** Both venues connected, one pair watched and subscribed, nothing quoted. */
  opened(): this {
    this.gateway('connected')
      .gateway('nextValidId', 1)
      .kalshi(['open'])
      .gateway('currentTime', START_MS / 1000)
    this.house('limits', LIMITS).house('halts', { epoch: 1, scopes: [] })
    for (const listing of LISTINGS) this.house('listing', listing)
    this.house('pairs', [PAIR])
    this.kalshi(
      { id: 1, cmd: 'subscribe', params: { channels: ['orderbook_delta'], market_tickers: [TICKER], use_yes_price: true } },
      'out',
    )
    this.kalshi({ type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } })
    for (const outcome of ['yes', 'no'] as const) this.subscribed(outcome)
    return this
  }
  /** Both listings as they were, read now. */
  relisted(): this {
    for (const listing of LISTINGS) this.house('listing', { ...listing, fees: { ...listing.fees, fetchedAtMs: this.at() } })
    return this
  }
  subscribed(outcome: 'yes' | 'no'): this {
    const contract = { conId: outcome === 'yes' ? YES_ID : NO_ID, exchange: 'FORECASTX' }
    this.stamp('forecastex', 'out', ['reqMktData', REQUESTS[outcome], contract, { market: String(YES_ID), outcome }])
    return this.gateway('marketDataType', REQUESTS[outcome], 1)
  }
  /** Kalshi YES 0.38 × 30 / 0.40 × 50. */
  snapshot(): this {
    const msg = { market_ticker: TICKER, yes_dollars_fp: [['0.3800', '30.00']], no_dollars_fp: [['0.4000', '50.00']] }
    return this.kalshi({ type: 'orderbook_snapshot', sid: 1, seq: ++this.#seq, msg })
  }
  delta(side: 'yes' | 'no', price_dollars: string, delta_fp: string): this {
    const msg = { market_ticker: TICKER, side, price_dollars, delta_fp, ts_ms: this.at() }
    return this.kalshi({ type: 'orderbook_delta', sid: 1, seq: ++this.#seq, msg })
  }
  skipSequence(): this {
    this.#seq++
    return this
  }
  ask(outcome: 'yes' | 'no', at: number, size: number): this {
    return this.gateway('tickPrice', REQUESTS[outcome], 2, at, false).gateway('tickSize', REQUESTS[outcome], 3, size)
  }

  /** @returns the files, oldest first. */
  async files(): Promise<readonly string[]> {
    await this.#writer.close()
    return readdirSync(this.dir, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.gz'))
      .toSorted()
      .map((name) => path.join(this.dir, name))
  }

  protected stamp(venue: Frame['venue'], dir: Frame['dir'], payload: Frame['payload']): this {
    this.#writer.stamp({ venue, conn: venue === 'house' ? 0 : 1, dir, payload })
    return this
  }
}
