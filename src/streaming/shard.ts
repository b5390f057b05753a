import { randomInt } from 'node:crypto'
import type { MarketId, Venue } from '../core/ids'
import type { Mode } from '../core/trade/plan'
import type { BoxPolicy } from '../core/box/policy'
import type { BookDirectory } from '../core/market/reference'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import type { Clock } from '../ports/clock'
import type { LeaseView, TokenDesk } from '../ports/guard'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { Engine } from './engine'
import { LatencyWindow } from './latency'
import { Launcher } from './launcher'
import type { HaltMirror } from './mirror'
import { Publisher, type PublisherOptions } from './publish'
import { Terms, type TermsOptions } from './terms'
import type { ForecastexRegime } from '../core/market/fees-forecastex'

const NS_PER_MS = 1_000_000
/** A margin comes and goes: its market is still the next one to be traded for this long. */
const NEAR_MS = 60_000
const RANDOM_32 = 2 ** 32

export interface ShardOptions {
  readonly mode: Mode
  readonly configVersion: string
  readonly balancePrecision: TermsOptions['balancePrecision']
  readonly policy: BoxPolicy
  readonly directory: BookDirectory
  readonly trader: Trader
  readonly halts: HaltMirror
  readonly lease: LeaseView
  readonly tokens: TokenDesk
  readonly regimes: readonly ForecastexRegime[]
  readonly cache: PublisherOptions['cache']
  readonly record: PublisherOptions['record']
  readonly clock: Clock
  readonly log: Log
}

/** One shard's hot path put together: engine → launcher, with the publisher and the stopwatch hanging off. */
export class Shard {
  readonly engine: Engine
  readonly launcher: Launcher
  readonly terms: Terms
  readonly latency = { detectionToWireMs: new LatencyWindow(), detectionToBothAnsweredMs: new LatencyWindow() }
  readonly #clock: Clock
  readonly #publisher: Publisher
  /** When each running trade was detected, by our monotonic clock. */
  readonly #seenNs = new Map<string, bigint>()
  #foundNs = 0n
  /** Kalshi's markets by the time of their last margin, and those of running trades. */
  readonly #marginMs = new Map<MarketId, number>()
  readonly #traded = new Map<string, MarketId>()

  constructor(options: ShardOptions) {
    const { mode, configVersion, balancePrecision, policy, directory, trader, halts, lease, tokens, regimes, cache, record, clock, log } =
      options
    this.#clock = clock
    this.terms = new Terms({ mode, balancePrecision, regimes, policy, nowMs: () => clock.nowMs() })
    this.#publisher = new Publisher({
      directory,
      books: () => this.engine.books,
      cache,
      record,
      seriesOf: (venue, market) => this.terms.listing(venue, market)?.series ?? '',
    })
    this.launcher = new Launcher({
      trader,
      clock,
      log,
      halts,
      lease,
      tokens,
      mode,
      configVersion,
      completionAllowance: policy.completionAllowance,
      limits: () => this.terms.limits(),
      closures: (pair, nowMs) => this.terms.closures(pair, nowMs),
      shardOf: (market) => this.terms.shardOf(market),
      random32: () => randomInt(RANDOM_32),
      onDecided: (plan) => {
        this.#seenNs.set(plan.tradeId, this.#foundNs)
        for (const { order } of plan.legs) if (order.venue === 'kalshi') this.#traded.set(plan.tradeId, order.market)
        this.#publisher.decided(plan)
      },
      onEnded: (pair, plan) => {
        this.#seenNs.delete(plan.tradeId)
        this.#traded.delete(plan.tradeId)
        this.engine.judgeAgain(pair.id, clock.nowMs())
      },
    })
    this.engine = new Engine(directory, {
      onFound: (pair, found, nowMs) => {
        this.#foundNs = clock.monoNs()
        this.#marginMs.set(pair.kalshi, nowMs)
        this.launcher.offer(pair, found, nowMs)
      },
      onRefused: (pair, finding, nowMs) => {
        this.#marginMs.set(pair.kalshi, nowMs)
        this.#publisher.refused(pair, finding, mode, this.engine.counters.refused, nowMs)
      },
      onBook: (index, nowMs) => this.#publisher.book(index, nowMs),
    })
  }

  /** Kalshi's markets that are traded, or may be next. */
  near(): readonly MarketId[] {
    const sinceMs = this.#clock.nowMs() - NEAR_MS
    return [...this.#traded.values(), ...[...this.#marginMs].flatMap(([market, atMs]) => (atMs >= sinceMs ? [market] : []))]
  }

  /** In the turn in which an order's bytes leave. */
  onBytes(order: OrderIntent): void {
    if (order.clientOrderId.endsWith('-a1')) this.#measure('detection to wire', this.latency.detectionToWireMs, order)
  }
  onAnswer(order: OrderIntent, outcome: LegOutcome): void {
    if (order.clientOrderId.endsWith('-b2') && outcome.kind === 'done')
      this.#measure('detection to both answered', this.latency.detectionToBothAnsweredMs, order)
  }

  /** What the engine and the launcher counted. */
  counters(): Readonly<Record<string, number>> {
    return {
      ...this.engine.counters,
      inconsistent: this.engine.books.inconsistent,
      ...this.launcher.counters,
      inFlight: this.launcher.inFlight,
    }
  }

  /** Feeds and their liveness, for the health page. */
  feeds(): readonly { readonly venue: Venue; readonly state: string; readonly confirmedAgeMs: number | null }[] {
    return (['kalshi', 'forecastex'] as const).map((venue) => {
      const confirmed = this.engine.books.confirmedAtMs(venue)
      return {
        venue,
        state: this.engine.isConnected(venue) ? 'connected' : 'disconnected',
        confirmedAgeMs: confirmed === null ? null : this.#clock.nowMs() - confirmed,
      }
    })
  }

  #measure(name: string, window: LatencyWindow, order: OrderIntent): void {
    const seenNs = this.#seenNs.get(order.tradeId)
    if (seenNs === undefined) return
    const ms = Number(this.#clock.monoNs() - seenNs) / NS_PER_MS
    window.add(ms)
    this.#publisher.latency(name, order, ms, this.#clock.nowMs())
  }
}
