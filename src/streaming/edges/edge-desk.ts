import type { EdgeDecided } from '../../core/edge/decided'
import { detectEdge, type EdgeFinding, type EdgeFound, type EdgeInput } from '../../core/edge/detect'
import { HOLDS } from '../../core/edge/leaving/exit'
import type { EdgeMarket } from '../../core/edge/finding'
import { EdgeIndex, type Watched } from '../../core/edge/index'
import type { OddsGame } from '../../core/edge/odds'
import { planEdge, siblingsOf } from '../../core/edge/plan'
import { saleOf, type Sale } from '../../core/edge/leaving/sale'
import type { MarketId } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import { liftedSide } from '../../core/market/ladder'
import type { GateRefusal } from '../../core/risk/gates'
import type { EdgePlan, TradeResult, Verdict } from '../../core/trade/plan'
import { quantity, type BookIndex, type Millis, type Quantity } from '../../core/units'
import { topOf, type Deal, type PlanTerms } from '../opportunities/deal'
import type { Episode } from '../opportunities/episode'
import { Opportunities } from '../opportunities/opportunities'
import { DecidedEdges } from './decided'
import type { EdgeDeskOptions, EdgeMoney, EdgeTerms } from './desk-options'
import { Games } from './games'
import { countUnjudged, edgeRow, lookOfFound, lookOfRefused, type EdgeLook } from './look'
import { Signals } from './signals'

export type { EdgeOptions } from './desk-options'

/** A look at an edge is some 25 µs, and books and orders wait meanwhile. */
const SWEPT_MAX = 40

/** A market to be watched, with what its catalogue last counted. */
export interface ToldEdgeMarket extends EdgeMarket {
  /** Contracts traded so far; null: not told. */
  readonly volume: Quantity | null
}

/**
 * Kalshi's books against what the sportsbooks think, in memory: looks at a market whenever its best prices or its odds change, and offers what it finds.
 * Synchronous, without clocks or stores of its own, as the engine is.
 */
export class EdgeDesk {
  readonly opportunities: Opportunities<EdgeMarket, EdgeLook>
  readonly counters = { looks: 0, found: 0, odds: 0 }
  readonly #options: EdgeDeskOptions
  readonly #index = new EdgeIndex()
  readonly #volumes = new Map<MarketId, Quantity | null>()
  /** Looks that showed no edge because they could not judge, by what was missing. */
  readonly #unjudged = new Map<string, number>()
  /** The newest telling of each game, for markets that are listed later. */
  readonly #games = new Games()
  /** Those whose last look showed an edge, traded or not. */
  readonly #showing = new Set<Watched>()
  readonly #signals: Signals
  readonly #decided: DecidedEdges

  constructor(options: EdgeDeskOptions) {
    this.#options = options
    const { mode, persistence, record, settings } = options
    this.#decided = new DecidedEdges(options)
    this.#signals = new Signals(settings, record)
    const onEnded = (episode: Episode<EdgeMarket, EdgeLook>): void => {
      record(edgeRow(episode, mode, this.opportunities.looks))
      this.#signals.ended(episode.pair)
    }
    this.opportunities = new Opportunities({ persistence, onEnded })
  }

