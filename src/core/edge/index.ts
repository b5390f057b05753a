import type { MarketId } from '../ids'
import type { Book } from '../market/book'
import type { Millis, Price } from '../units'
import { adjustForTie, CONSENSUS_REFUSALS, consensusOf, type ConsensusResult } from './consensus/consensus'
import { birthOf, type Birth, type EdgeFinding, type EdgeMarket } from './finding'
import type { GameMapping } from './games/game'
import type { OddsGame } from './odds'
import { consensusPolicyAt, type EdgeSettings } from './profile'

/** Nothing is known of the game yet. */
const UNTOLD: ConsensusResult = {
  kind: 'none',
  reason: CONSENSUS_REFUSALS.noLines,
  detail: 'the source has told nothing of the game',
  dropped: [],
}

/**
 * One market of a game, and what is remembered of it between two looks: the odds and what they come to, which change once a minute, so that a change of
 * the book, which comes many times a second, costs no consensus.
 */
export class Watched {
  readonly market: EdgeMarket
  odds: OddsGame | null = null
  /** Of the outcome that YES pays for. */
  consensus: ConsensusResult = UNTOLD
  /** When it was thought; null: never. */
  thoughtMs: Millis | null = null
  /** When the best bid or ask was last another one; null: no quote was seen yet. */
  movedAtMs: Millis | null = null
  birth: Birth | null = null
  #bid: Price | null = null
  #ask: Price | null = null

  constructor(market: EdgeMarket) {
    this.market = market
  }

  /** To be told of every change of the book. @returns whether the best prices are other ones: only then may another edge be there. */
  quoted(book: Book, atMs: Millis): boolean {
    const bid = book.bestPrice('bid')
    const ask = book.bestPrice('ask')
    if (bid === this.#bid && ask === this.#ask) return false
    this.#bid = bid
    this.#ask = ask
    this.movedAtMs = atMs
    return true
  }

  /** Odds came, or those there are have aged: what the books think now. Those of another game and an older fetch change nothing. */
  told(odds: OddsGame, nowMs: Millis, settings: EdgeSettings): void {
    if (odds.eventId !== this.market.mapping.oddsEventId || odds.fetchedMs < (this.odds?.fetchedMs ?? -Infinity)) return
    this.odds = odds
    this.consensus = consensusFor(this.market, odds, nowMs, settings)
    this.thoughtMs = nowMs
  }

  /** A line of the consensus is too old now: without it there may be another one, or none. */
  isAged(nowMs: Millis, settings: EdgeSettings): boolean {
    if (this.odds === null || this.consensus.kind === 'none') return false
    const { maxAgeMs } = consensusPolicyAt(settings, { sport: this.odds.sport, startMs: this.market.mapping.startMs }, nowMs)
    return nowMs - this.consensus.oldestMs > maxAgeMs
  }

  /** After each look. */
  looked(finding: EdgeFinding): void {
    this.birth = birthOf(this.birth, finding)
  }
}

/** Of a market, what its consensus is about. */
export interface AskedOfBooks {
  readonly kalshi: string
  readonly mapping: Pick<GameMapping, 'oddsEventId' | 'yesTeams' | 'startMs' | 'tie'>
}

/** What the books of a game think of a market's YES, a tie counted as the market pays it (market-math §5). */
export function consensusFor(market: AskedOfBooks, odds: OddsGame, nowMs: Millis, settings: EdgeSettings): ConsensusResult {
  const { mapping, kalshi } = market
  const outcome = Object.hasOwn(mapping.yesTeams, kalshi) ? mapping.yesTeams[kalshi] : undefined
  if (outcome === undefined || mapping.oddsEventId !== odds.eventId) return UNTOLD
  const policy = consensusPolicyAt(settings, { sport: odds.sport, startMs: mapping.startMs }, nowMs)
  const found = consensusOf(odds, outcome, nowMs, policy)
  if (found.kind === 'none') return found
  const paid = tieCounted(mapping, odds.sport, settings)
  return { ...found, probability: paid(found.probability), lower: paid(found.lower), upper: paid(found.upper) }
}

/** What a YES is worth by a probability that books quote with ties refunded: as often as the sport has one, and as the market pays it. */
export function tieCounted(
  { tie }: Pick<GameMapping, 'tie'>,
  sport: string,
  { tieProbability }: Pick<EdgeSettings, 'tieProbability'>,
): (probability: number) => number {
  if (tie === 'none' || tie.value === 'unknown') return (probability) => probability
  const { value } = tie
  const often = Object.hasOwn(tieProbability, sport) ? tieProbability[sport] : tieProbability['other']
  return (probability) => adjustForTie(probability, often ?? 0, value)
}

const NOBODY: ReadonlySet<Watched> = new Set()

/** Which markets have to be looked at when the odds of a game change, and which one when a book does. */
export class EdgeIndex {
  readonly #byMarket = new Map<string, Watched>()
  readonly #byEvent = new Map<string, Set<Watched>>()

  /** A market is listed, or mapped anew: what was remembered of another mapping is of another question, and forgotten. */
  set(market: EdgeMarket): Watched {
    const before = this.#byMarket.get(market.kalshi)
    if (before !== undefined) {
      if (before.market === market) return before
      this.remove(market.kalshi)
    }
    const watched = new Watched(market)
    this.#byMarket.set(market.kalshi, watched)
    const { oddsEventId } = market.mapping
    if (oddsEventId !== null) this.#ofEvent(oddsEventId).add(watched)
    return watched
  }

  remove(kalshi: MarketId): void {
    const watched = this.#byMarket.get(kalshi)
    if (watched === undefined) return
    this.#byMarket.delete(kalshi)
    const { oddsEventId } = watched.market.mapping
    const event = oddsEventId === null ? undefined : this.#byEvent.get(oddsEventId)
    event?.delete(watched)
    if (oddsEventId !== null && event?.size === 0) this.#byEvent.delete(oddsEventId)
  }

  /** Whose book it is; null: nobody watches it. */
  ofMarket(kalshi: string): Watched | null {
    return this.#byMarket.get(kalshi) ?? null
  }

  /** All markets on the winner of a game, by the id that the source of odds gives it. */
  ofEvent(oddsEventId: string): ReadonlySet<Watched> {
    return this.#byEvent.get(oddsEventId) ?? NOBODY
  }

  all(): IterableIterator<Watched> {
    return this.#byMarket.values()
  }
  get size(): number {
    return this.#byMarket.size
  }

  #ofEvent(oddsEventId: string): Set<Watched> {
    const known = this.#byEvent.get(oddsEventId)
    if (known !== undefined) return known
    const made = new Set<Watched>()
    this.#byEvent.set(oddsEventId, made)
    return made
  }
}
