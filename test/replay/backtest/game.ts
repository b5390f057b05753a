import { writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import type { Frame } from '../../../src/core/market/event'
import type { GameMapping } from '../../../src/core/edge/games/game'
import { rulesFor } from '../../../src/core/edge/profile'
import type { OddsGame } from '../../../src/core/edge/odds'
import type { BacktestResult } from '../../../src/core/report/backtest/result'
import type { Limits } from '../../../src/core/risk/limits'
import { millis, money, quantity, type Millis } from '../../../src/core/units'
import { backtest, type BacktestOptions } from '../../../src/replay/backtest/backtest'
import { encodeFrame, headerLine } from '../../../src/stores/files/frame-line'
import { POLICY } from '../../core/box/fixture'
import { CENTS, HOUR_MS, later, MAPPING, MARKET, NOW, SETTINGS } from '../../core/edge/fixture'
import { gameAt } from '../../streaming/edges/desk'
import { LIMITS as TIMES } from '../../streaming/opportunities/trading-desk'
import { options } from './runs'
import { WIDE } from './risk-desk'

export const LIMITS: Limits = {
  ...TIMES,
  ...WIDE,
  maxContractsPerTrade: quantity('10'),
  maxPremiumPerTrade: money('500'),
  coolDownMs: 60_000,
}
/** Market and listing as they are told. */
const LISTING = {
  ...{ venue: 'kalshi', market: MARKET.kalshi, event: MAPPING.kalshiEvent, series: 'KXNFLGAME', title: '', status: 'open', bands: CENTS },
  ...{ closeMs: later(500 * HOUR_MS), fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW }, shard: 0 },
  ...{ contracts: null, yesPays: null },
}
type Levels = readonly (readonly [at: string, of: string])[]

const ONE_CLOCK = { ...SETTINGS, policy: { ...SETTINGS.policy, clockSkewMaxMs: 0 } }

/** Frames of a game's market and of what the books think of it, one moment after the other. */
export class Game {
  readonly frames: Frame[] = []
  #nowMs: Millis = NOW
  #seq = 0

  readonly #saidAfterMs: number

  /** @param saidAfterMs how long after a book the odds come: beyond what clocks may differ, where the product's own settings judge */
  constructor(limits: Limits = LIMITS, saidAfterMs = 1_000, mapping: Partial<GameMapping> = {}) {
    this.#saidAfterMs = saidAfterMs
    this.#stamp('kalshi', ['open'])
    this.#stamp('house', ['limits', limits])
    this.#stamp('house', ['listing', LISTING])
    this.#stamp('house', ['edges', [{ ...MARKET, mapping: { ...MAPPING, ...mapping }, volume: quantity('6000') }]])
    const params = { channels: ['orderbook_delta'], market_tickers: [MARKET.kalshi], use_yes_price: true }
    this.#message({ id: 1, cmd: 'subscribe', params }, 'out')
    this.#message({ type: 'subscribed', id: 1, msg: { channel: 'orderbook_delta', sid: 1 } })
  }

  get nowMs(): Millis {
    return this.#nowMs
  }
  /** Kalshi is heard each second meanwhile. */
  pass(ms: number): this {
    for (let left = ms; left > 0; left -= 1_000) {
      this.#nowMs = millis(this.#nowMs + Math.min(left, 1_000))
      this.#stamp('kalshi', ['pong'])
    }
    return this
  }
  /** In YES prices. */
  book(bids: Levels, asks: Levels): this {
    const msg = { market_ticker: MARKET.kalshi, yes_dollars_fp: bids, no_dollars_fp: asks.map(([at, of]) => [at, of]) }
    this.#message({ type: 'orderbook_snapshot', sid: 1, seq: ++this.#seq, msg })
    return this
  }
  /** The Bills at some 0.57, by five books. */
  odds(odds?: number, change?: Partial<OddsGame>): this {
    this.#stamp('odds', ['game', gameAt(this.#nowMs, odds, change)])
    return this
  }
  /** Ten contracts of YES are asked for at 0.50, thought worth some 0.56 at the least. */
  bought(change?: Partial<OddsGame>): this {
    return this.book([['0.4900', '500.00']], [['0.5000', '500.00']])
      .pass(this.#saidAfterMs)
      .odds(undefined, change)
      .pass(3_000)
  }
  /** So many are bid for at 0.61, thought worth some 0.58 at the most. */
  bid(of: string, at = '0.6100', asked = '0.6200'): this {
    return this.book([[at, of]], [[asked, '500.00']])
      .pass(this.#saidAfterMs)
      .odds()
  }

  /** @param isSlow each frame in a turn of its own */
  run({ isSlow = false, ...change }: Partial<BacktestOptions> & { readonly isSlow?: boolean } = {}): Promise<BacktestResult> {
    const { frames } = this
    async function* told(): AsyncGenerator<Frame> {
      for (const frame of frames) {
        if (isSlow) await new Promise((resolve) => setImmediate(resolve))
        yield frame
      }
    }
    return backtest(told(), {
      ...options({ settlements: [], ...change }),
      policy: { ...POLICY, persistence: { ms: 0, confirmations: 0 } },
      // lines and moves by one clock: a second between them is enough
      edges: { rules: rulesFor(ONE_CLOCK, 'backtest'), settings: ONE_CLOCK },
    })
  }

  /** @returns the capture that it would be in */
  written(file: string): string {
    const lines = [headerLine('streaming-test', NOW), ...this.frames.map((frame) => encodeFrame(frame))]
    writeFileSync(file, gzipSync(lines.map((line) => `${line}\n`).join('')))
    return file
  }

  #message(message: object, dir: Frame['dir'] = 'in'): void {
    this.#stamp('kalshi', Buffer.from(JSON.stringify(message)), dir)
  }
  #stamp(venue: Frame['venue'], payload: Frame['payload'], dir: Frame['dir'] = 'in'): void {
    const n = this.frames.length + 1
    this.frames.push({ n, recvMs: this.#nowMs, monoNs: 0n, venue, conn: venue === 'house' ? 0 : 1, dir, payload })
  }
}