  readonly markets = (): readonly MarketId[] => [...this.#index.all()].map(({ market }) => market.kalshi)
  get watched(): number {
    return this.#index.size
  }
  /** Markets whose last look showed an edge. */
  get showing(): number {
    return this.#showing.size
  }
  /** Why markets could not be judged, by the number of looks. */
  get unjudged(): ReadonlyMap<string, number> {
    return this.#unjudged
  }

  /** Replaces what is watched. One whose mapping is the same keeps what is remembered of it. */
  watch(markets: readonly ToldEdgeMarket[], nowMs: Millis): void {
    const wanted = new Set<string>(markets.map(({ kalshi }) => kalshi))
    for (const { market } of [...this.#index.all()])
      if (!wanted.has(market.kalshi)) {
        this.#forget(market.kalshi, nowMs)
        this.#index.remove(market.kalshi)
        this.#volumes.delete(market.kalshi)
      }
    for (const told of markets) this.#watchOne(told, nowMs)
  }

  #watchOne({ volume, ...market }: ToldEdgeMarket, nowMs: Millis): void {
    const { kalshi, mapping } = market
    this.#volumes.set(kalshi, volume)
    this.#options.directory.indexOf('kalshi', kalshi, 'yes')
    const before = this.#index.ofMarket(kalshi)
    if (before !== null && JSON.stringify(before.market) === JSON.stringify(market)) return
    this.#forget(kalshi, nowMs)
    const watched = this.#index.set(market)
    const game = this.#games.of(mapping.oddsEventId)
    if (game) watched.told(game, nowMs, this.#options.settings)
  }

  /** What a source of odds has told of a game. @param frame that told it */
  odds(game: OddsGame, frame: Pick<Frame, 'n' | 'recvMs'>): void {
    this.counters.odds++
    if (!this.#games.hear(game, frame)) return
    const { recvMs: nowMs } = frame
    for (const watched of this.#index.ofEvent(game.eventId)) {
      watched.told(game, nowMs, this.#options.settings)
      this.#look(watched, nowMs)
    }
  }

  /** A book has changed. Nearly always its best prices have not, and nothing is asked or made. */
  book(index: BookIndex, nowMs: Millis): void {
    const { directory, engine } = this.#options
    const { venue, market } = directory.keyOf(index)
    if (venue !== 'kalshi') return
    const watched = this.#index.ofMarket(market)
    if (watched?.quoted(engine().books.at(index), nowMs)) this.#look(watched, nowMs)
  }

  /**
   * Looks again at what showed an edge, the longest waiting first: odds age, a game begins, a strategy is armed without a change of odds or books. What
   * showed none waits for such a change: this costs nothing while nothing is found, and a millisecond at the most.
   */
  sweep(nowMs: Millis): void {
    for (const watched of [...this.#showing].slice(0, SWEPT_MAX)) {
      this.#showing.delete(watched)
      this.#showing.add(watched)
      this.#look(watched, nowMs)
    }
  }

  /** The process ends, and with it what is seen. */
  end(nowMs: Millis): void {
    this.opportunities.endAll(nowMs)
  }

  #look(watched: Watched, nowMs: Millis): void {
    const { market } = watched
    const known = this.#termsOf(market.kalshi)
    // whoever looks later may find the market mapped anew, or nobody's
    if (known === null || this.#index.ofMarket(market.kalshi) !== watched) return
    this.counters.looks++
    const input = this.#fresh(watched, known, nowMs)
    const finding = detectEdge(input)
    watched.looked(finding)
    if (finding.kind !== 'none') this.#leave(input, nowMs)
    if (finding.kind === 'found') return this.#found(watched, finding, nowMs)
    const look = finding.kind === 'none' ? null : lookOfRefused(finding)
    if (finding.kind === 'refused' && look === null) countUnjudged(this.#unjudged, finding.reason, input)
    if (look === null) return this.#gone(watched, nowMs)
    this.#showing.add(watched)
    this.opportunities.refused(market, look, nowMs)
    const failed = (): Verdict | undefined => look.finding.verdicts.find(({ passed }) => !passed)
    this.#options.onRefused(market, look, look.reason, failed, this.opportunities.looks, nowMs)
  }

  /** What pays to sell YES for is what pays to buy NO for: without an edge of the other outcome nobody bids enough. */
  #leave(input: EdgeInput, nowMs: Millis): void {
    const { sales } = this.#options
    for (const held of sales?.heldOf(input.market.kalshi, nowMs) ?? []) {
      const sale = saleOf(held, input)
      if (sale.kind === 'exit') return sales?.begin(held, sale, nowMs) // the next one when this one has taken what is bid
    }
  }

  /** Whether a position is sold now, as the market is seen at this moment. */
  saleOf(kalshi: MarketId, position: Parameters<typeof saleOf>[0], nowMs: Millis): Sale {
    const watched = this.#index.ofMarket(kalshi)
    const known = watched && this.#termsOf(kalshi)
    if (!watched || !known) return { kind: 'hold', reason: HOLDS.notWatched, netBid: null }
    return saleOf(position, this.#fresh(watched, known, nowMs))
  }

  /**
   * What was decided, judged once more by the books and odds as they stand, with the money that it was sized with. It is not told, nor offered.
   * @returns null: the market, its terms or its odds are not known here.
   */
  judgeAgain({ market, seenMs, odds: { thoughtMs }, given: { maxContracts, ...money } }: EdgeDecided): EdgeFinding | null {
    const watched = this.#index.ofMarket(market)
    const known = watched && this.#termsOf(market)
    if (!watched?.odds || !known) return null
    watched.told(watched.odds, thoughtMs, this.#options.settings)
    const { limits } = known
    const least = quantity(Math.min(limits.maxContracts, maxContracts))
    return detectEdge(this.#fresh(watched, { ...known, limits: { ...limits, maxContracts: least } }, seenMs, money))
  }

  /** With the consensus thought anew where a line has aged. */
  #fresh(watched: Watched, known: EdgeTerms, nowMs: Millis, money?: EdgeMoney): EdgeInput {
    const { settings } = this.#options
    const { odds } = watched
    if (odds !== null && watched.isAged(nowMs, settings)) watched.told(odds, nowMs, settings)
    return this.#input(watched, known, nowMs, money ?? this.#options.money(watched.market, nowMs))
  }

  #termsOf(kalshi: MarketId): EdgeTerms | null {
    const { terms, maxContracts } = this.#options
    const known = terms(kalshi)
    if (known === null || maxContracts === undefined) return known
    const most = maxContracts()
    if (most === null) return null
    return most >= known.limits.maxContracts ? known : { ...known, limits: { ...known.limits, maxContracts: most } }
  }

  #input(watched: Watched, { fees, bands, limits }: EdgeTerms, nowMs: Millis, money: EdgeMoney): EdgeInput {
    const { market, consensus, odds, movedAtMs, birth } = watched
    const { mode, rules, settings, directory, engine } = this.#options
    const { books, statusOf, barAt } = engine()
    const index = directory.indexOf('kalshi', market.kalshi, 'yes')
    const { equity, cash, spent, share = 1 } = money
    return {
      ...{ market, mode, consensus, odds, movedAtMs, birth, fees, bands, limits, equity, cash, spent, share, nowMs, rules },
      book: books.at(index),
      confirmedAtMs: books.bookConfirmedAtMs(index),
      volume: this.#volumes.get(market.kalshi) ?? null,
      status: statusOf('kalshi', market.kalshi, nowMs),
      bar: barAt('kalshi', market.kalshi),
      policy: settings.policy,
    }
  }

  #found(watched: Watched, found: EdgeFound, nowMs: Millis): void {
    const { armed, offer, onFound } = this.#options
    const { market } = watched
    this.counters.found++
    this.#showing.add(watched)
    onFound()
    const tooShort = this.opportunities.found(market, lookOfFound(found), nowMs)
    this.#signals.found(market, found)
    if (tooShort) return this.#tell(watched, found, tooShort, nowMs)
    const refusal = armed() ?? offer(this.#dealOf(watched, found), this.opportunities.looks, nowMs)
    if (!refusal) return
    this.opportunities.refuse(market, refusal.gate)
    this.#tell(watched, found, refusal, nowMs)
  }

  #tell(watched: Watched, found: EdgeFound, refusal: GateRefusal, nowMs: Millis): void {
    const { later, onRefused } = this.#options
    const { market } = watched
    this.#signals.refused(market, refusal.gate)
    later(market.id, refusal, (againMs) => this.#look(watched, againMs))
    onRefused(market, lookOfFound(found), refusal.gate, refusal.verdict, this.opportunities.looks, nowMs)
  }

  #dealOf(watched: Watched, found: EdgeFound): Deal<EdgePlan> {
    const { directory, engine, closures, onDecided, onEnded, onOver, nowMs } = this.#options
    const { market } = watched
    const { id: subject, kalshi } = market
    const side = liftedSide(found.outcome)
    const book = engine().books.at(directory.indexOf('kalshi', kalshi, 'yes'))
    let ended: TradeResult | null = null
    return {
      ...{ strategy: 'edge', subject, venues: ['kalshi'], kalshi },
      wanted: [kalshi, ...siblingsOf(market)].map((each) => ({ venue: 'kalshi', market: each, subject, outcome: found.outcome })),
      tops: () => [topOf(book, side)],
      closures: (atMs) => closures(kalshi, atMs),
      plan: (terms) => this.#planOf(found, terms),
      onDecided: (plan) => {
        onDecided(plan, this.#decided.of(watched, found, plan.tradeId, this.#games))
        this.opportunities.take(market, plan.tradeId)
        this.#signals.taken(market, plan.tradeId)
      },
      onEnded: (plan, result) => {
        ended = result
        onEnded(plan, result)
      },
      onOver: (plan) => {
        onOver(plan, ended)
        this.#look(watched, nowMs())
      },
    }
  }

  #planOf(found: EdgeFound, { limits, calendar, ...terms }: PlanTerms): EdgePlan {
    const { mode, configVersion } = this.#options
    const plan = planEdge({
      ...{ ...terms, finding: found, mode, lossBudget: limits.lossBudgetPerTrade, entryLifeMs: limits.entryLifeMs },
      rules: { limits: limits.version, config: configVersion },
    })
    return { ...plan, opportunity: { ...plan.opportunity, verdicts: [...plan.opportunity.verdicts, calendar] } }
  }

  #gone(watched: Watched, nowMs: Millis): void {
    const { market } = watched
    this.#showing.delete(watched)
    this.opportunities.gone(market, nowMs)
    this.#options.onGone(market.id)
  }

  /** What was seen of a market is of another question, or nobody's. */
  #forget(kalshi: MarketId, nowMs: Millis): void {
    const watched = this.#index.ofMarket(kalshi)
    if (watched !== null) this.#gone(watched, nowMs)
  }
}
