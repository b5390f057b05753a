import { randomInt } from 'node:crypto'
import type { BoxFound, BoxPair, BoxRefused, Decided } from '../core/box/finding'
import type { GateRefusal, Tops } from '../core/box/gates'
import { BOX_CHECKS, type BoxCheck } from '../core/box/refusals'
import type { MarketId, TradeId, Venue } from '../core/ids'
import { liftedSide } from '../core/market/ladder'
import type { Mode, Plan, Verdict } from '../core/trade/plan'
import type { BoxPolicy } from '../core/box/policy'
import type { BookDirectory } from '../core/market/reference'
import type { OrderIntent } from '../core/trade/order'
import type { LegOutcome } from '../core/trade/outcome'
import { millis, type Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import type { LeaseView, TokenDesk } from '../ports/guard'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { Engine } from './engine'
import { LatencyWindow } from './latency'
import { Launcher } from './launcher'
import type { HaltMirror } from './mirror'
import { decidedOf } from './opportunities/decided'
import { Opportunities } from './opportunities/opportunities'
import { ModelCheck } from './outcomes/model-check'
import { Publisher, type PublisherOptions } from './publish'
import { Terms, type TermsOptions } from './terms'
import type { ForecastexRegime } from '../core/market/fees-forecastex'

const NS_PER_MS = 1_000_000
/** A margin comes and goes: its market is still the next one to be traded for this long. */
const NEAR_MS = 60_000
const RANDOM_32 = 2 ** 32
/** A heartbeat changes no book: a margin that lacks nothing but the next one is looked at again when that must have come (ForecastEx's takes a second). */
const UNCONFIRMED: ReadonlySet<BoxCheck> = new Set([BOX_CHECKS.kalshiAlive, BOX_CHECKS.forecastexAlive])
const CONFIRMED_EVERY_MS = 1_000
/** In {@link Tops}: nobody quotes. */
const NO_QUOTE = -1

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
  /** Default false: the captures have them. */
  readonly recordsChanges?: PublisherOptions['recordsChanges']
  /** Told in the turn in which a trade is decided, what it was decided upon: the capture keeps it. */
  readonly onDecided?: (decided: Decided) => void
  /** 32 random bits. Default: the machine's; a recording has its own. */
  readonly random32?: () => number
  readonly clock: Clock
  readonly log: Log
}

/** One shard's hot path put together: engine → opportunities → launcher, with the publisher and the stopwatch hanging off. */
export class Shard {
  readonly engine: Engine
  readonly launcher: Launcher
  readonly opportunities: Opportunities
  readonly terms: Terms
  readonly outcomes: ModelCheck
  readonly latency = {
    reserveMs: new LatencyWindow(),
    detectionToReservedMs: new LatencyWindow(),
    detectionToWireMs: new LatencyWindow(),
    detectionToBothAnsweredMs: new LatencyWindow(),
    detectionToBookedMs: new LatencyWindow(),
  }
  readonly #clock: Clock
  readonly #directory: BookDirectory
  readonly #publisher: Publisher
  /** When each running trade was detected, by our monotonic clock. */
  readonly #seenNs = new Map<string, bigint>()
  #foundNs = 0n
  /** Of the find that is being offered. */
  #eventMs = millis(0)
  /** Kalshi's markets by the time of their last margin, and those of running trades. */
  readonly #marginMs = new Map<MarketId, number>()
  readonly #traded = new Map<string, MarketId>()
  /** Pairs that are looked at again when what refused their find is over. */
  readonly #awaited = new Set<string>()
  readonly #ended = new AbortController()

