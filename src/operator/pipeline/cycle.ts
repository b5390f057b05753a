import { detectEdge } from '../../core/edge/detect'
import type { EdgeFinding, EdgeInput } from '../../core/edge/finding'
import type { GameMapping } from '../../core/edge/games/game'
import { matchGames } from '../../core/edge/games/match'
import { winnerSeries } from '../../core/edge/games/series'
import { EdgeIndex, type Watched } from '../../core/edge/index'
import type { OddsGame } from '../../core/edge/odds'
import type { EdgeRules, EdgeSettings } from '../../core/edge/profile'
import { signalOf, type SignalDocument } from '../../core/edge/signal'
import { marketId, subjectId } from '../../core/ids'
import { Book } from '../../core/market/book'
import type { Level } from '../../core/market/event'
import type { Mode } from '../../core/trade/plan'
import { bookIndex, NO_MONEY, type Millis } from '../../core/units'
import { heldLooks, type HeldLook } from './held'
import type { Top, World, WorldMarket } from './world'

/** A game of yesterday still tells which of two is today's: for so long after its close, or its start, it counts. */
const KEPT_AFTER_CLOSE_MS = 36 * 3_600_000
const NS_PER_MS = 1_000_000
export const STAGES = ['scan', 'map', 'lookup', 'detect', 'signal'] as const
export type Stage = (typeof STAGES)[number]

export interface CycleSettings {
  readonly mode: Mode
  readonly settings: EdgeSettings
  readonly rules: EdgeRules
  /** Monotonic nanoseconds: only the stages are timed by it. */
  readonly monoNs: () => bigint
}

export interface CycleStatistics {
  /** Markets on the winner of a game, open or lately closed, of all that are listed. */
  readonly scanned: number
  readonly listed: number
  /** Of those, by what the resolver says of their event. */
  readonly mapped: { readonly confirmed: number; readonly review: number; readonly none: number }
  /** Open ones of a confirmed event, what is left of them with odds, and with a consensus. */
  readonly lookedAt: number
  readonly withOdds: number
  readonly withConsensus: number
  /** Looks without an edge. */
  readonly none: number
  /** Edges that would be traded, by tier of confidence. */
  readonly signals: Readonly<Record<string, number>>
  /** Looks that were refused, by check. */
  readonly refused: Readonly<Record<string, number>>
  readonly stageMs: Readonly<Record<Stage, number>>
  readonly totalMs: number
}
export interface Cycle {
  readonly statistics: CycleStatistics
  readonly mappings: readonly GameMapping[]
  /** What would be traded, and what showed an edge and is refused. */
  readonly signals: readonly SignalDocument[]
  readonly held: readonly HeldLook[]
}

interface Scanned {
  readonly market: WorldMarket
  readonly book: Book
}
interface Candidate {
  readonly watched: Watched
  readonly input: EdgeInput
}
interface Looked {
  readonly input: EdgeInput
  readonly finding: EdgeFinding
}

/**
 * The cycle scan → map → lookup → detect → signal over what the stores have: as the streaming process judges, without what only it knows (levels behind the
 * best one, bars). Between cycles it remembers what that does: the consensus of odds that are the same and not too old, and what an edge is confirmed by;
 * and the starts that the source has told.
 */
export class Pipeline {
  readonly #options: CycleSettings
  readonly #index = new EdgeIndex()
  /** Every start that was told, without lines: the first one is the schedule. */
  readonly #tellings = new Map<string, OddsGame>()
  #mapped: { readonly of: readonly WorldMarket[]; readonly mappings: readonly GameMapping[] } | null = null

  constructor(options: CycleSettings) {
    this.#options = options
  }

