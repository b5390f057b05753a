import { FORECASTEX_REGIMES } from '../../../src/core/market/fees-forecastex'
import type { BookDirectory } from '../../../src/core/market/reference'
import { marketId, type MarketId } from '../../../src/core/ids'
import { NO_MONEY, price } from '../../../src/core/units'
import type { FrameLog } from '../../../src/ports/frame-log'
import { Oversight, type MessageCheck, type Overseen } from '../../../src/streaming/audit/oversight'
import type { ExchangeState } from '../../../src/streaming/audit/standstill'
import type { Engine } from '../../../src/streaming/engine'
import { Terms } from '../../../src/streaming/terms'
import { NOW, PAIR, POLICY } from '../../core/box/fixture'
import { clock, recordingFrames, recordingLog, type RecordingLog } from '../../venues/kalshi/fakes'

export const TRADING: ExchangeState = { exchangeActive: true, tradingActive: true, resumesMs: null, shards: [] }
export const NEVER = new AbortController().signal

export const termsAt = (nowMs = NOW): Terms =>
  new Terms({ mode: 'sim', balancePrecision: 'direct', regimes: FORECASTEX_REGIMES, policy: POLICY, nowMs: () => nowMs })

/** A session that answers what it is told to, under the real oversight. */
export class Overseer {
  exchange: ExchangeState | Error = TRADING
  messages: readonly MessageCheck[] = []
  readonly reread: string[] = []
  readonly log: RecordingLog = recordingLog()
  readonly oversight: Oversight
  readonly terms = termsAt()
  /** Markets on games. */
  readonly edges: MarketId[] = []

  constructor(
    engine: Engine,
    directory: BookDirectory,
    markets: readonly string[] = [PAIR.kalshi],
    frameLog: FrameLog = recordingFrames(),
  ) {
    const pairs = markets.map((market) => ({ ...PAIR, kalshi: marketId(market) }))
    const shard = { engine, terms: this.terms, near: () => [], edges: { markets: () => this.edges } }
    const { log } = this
    this.oversight = new Oversight({ shard, desk: { pairs }, directory, kalshi: this.#overseen(), frameLog, clock, log })
  }

  /** A market of Kalshi on a shard. */
  list(market: string, shard: number): this {
    this.terms.tellListing({
      ...{ venue: 'kalshi', market: marketId(market), event: '', series: '', title: '', status: 'open', closeMs: NOW, shard },
      ...{ bands: [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }], contracts: null, yesPays: NO_MONEY },
      fees: { feeType: 'quadratic', multiplier: 10_000, fetchedAtMs: NOW },
    })
    return this
  }

  #overseen(): Overseen {
    return {
      readBooks: () => Promise.resolve(new Map()),
      reread: (markets) => void this.reread.push(...markets),
      inspect: () => Promise.resolve({ refusals: [], notices: [], attestationEndsMs: null, clockOffsetMs: 250 }),
      refreshCalendar: () => Promise.resolve(),
      exchange: () => (this.exchange instanceof Error ? Promise.reject(this.exchange) : Promise.resolve(this.exchange)),
      hear: () => undefined,
      messages: () => this.messages,
      clock: () => ({ offsetMs: 250, uncertaintyMs: 40 }),
      announcedWindows: () => 2,
      scanned: () => ({ scanned: 7, kind: 1 }),
    }
  }
}
