import { randomInt } from 'node:crypto'
import type { BoxFound, BoxPair, BoxRefused } from '../core/box/finding'
import { BOX_CHECKS, type BoxCheck } from '../core/box/refusals'
import { planBox } from '../core/box/plan'
import { certificateName } from '../core/box/certificate'
import { VENUES, type MarketId, type Venue } from '../core/ids'
import { liftedSide } from '../core/market/ladder'
import type { GateRefusal, Tops } from '../core/risk/gates'
import type { BoxPlan, Mode, Verdict } from '../core/trade/plan'
import type { BoxPolicy } from '../core/box/policy'
import type { BookDirectory } from '../core/market/reference'
import { millis, type Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import type { Decided } from '../ports/frame-log'
import type { LeaseView, TokenDesk } from '../ports/guard'
import type { Log } from '../ports/log'
import type { Trader } from '../ports/trader'
import { topOf, type Deal, type PlanTerms } from './opportunities/deal'
import { EdgeDesk, type EdgeOptions } from './edges/edge-desk'
import { Engine } from './engine'
import { FeedStates } from './feed-states'
import { Stopwatch } from './latency'
import { Launcher } from './launcher'
import type { HaltMirror } from './mirror'
import { Again } from './opportunities/again'
import { decidedOf } from './opportunities/decided'
import { Opportunities } from './opportunities/opportunities'
import { ModelCheck } from './outcomes/model-check'
import { Publisher, type PublisherOptions } from './publish'
import { Terms, type TermsOptions } from './terms'
import type { ForecastexRegime } from '../core/market/fees-forecastex'

/** A margin comes and goes: its market is still the next one to be traded for this long. */
const NEAR_MS = 60_000
const RANDOM_32 = 2 ** 32
/** A heartbeat changes no book: a margin that lacks nothing but the next one is looked at again when that must have come (ForecastEx's takes a second). */
const UNCONFIRMED: ReadonlySet<BoxCheck> = new Set([BOX_CHECKS.kalshiAlive, BOX_CHECKS.forecastexAlive])
const CONFIRMED_EVERY_MS = 1_000

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
  readonly shard?: PublisherOptions['shard']
  /** Default false: the captures have them. */
  readonly recordsChanges?: PublisherOptions['recordsChanges']
  /** Told in the turn in which a trade is decided, what it was decided upon: the capture keeps it. */
  readonly onDecided?: (decided: Decided) => void
  /** Absent: boxes alone. */
  readonly edges?: EdgeOptions
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
  /** null: this process trades boxes alone. */
  readonly edges: EdgeDesk | null
  readonly stopwatch: Stopwatch
  readonly #options: ShardOptions
  readonly #clock: Clock
  readonly #directory: BookDirectory
  readonly #publisher: Publisher
  readonly #feeds: FeedStates
  /** Of the find that is being offered. */
  #eventMs = millis(0)
  /** Kalshi's markets by the time of their last margin, and those of running trades. */
  readonly #marginMs = new Map<MarketId, number>()
  readonly #traded = new Map<string, MarketId>()
  readonly #again: Again

  constructor(options: ShardOptions) {
    const { mode, balancePrecision, policy, directory, regimes, cache, record, recordsChanges = false, clock, log } = options
    this.#options = options
    this.#clock = clock
    this.#again = new Again(clock)
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
      ...(options.shard === undefined ? {} : { shard: options.shard }),
      seriesOf: (venue, market) => this.terms.listing(venue, market)?.series ?? '',
    })
    this.stopwatch = new Stopwatch(clock, (...told) => this.#publisher.latency(...told))
    this.#feeds = new FeedStates(
      () => this.engine.books,
      (...told) => this.#publisher.feed(...told),
    )
    this.opportunities = new Opportunities({
      persistence: policy.persistence,
      onEnded: (episode) => this.#publisher.ended(episode, this.opportunities.looks),
    })
    this.launcher = this.#createLauncher(options)
    this.edges = options.edges ? this.#createEdges(options, options.edges) : null
    this.engine = new Engine(directory, {
      onFound: (pair, found, nowMs) => this.#found(pair, found, nowMs),
      onRefused: (pair, refused, nowMs) => this.#refused(pair, refused, nowMs),
      onGone: (pair, nowMs) => {
        this.opportunities.gone(pair, nowMs)
        this.launcher.gone(pair.id)
      },
      onBook: (index, nowMs, event) => {
        this.edges?.book(index, nowMs)
        this.#publisher.book(index, nowMs, event)
      },
      onFeed: (venue, conn, nowMs) => this.#feeds.changed(venue, conn, nowMs),
      onPrint: (event) => this.#publisher.print(event),
    })
  }

  #createLauncher(options: ShardOptions): Launcher {
    return new Launcher({
      ...options,
      limits: () => this.terms.limits(),
      shardOf: (market) => this.terms.shardOf(market),
      random32: options.random32 ?? (() => randomInt(RANDOM_32)),
    })
  }

  #createEdges({ mode, configVersion, policy, directory, clock, record, onDecided }: ShardOptions, edges: EdgeOptions): EdgeDesk {
    const { terms, launcher, stopwatch } = this
    return new EdgeDesk({
      ...{ ...edges, mode, configVersion, directory, persistence: policy.persistence },
      engine: () => this.engine,
      terms: (market) => terms.ofMarket(market),
      closures: (market, nowMs) => terms.closuresOf(market, nowMs),
      offer: (deal, n, nowMs) => launcher.offer(deal, n, nowMs),
      onGone: (subject) => launcher.gone(subject),
      later: (...asked) => this.#again.later(...asked),
      onFound: () => stopwatch.found(),
      onDecided: (plan, decided) => {
        onDecided?.(decided)
        stopwatch.decided(plan)
        edges.onDecided?.(plan)
        this.#publisher.decided(plan)
      },
      onEnded: (plan) => stopwatch.booked(plan),
      onOver: (plan, result) => {
        stopwatch.over(plan)
        edges.onOver?.(plan, result)
      },
      onRefused: (...told) => this.#publisher.edgeRefused(...told),
      record: (row) => record?.offer(row),
      nowMs: () => clock.nowMs(),
    })
  }

  /** A found box as the launcher takes it. */
  #dealOf(pair: BoxPair, found: BoxFound): Deal<BoxPlan> {
    const leg = (venue: Venue): Deal['wanted'][number] => ({ venue, market: pair[venue], subject: pair.id, outcome: found[venue].outcome })
    return {
      ...{ strategy: 'box', subject: pair.id, venues: VENUES, kalshi: pair.kalshi },
      wanted: VENUES.map(leg),
      tops: () => this.#topsOf(pair, found),
      closures: (nowMs) => this.terms.closures(pair, nowMs),
      plan: (terms) => this.#planOf(pair, found, terms),
      onDecided: (plan) => this.#decided(pair, found, plan),
      onEnded: (plan, result) => {
        this.stopwatch.booked(plan)
        this.outcomes.ended(plan, result)
      },
      onOver: (plan) => {
        this.stopwatch.over(plan)
        this.#traded.delete(plan.tradeId)
        this.engine.judgeAgain(pair.id, this.#clock.nowMs())
      },
    }
  }

  #planOf(pair: BoxPair, found: BoxFound, { limits, calendar, ...terms }: PlanTerms): BoxPlan {
    const { mode, configVersion } = this.#options
    return planBox({
      ...{ ...terms, pair, mode },
      finding: { ...found, verdicts: [...found.verdicts, calendar] },
      lossBudget: limits.lossBudgetPerTrade,
      entryLifeMs: limits.entryLifeMs,
      rules: { certificate: certificateName(pair.certificate), limits: limits.version, config: configVersion },
    })
  }

  #decided(pair: BoxPair, found: BoxFound, plan: BoxPlan): void {
    const { onDecided, directory } = this.#options
    onDecided?.(decidedOf(pair, found, plan.tradeId, this.#eventMs, { books: this.engine.books, directory }))
    this.stopwatch.decided(plan)
    this.#traded.set(plan.tradeId, pair.kalshi)
    this.opportunities.take(pair, plan.tradeId)
    this.#publisher.decided(plan)
  }

  #found(pair: BoxPair, found: BoxFound, nowMs: Millis): void {
    this.stopwatch.found()
    this.#eventMs = nowMs
    this.#marginMs.set(pair.kalshi, nowMs)
    const tooShort = this.opportunities.found(pair, found, nowMs)
    if (tooShort) return this.#tell(pair, found, tooShort, nowMs)
    const refusal = this.launcher.offer(this.#dealOf(pair, found), this.opportunities.looks, nowMs)
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

  #lookAgain({ id }: BoxPair, refusal: Pick<GateRefusal, 'passesInMs'>): void {
    this.#again.later(id, refusal, (nowMs) => this.engine.judgeAgain(id, nowMs))
  }

  #tell(pair: BoxPair, found: BoxFound, refusal: GateRefusal, nowMs: Millis): void {
    const { gate, verdict } = refusal
    this.#lookAgain(pair, refusal)
    this.#publisher.refused(pair, found, gate, verdict, this.opportunities.looks, nowMs)
  }

  /** The process ends, and with it what is seen: told before the record is closed. */
  end(): void {
    this.#again.end()
    this.edges?.end(this.#clock.nowMs())
    this.opportunities.endAll(millis(this.#clock.nowMs()))
    this.#feeds.end(this.#clock.nowMs())
  }

  #topsOf({ kalshi, forecastex }: BoxPair, found: BoxFound): Tops {
    const book = this.engine.books.at(this.#directory.indexOf('kalshi', kalshi, 'yes'))
    const side = liftedSide(found.kalshi.outcome)
    const other = this.engine.books.at(this.#directory.indexOf('forecastex', forecastex, found.forecastex.outcome))
    return [topOf(book, side), topOf(other, 'ask')]
  }

  /** Kalshi's markets that are traded, or may be next. */
  near(): readonly MarketId[] {
    const sinceMs = this.#clock.nowMs() - NEAR_MS
    for (const [market, atMs] of this.#marginMs) if (atMs < sinceMs) this.#marginMs.delete(market)
    return [...this.#traded.values(), ...this.#marginMs.keys()]
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

  /** Puts on record how the feeds stand, where that is new or was told a while ago. */
  lookAtFeeds(): void {
    this.#feeds.look(this.#clock.nowMs())
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
}