  constructor(options: ShardOptions) {
    const { mode, balancePrecision, policy, directory, regimes, cache, record, recordsChanges = false, clock, log } = options
    this.#clock = clock
    this.#directory = directory
    this.outcomes = new ModelCheck({ log })
    this.terms = new Terms({ mode, balancePrecision, regimes, policy, nowMs: () => clock.nowMs() })
    this.#publisher = new Publisher({
      mode,
      directory,
      books: () => this.engine.books,
      cache,
      record,
      recordsChanges,
      seriesOf: (venue, market) => this.terms.listing(venue, market)?.series ?? '',
    })
    this.opportunities = new Opportunities({
      persistence: policy.persistence,
      onEnded: (episode) => this.#publisher.ended(episode, this.opportunities.looks),
    })
    this.launcher = this.#createLauncher(options)
    this.engine = new Engine(directory, {
      onFound: (pair, found, nowMs) => this.#found(pair, found, nowMs),
      onRefused: (pair, refused, nowMs) => this.#refused(pair, refused, nowMs),
      onGone: (pair, nowMs) => {
        this.opportunities.gone(pair, nowMs)
        this.launcher.gone(pair)
      },
      onBook: (index, nowMs, event) => this.#publisher.book(index, nowMs, event),
      onPrint: (event) => this.#publisher.print(event),
    })
  }

  #createLauncher(options: ShardOptions): Launcher {
    const { clock, directory, onDecided } = options
    return new Launcher({
      ...options,
      limits: () => this.terms.limits(),
      closures: (pair, nowMs) => this.terms.closures(pair, nowMs),
      shardOf: (market) => this.terms.shardOf(market),
      tops: (pair, found) => this.#topsOf(pair, found),
      random32: options.random32 ?? (() => randomInt(RANDOM_32)),
      onDecided: (pair, plan, found) => {
        onDecided?.(decidedOf(pair, found, plan.tradeId, this.#eventMs, { books: this.engine.books, directory }))
        this.#seenNs.set(plan.tradeId, this.#foundNs)
        this.#traded.set(plan.tradeId, pair.kalshi)
        this.opportunities.take(pair, plan.tradeId)
        this.#publisher.decided(plan)
      },
      onEnded: (_pair, plan, result) => {
        this.#measure('detection to booked', this.latency.detectionToBookedMs, plan)
        this.outcomes.ended(plan, result)
      },
      onOver: (pair, plan) => {
        this.#seenNs.delete(plan.tradeId)
        this.#traded.delete(plan.tradeId)
        this.engine.judgeAgain(pair.id, clock.nowMs())
      },
    })
  }

  #found(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    this.#foundNs = this.#clock.monoNs()
    this.#eventMs = nowMs
    this.#marginMs.set(pair.kalshi, nowMs)
    const tooShort = this.opportunities.found(pair, found, nowMs)
    if (tooShort) return this.#tell(pair, found, tooShort, nowMs)
    const refusal = this.launcher.offer(pair, found, this.opportunities.looks, nowMs)
    if (!refusal) return
    this.opportunities.refuse(pair, refusal.gate)
    this.#tell(pair, found, refusal, nowMs)
  }

  #refused(pair: BoxPair, refused: BoxRefused, nowMs: Millis): void {
    this.#marginMs.set(pair.kalshi, nowMs)
    this.opportunities.refused(pair, refused, nowMs)
    if (UNCONFIRMED.has(refused.reason)) this.#lookAgain(pair, { passesInMs: CONFIRMED_EVERY_MS })
    const failed = (): Verdict | undefined => refused.verdicts.find(({ passed }) => !passed)
    this.#publisher.refused(pair, refused, refused.reason, failed, this.opportunities.looks, nowMs)
  }

  #tell(pair: BoxPair, found: BoxFound, refusal: GateRefusal, nowMs: Millis): void {
    const { gate, verdict } = refusal
    this.#lookAgain(pair, refusal)
    this.#publisher.refused(pair, found, gate, verdict, this.opportunities.looks, nowMs)
  }

  /** Books that stand still say nothing more: a find that a time refused is looked at again when that is over. */
  #lookAgain({ id }: BoxPair, { passesInMs }: Pick<GateRefusal, 'passesInMs'>): void {
    if (passesInMs === null || this.#awaited.has(id)) return
    this.#awaited.add(id)
    this.#clock.sleep(passesInMs, this.#ended.signal).then(
      () => {
        this.#awaited.delete(id)
        this.engine.judgeAgain(id, this.#clock.nowMs())
      },
      () => this.#awaited.delete(id), // the process ends
    )
  }

  /** The process ends, and with it what is seen: told before the record is closed. */
  end(): void {
    this.#ended.abort()
    this.opportunities.endAll(millis(this.#clock.nowMs()))
  }

  #topsOf({ kalshi, forecastex }: BoxPair, found: BoxFound): Tops {
    const book = this.engine.books.at(this.#directory.indexOf('kalshi', kalshi, 'yes'))
    const side = liftedSide(found.kalshi.outcome)
    const other = this.engine.books.at(this.#directory.indexOf('forecastex', forecastex, found.forecastex.outcome))
    return {
      kalshiPrice: book.bestPrice(side) ?? NO_QUOTE,
      kalshiSize: book.bestQuantity(side) ?? NO_QUOTE,
      forecastexPrice: other.bestPrice('ask') ?? NO_QUOTE,
      forecastexSize: other.bestQuantity('ask') ?? NO_QUOTE,
    }
  }

  /** Kalshi's markets that are traded, or may be next. */
  near(): readonly MarketId[] {
    const sinceMs = this.#clock.nowMs() - NEAR_MS
    for (const [market, atMs] of this.#marginMs) if (atMs < sinceMs) this.#marginMs.delete(market)
    return [...this.#traded.values(), ...this.#marginMs.keys()]
  }

  /** The ledger has granted. @param ms it took. */
  onReserved(plan: Plan, ms: number): void {
    this.#note('reserve', this.latency.reserveMs, plan, ms)
    this.#measure('detection to reserved', this.latency.detectionToReservedMs, plan)
  }
  /** In the turn in which an order's bytes leave. */
  onBytes(order: OrderIntent): void {
    if (order.clientOrderId.endsWith('-a1')) this.#measure('detection to wire', this.latency.detectionToWireMs, order)
  }
  onAnswer(order: OrderIntent, outcome: LegOutcome): void {
    if (order.clientOrderId.endsWith('-b2') && outcome.kind === 'done')
      this.#measure('detection to both answered', this.latency.detectionToBothAnsweredMs, order)
  }

  /** What the engine, the launcher and the check of ended trades counted. */
  counters(): Readonly<Record<string, number>> {
    return {
      ...this.engine.counters,
      inconsistent: this.engine.books.inconsistent,
      ...this.launcher.counters,
      inFlight: this.launcher.inFlight,
      ...this.outcomes.counts,
    }
  }

  /** Opportunities since the process began by their outcome, those that last, and how many looks each check and gate refused. */
  seen(): { readonly opportunities: Readonly<Record<string, number>>; readonly refusals: Readonly<Record<string, number>> } {
    const { open, ended, refusals } = this.opportunities
    return { opportunities: { open, ...ended }, refusals: Object.fromEntries(refusals) }
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

  #measure(name: string, window: LatencyWindow, of: { readonly tradeId: TradeId }): void {
    const seenNs = this.#seenNs.get(of.tradeId)
    if (seenNs !== undefined) this.#note(name, window, of, Number(this.#clock.monoNs() - seenNs) / NS_PER_MS)
  }
  #note(name: string, window: LatencyWindow, of: { readonly tradeId: TradeId }, ms: number): void {
    window.add(ms)
    this.#publisher.latency(name, of, ms, this.#clock.nowMs())
  }
}