  /** One pass. Pure but for what it remembers. */
  run(world: World): Cycle {
    const watch = new StageWatch(this.#options.monoNs)
    const scanned = watch.time('scan', () => scan(world))
    const mappings = watch.time('map', () => this.#map(world, scanned))
    const candidates = watch.time('lookup', () => this.#lookup(world, scanned, mappings))
    const looked = watch.time('detect', () => candidates.map(detect))
    const signals = watch.time('signal', () => looked.flatMap(documentOf))
    const held = heldLooks(world.held, new Map(looked.map(({ input }) => [input.market.kalshi, input])))
    return { statistics: { ...statisticsOf(world, scanned, mappings, looked), ...watch.times() }, mappings, signals, held }
  }

  /** What was listed and told before is mapped as before. */
  #map(world: World, scanned: readonly Scanned[]): readonly GameMapping[] {
    const isNews = this.#hear(world)
    const of = scanned.map(({ market }) => market)
    if (isNews || this.#mapped === null || !sameQuestions(this.#mapped.of, of))
      this.#mapped = { of, mappings: matchGames(of, [...this.#tellings.values()]) }
    return this.#mapped.mappings
  }

  /** @returns whether something was told that was not known, or is of the past now. */
  #hear({ games, nowMs }: World): boolean {
    const isPast = ({ commenceMs }: OddsGame): boolean => commenceMs !== null && commenceMs < nowMs - KEPT_AFTER_CLOSE_MS
    let isNews = false
    for (const [key, game] of this.#tellings) if (isPast(game)) isNews = this.#tellings.delete(key)
    for (const game of games) {
      const key = `${game.eventId}|${game.homeTeam}|${game.awayTeam}|${game.commenceMs ?? ''}`
      if (this.#tellings.has(key) || isPast(game)) continue
      this.#tellings.set(key, { ...game, lines: [] })
      isNews = true
    }
    return isNews
  }

  /** Each open market whose event was found, with what the books think of its YES. What was not looked at in a cycle is forgotten. */
  #lookup(world: World, scanned: readonly Scanned[], mappings: readonly GameMapping[]): readonly Candidate[] {
    const byEvent = new Map(mappings.map((mapping) => [mapping.kalshiEvent, mapping]))
    const games = new Map(world.games.map((game) => [game.eventId, game]))
    const candidates = scanned.flatMap(({ market, book }) => {
      const mapping = byEvent.get(market.eventTicker)
      if (mapping?.status !== 'confirmed' || market.status !== 'open') return []
      const watched = this.#watch(market, mapping)
      const odds = mapping.oddsEventId === null ? undefined : games.get(mapping.oddsEventId)
      if (odds && (odds.fetchedMs !== watched.odds?.fetchedMs || watched.isAged(world.nowMs, this.#options.settings)))
        watched.told(odds, world.nowMs, this.#options.settings)
      return [{ watched, input: this.#inputOf(world, market, book, watched) }]
    })
    const wanted = new Set(candidates.map(({ watched }) => watched))
    for (const watched of [...this.#index.all()]) if (!wanted.has(watched)) this.#index.remove(watched.market.kalshi)
    return candidates
  }

  /** Anew where it is mapped to something else. */
  #watch({ ticker, title }: WorldMarket, mapping: GameMapping): Watched {
    const before = this.#index.ofMarket(ticker)
    if (before !== null && sameMapping(before.market.mapping, mapping)) return before
    return this.#index.set({ id: subjectId(ticker), kalshi: marketId(ticker), title, mapping })
  }

  #inputOf(world: World, market: WorldMarket, book: Book, { market: of, odds, consensus, birth }: Watched): EdgeInput {
    const { mode, rules, settings } = this.#options
    const { nowMs, equity, cash, limits, spent, confirmedAtMs } = world
    const { fees, bands, volume, status, top } = market
    // field by field: spreads of this many cost more than the judgement of the market
    return {
      market: of,
      odds,
      consensus,
      birth,
      mode,
      book,
      fees,
      bands,
      volume,
      status,
      rules,
      equity,
      cash,
      limits,
      nowMs,
      confirmedAtMs,
      movedAtMs: top?.atMs ?? null,
      bar: null,
      spent: { event: spent.byEvent.get(market.eventTicker) ?? NO_MONEY, day: spent.day },
      policy: settings.policy,
    }
  }
}

function detect({ watched, input }: Candidate): Looked {
  const finding = detectEdge(input)
  watched.looked(finding)
  return { input, finding }
}

/** Nothing that a mapping is made of has changed. */
const sameQuestions = (before: readonly WorldMarket[], now: readonly WorldMarket[]): boolean =>
  before.length === now.length &&
  now.every((market, i) => {
    const other = before[i]
    return (
      other?.ticker === market.ticker &&
      other.title === market.title &&
      other.subtitle === market.subtitle &&
      other.rulesPrimary === market.rulesPrimary &&
      other.rulesSecondary === market.rulesSecondary
    )
  })
const sameMapping = (before: GameMapping, now: GameMapping): boolean => before === now || JSON.stringify(before) === JSON.stringify(now)

function scan({ markets, nowMs }: World): readonly Scanned[] {
  return markets
    .filter(({ seriesTicker, status, closeMs }) => typeof winnerSeries(seriesTicker) !== 'string' && isOfToday(status, closeMs, nowMs))
    .map((market) => ({ market, book: bookOf(market, nowMs) }))
}
/** What closed long ago tells nothing of a game to come. */
const isOfToday = (status: WorldMarket['status'], closeMs: Millis, nowMs: Millis): boolean =>
  status === 'open' || status === 'paused' || closeMs > nowMs - KEPT_AFTER_CLOSE_MS

/** A book of the best prices alone; of a market without a top it is not live, and so refused. */
function bookOf({ top, bands }: WorldMarket, nowMs: Millis): Book {
  const book = new Book()
  if (bands.length > 0) book.fit(bands)
  if (top !== null) book.apply({ book: bookIndex(0), op: 'replace', bids: levels(top, 'bid'), asks: levels(top, 'ask') }, 1, nowMs)
  return book
}
const levels = (top: Top, side: 'bid' | 'ask'): readonly Level[] => (top[side] === null ? [] : [top[side]])

/** A document of what showed an edge: a signal where it would be traded. */
function documentOf({ finding }: Looked): readonly SignalDocument[] {
  if (finding.kind === 'none' || finding.edge === null || finding.edge <= NO_MONEY) return []
  const document = signalOf(finding)
  return document === null ? [] : [document]
}

function statisticsOf(
  { markets }: World,
  scanned: readonly Scanned[],
  mappings: readonly GameMapping[],
  looked: readonly Looked[],
): Omit<CycleStatistics, 'stageMs' | 'totalMs'> {
  const statusOf = new Map(mappings.map(({ kalshiEvent, status }) => [kalshiEvent, status]))
  const mapped = { confirmed: 0, review: 0, none: 0 }
  for (const { market } of scanned) mapped[statusOf.get(market.eventTicker) ?? 'none']++
  return {
    scanned: scanned.length,
    listed: markets.length,
    mapped,
    lookedAt: looked.length,
    withOdds: looked.filter(({ input }) => input.odds !== null).length,
    withConsensus: looked.filter(({ input }) => input.consensus.kind === 'consensus').length,
    none: looked.filter(({ finding }) => finding.kind === 'none').length,
    signals: countsOf(looked.flatMap(({ finding }) => (finding.kind === 'found' ? [finding.confidence.tier] : []))),
    refused: countsOf(looked.flatMap(({ finding }) => (finding.kind === 'refused' ? [finding.reason] : []))),
  }
}

/** The most frequent first. */
function countsOf(names: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a))
}

/** What each stage took. */
class StageWatch {
  readonly #monoNs: () => bigint
  readonly #startedNs: bigint
  readonly #ns = new Map<Stage, bigint>()

  constructor(monoNs: () => bigint) {
    this.#monoNs = monoNs
    this.#startedNs = monoNs()
  }

  time<T>(stage: Stage, work: () => T): T {
    const startedNs = this.#monoNs()
    const result = work()
    this.#ns.set(stage, this.#monoNs() - startedNs)
    return result
  }

  times(): Pick<CycleStatistics, 'stageMs' | 'totalMs'> {
    const stageMs = Object.fromEntries(STAGES.map((stage) => [stage, msOf(this.#ns.get(stage) ?? 0n)])) as Record<Stage, number>
    return { stageMs, totalMs: msOf(this.#monoNs() - this.#startedNs) }
  }
}
const msOf = (ns: bigint): number => Number(ns) / NS_PER_MS

/** What a confirmed or doubtful event says of each of its markets, for the cache. */
export const mappedMarkets = (
  mappings: readonly GameMapping[],
): readonly {
  readonly ticker: string
  readonly mapping: GameMapping
  readonly eventId: string
  readonly sport: string
  readonly yesTeam: string
}[] =>
  mappings.flatMap((mapping) => {
    const { status, oddsEventId: eventId, sport, yesTeams } = mapping
    if (status === 'none' || eventId === null || sport === null) return []
    return Object.entries(yesTeams).map(([ticker, yesTeam]) => ({ ticker, mapping, eventId, sport, yesTeam }))
  })
