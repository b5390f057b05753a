import type { GameMapping } from '../../core/edge/games/game'
import { matchGames } from '../../core/edge/games/match'
import { winnerSeries } from '../../core/edge/games/series'
import { marketId, subjectId, type MarketId } from '../../core/ids'
import type { Millis } from '../../core/units'
import type { Listing } from '../../ports/catalog'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import type { Engine } from '../engine'
import type { Terms } from '../terms'
import type { EdgeDesk, ToldEdgeMarket } from './edge-desk'
import type { Listed } from './listed'
import type { Tellings } from './tellings'

/** One connection's worth of books, and the nearest starts: of a busy Saturday's college games all that begin within two days. */
export const WATCHED_MAX = 400
/** Contracts traded change with every minute, and decide little: markets are told again for them alone this often, for a capture keeps each telling. */
export const VOLUMES_EVERY_MS = 600_000
/** Composed anew this often where nothing has changed: a game begins. */
const COMPOSED_EVERY_MS = 60_000

/** A market of a game, with what it asks as far as it is known. */
export interface MappedMarket {
  readonly ticker: MarketId
  readonly mapping: GameMapping
}

export interface EdgeMarketsOptions {
  readonly edges: Pick<EdgeDesk, 'watch'>
  readonly terms: Pick<Terms, 'tellListing'>
  readonly engine: Pick<Engine, 'list'>
  readonly feed: MarketFeed
  readonly tellings: Tellings
  /** Whether somebody else needs the market's book: a box, or a trade of ours that goes on. */
  readonly isNeeded: (market: MarketId) => boolean
  readonly frameLog: FrameLog
}

interface Series {
  readonly sports: readonly string[]
  listed: readonly Listed[]
  mappings: readonly GameMapping[]
  /** Its markets, or what is known of its games, changed since it was matched. */
  isChanged: boolean
}

/**
 * Which of Kalshi's markets are watched for edges: those on games that the resolver confirms, the nearest starts first. Everything that decides is in the
 * capture before it acts, as pairs and listings are: the same frames watch the same markets. Synchronous; who reads the catalogue tells it.
 */
export class EdgeMarkets {
  readonly #options: EdgeMarketsOptions
  readonly #series = new Map<string, Series>()
  #watched: ReadonlyMap<MarketId, ToldEdgeMarket> = new Map()
  /** Of the last telling, without the volumes. */
  #told = '[]'
  #toldMs = -Infinity
  #composedMs = -Infinity

  constructor(series: readonly string[], options: EdgeMarketsOptions) {
    this.#options = options
    for (const name of series) {
      const winners = winnerSeries(name)
      const sports = typeof winners === 'string' ? [] : winners.sports
      this.#series.set(name, { sports, listed: [], mappings: [], isChanged: false })
    }
  }

  get watched(): ReadonlyMap<MarketId, ToldEdgeMarket> {
    return this.#watched
  }
  /** Open markets of all series, and events by how sure the resolver is. */
  get counts(): { readonly listed: number; readonly confirmed: number; readonly review: number } {
    const all = [...this.#series.values()]
    const events = (status: GameMapping['status']): number =>
      all.reduce((sum, { mappings }) => sum + mappings.filter((mapping) => mapping.status === status).length, 0)
    return { listed: all.reduce((sum, { listed }) => sum + listed.length, 0), confirmed: events('confirmed'), review: events('review') }
  }

  /** What a series lists now. */
  list(name: string, listed: readonly Listed[]): void {
    const series = this.#series.get(name)
    if (!series) return
    series.isChanged ||= asking(series.listed) !== asking(listed)
    series.listed = listed
  }

  /** The source says something new of a sport's games. */
  hear(sport: string): void {
    for (const series of this.#series.values()) series.isChanged ||= series.sports.includes(sport)
  }

  /** Matches what has changed, a series at a time, and watches what that comes to. @returns whether more than a series waits to be matched. */
  refresh(nowMs: Millis): boolean {
    const changed = [...this.#series.values()].filter(({ isChanged }) => isChanged)
    const [next] = changed
    if (next) {
      next.isChanged = false
      const markets = next.listed.map(({ market }) => market)
      next.mappings = matchGames(markets, this.#options.tellings.ofSports(next.sports))
    }
    if (next || nowMs - this.#composedMs >= COMPOSED_EVERY_MS || nowMs < this.#composedMs) this.#compose(nowMs)
    return changed.length > 1
  }

  /** Every open market on a game that the source lists, confirmed or to be reviewed. */
  mapped(): readonly MappedMarket[] {
    return [...this.#series.values()].flatMap(({ mappings }) =>
      mappings.flatMap((mapping) => Object.keys(mapping.yesTeams).map((ticker) => ({ ticker: marketId(ticker), mapping }))),
    )
  }

  /** What the catalogue says of a watched market: terms and times. */
  tell(listing: Listing): void {
    const { terms, engine, frameLog } = this.#options
    frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['listing', listing] })
    engine.list(terms.tellListing(listing), listing.fees.fetchedAtMs)
  }

  #compose(nowMs: Millis): void {
    this.#composedMs = nowMs
    const markets = [...this.#series.values()]
      .flatMap((series) => this.#candidates(series, nowMs))
      .toSorted((a, b) => (a.mapping.startMs ?? 0) - (b.mapping.startMs ?? 0) || (a.kalshi < b.kalshi ? -1 : 1))
      .slice(0, WATCHED_MAX)
    const asked = JSON.stringify(markets.map(({ volume: _volume, ...market }) => market))
    const isDue = markets.length > 0 && nowMs - this.#toldMs >= VOLUMES_EVERY_MS
    if (asked === this.#told && !isDue) return
    this.#told = asked
    this.#toldMs = nowMs
    this.#watch(markets)
  }

  /** Only what is confirmed may trade, and nothing in play. */
  #candidates({ listed, mappings }: Series, nowMs: Millis): readonly ToldEdgeMarket[] {
    const byTicker = new Map(listed.map((each) => [each.market.ticker, each]))
    return mappings
      .filter(({ status, startMs }) => status === 'confirmed' && startMs !== null && startMs > nowMs)
      .flatMap((mapping) =>
        Object.keys(mapping.yesTeams).flatMap((ticker): ToldEdgeMarket[] => {
          const found = byTicker.get(ticker)
          if (!found || found.closeMs <= nowMs) return []
          return [{ id: subjectId(ticker), kalshi: marketId(ticker), title: found.market.title, mapping, volume: found.volume }]
        }),
      )
  }

  #watch(markets: readonly ToldEdgeMarket[]): void {
    const { edges, feed, frameLog, isNeeded } = this.#options
    const before = this.#watched
    this.#watched = new Map(markets.map((market) => [market.kalshi, market]))
    const { recvMs } = frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: ['edges', markets] })
    edges.watch(markets, recvMs)
    // again all of them: a pair that was given up may have taken one of their books along
    feed.watch([...this.#watched.keys()])
    const gone = [...before.keys()].filter((market) => !this.#watched.has(market) && !isNeeded(market))
    if (gone.length > 0) feed.unwatch?.(gone)
  }
}

/** What decides how markets are matched. */
const asking = (listed: readonly Listed[]): string => JSON.stringify(listed.map(({ market, closeMs }) => [market, closeMs]))
