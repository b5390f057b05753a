import type { Certificate } from '../core/box/certificate'
import type { BoxPair } from '../core/box/detect'
import { marketId, type MarketId, type Venue } from '../core/ids'
import { FOR_GOOD, type Calendar } from '../core/market/calendar'
import { millis, type Millis } from '../core/units'
import type { Catalog, Listing } from '../ports/catalog'
import type { MarketStatus } from '../core/market/event'
import type { FrameLog } from '../ports/frame-log'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { MarketFeed } from '../ports/feed'
import type { Limits } from '../core/risk/limits'
import type { Plan } from '../core/trade/plan'
import { RuleWatch, type RuleWatchOptions } from './audit/rules'
import type { Engine } from './engine'
import type { Release, Terms } from './terms'

/** A pair as the registry keeps it. */
export interface RegisteredPair {
  readonly id: BoxPair['id']
  readonly kalshiMarket: string
  readonly forecastexMarket: string
  readonly polarity: 'same' | 'opposite'
  readonly class: 'S0' | 'S1' | 'S1h' | 'S2' | 'S3'
  readonly approvedFor: 'none' | 'sim' | 'all'
  readonly version: number
  readonly states: NonNullable<Certificate['states']>
  /** null: no text was judged. */
  readonly rules: Certificate['rules'] | null
  /** null: with the markets themselves. */
  readonly expiresMs: Millis | null
}

export interface DeskOptions {
  readonly engine: Engine
  readonly terms: Terms
  readonly feeds: readonly MarketFeed[]
  readonly catalogs: Readonly<Record<Venue, Catalog>>
  readonly calendars: readonly Calendar[]
  readonly releases: readonly Release[]
  readonly frameLog: FrameLog
  readonly log: Log
  readonly nowMs: () => number
  readonly readPairs: () => Promise<readonly RegisteredPair[]>
  /** The pairs of which a trade runs, here or anywhere; what was just launched is among them. */
  readonly readTraded: () => Promise<readonly string[]>
  readonly readLimits: () => Promise<Limits>
  readonly suspend: RuleWatchOptions['suspend']
  /** Seen beside those of the pairs: where canaries of the kill drill are to rest. */
  readonly canaries: readonly Listed[]
}

/**
 * Rule texts, grids, states and fees of the listings are read again this often. A text may change without a message, and until it is read again its
 * pair trades by the former one; a hundred listings take half of this (audit/rules has how old a reading may be).
 */
const LISTINGS_EVERY_MS = 60_000
/** A catalogue that does not answer within this is asked again later. */
const LISTING_LIMIT_MS = 5_000
/** Listings are read for so long at each refresh, and on from there at the next: a hundred take half a minute, and limits and pairs do not wait. */
const LISTING_ROUND_MS = 5_000
/** One bad listing must not keep the others out; a venue that is down answers none. */
const LISTING_FAILURES_MAX = 3

/** A health page is asked for each second: what closes later than these can wait to be seen. */
const MARKETS_SHOWN = 100

/** A market's state and its times; `closeMs` is the latest one where it can close early. */
export interface MarketLife {
  readonly market: string
  readonly status: MarketStatus
  readonly openMs: number | null
  readonly closeMs: number
  readonly canCloseEarly: boolean
}

/** Whether a question of ForecastEx trades: what it is closed by (null: nothing) and until when (null: for good, or not told). */
export interface QuestionLife {
  readonly market: string
  readonly closedBy: string | null
  readonly untilMs: number | null
  readonly closeMs: number
}

/** What is traded: follows the registry, tells engine, feeds and terms, and leaves a `house` frame for everything that decides (design.md §7). */
export class Desk {
  readonly #options: DeskOptions
  #known = ''
  #listedAtMs = -Infinity
  /** Removed, and still told: a trade of theirs may run. */
  #leaving: readonly BoxPair[] = []
  /** Listings to be read, the next first. */
  #due: ReadonlyMap<string, Listed> = new Map()
  /** Those that could not be read when it was their turn. */
  readonly #failed = new Set<string>()
  /** Each listing was asked for once. */
  #isRead = false
  readonly #rules: RuleWatch
  pairs: readonly BoxPair[] = []

  constructor(options: DeskOptions) {
    this.#options = options
    this.#rules = new RuleWatch(options)
    options.terms.tellCalendars(options.calendars, options.releases)
  }

  /** The pairs are known, and what of them can be traded. A shard that was given none yet is as ready as it can be. */
  get isListed(): boolean {
    return this.#isRead
  }

  /** Reads limits and pairs again; a failed read leaves what was known. Never throws. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { readLimits, readPairs, terms, log, nowMs } = this.#options
    try {
      const limits = await readLimits()
      if (terms.tellLimits(limits)) this.#house('limits', limits)
      const registered = (await readPairs()).filter(({ approvedFor }) => approvedFor !== 'none')
      const fingerprint = JSON.stringify(registered)
      if (fingerprint !== this.#known) this.#watch(registered, fingerprint)
      else if (nowMs() - this.#listedAtMs > LISTINGS_EVERY_MS) this.#listAll()
      this.#listStale()
      await this.#readDue(signal)
      await this.#rules.look(this.pairs, signal)
      await this.#leave()
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'limits and pairs could not be read again; the last ones stand')
    }
  }

  /** Whether a granted trade may still send its first order: its markets ask what was judged, as far as was read or heard. */
  mayOpen(plan: Plan): boolean {
    return this.#rules.mayOpen(plan, this.pairs)
  }

  /** Kalshi's markets as they are now, those that close first: what status shows of their lives. */
  markets(): readonly MarketLife[] {
    const { engine, terms, nowMs } = this.#options
    const known = this.pairs.flatMap(({ kalshi }) => {
      const listing = terms.listing('kalshi', kalshi)
      if (!listing) return []
      const { market, openMs = null, closeMs, canCloseEarly = false } = listing
      return [{ market, status: engine.statusOf('kalshi', market, millis(nowMs())), openMs, closeMs, canCloseEarly }]
    })
    return known.toSorted((a, b) => a.closeMs - b.closeMs).slice(0, MARKETS_SHOWN)
  }

  /** ForecastEx's questions, those first that close first: whether they trade now. */
  questions(): readonly QuestionLife[] {
    const { terms, nowMs } = this.#options
    const known = this.pairs.flatMap(({ forecastex }) => terms.listing('forecastex', forecastex) ?? [])
    return known
      .toSorted((a, b) => a.closeMs - b.closeMs)
      .slice(0, MARKETS_SHOWN)
      .map((listing) => {
        const closure = terms.closedBy(listing, millis(nowMs()))
        const untilMs = closure === null || closure.untilMs === FOR_GOOD ? null : closure.untilMs
        return { market: listing.market, closedBy: closure?.what ?? null, untilMs, closeMs: listing.closeMs }
      })
  }

  /** A pair without its listings is watched and not judged. */
  #watch(registered: readonly RegisteredPair[], fingerprint: string): void {
    const { engine, terms, feeds } = this.#options
    const pairs = registered.map(toPair)
    this.#leaving = [...this.#leaving, ...this.pairs]
    this.pairs = pairs
    this.#known = fingerprint
    this.#house('pairs', pairs)
    engine.watch(pairs.map((pair) => ({ pair, terms: () => terms.of(pair) })))
    for (const feed of feeds) feed.watch(this.#wanted(pairs, feed.venue))
    this.#listAll()
  }

  /** A market is told until no trade of its removed pairs runs: a cure looks at its book. One that another pair names stays. */
  async #leave(): Promise<void> {
    if (this.#leaving.length === 0) return
    const traded = new Set(await this.#options.readTraded())
    const kept = this.#leaving.filter(({ id }) => traded.has(id))
    for (const feed of this.#options.feeds) {
      const wanted = new Set(this.#wanted([...this.pairs, ...kept], feed.venue))
      const markets = new Set(this.#leaving.map((pair) => marketOf(pair, feed.venue)))
      const gone = [...markets].filter((market) => !wanted.has(market))
      if (gone.length > 0) feed.unwatch?.(gone)
    }
    this.#leaving = kept
  }

  #wanted(pairs: readonly BoxPair[], venue: Venue): readonly MarketId[] {
    const canaries = this.#options.canaries.filter((each) => each.venue === venue)
    return [...pairs.map((pair) => marketOf(pair, venue)), ...canaries.map(({ market }) => market)]
  }

  /** Every listing is to be read, those that were never read before all others. */
  #listAll(): void {
    const all = this.#listed()
    const unread = all.filter(({ venue, market }) => this.#options.terms.listing(venue, market) === null)
    this.#due = queueOf([...unread, ...this.#due.values(), ...all])
    this.#listedAtMs = this.#options.nowMs()
  }

  /** What a venue has changed, or a time that has come: nothing opens there until it is read. One that has just failed waits for its turn. */
  #listStale(): void {
    const { terms, nowMs } = this.#options
    const watched = queueOf(this.#listed())
    const stale = [...terms.stale(millis(nowMs())), ...this.#closed()].map(({ venue, market }): Listed => ({ venue, market }))
    const next = stale.filter((each) => watched.has(keyOf(each)) && !this.#failed.has(keyOf(each)))
    this.#due = queueOf([...next, ...this.#due.values()].filter((each) => watched.has(keyOf(each))))
  }

  async #readDue(signal: AbortSignal): Promise<void> {
    const { nowMs, log } = this.#options
    const untilMs = nowMs() + LISTING_ROUND_MS
    const left = new Map(this.#due)
    const failed: Listed[] = []
    for (const [key, listed] of this.#due) {
      if (signal.aborted || nowMs() >= untilMs || failed.length >= LISTING_FAILURES_MAX) break
      left.delete(key)
      try {
        await withLimit([signal], LISTING_LIMIT_MS, (limit) => this.#list(listed, limit))
        this.#failed.delete(key)
      } catch (error) {
        failed.push(listed)
        this.#failed.add(key)
        if (!signal.aborted) log.warn({ ...listed, error: (error as Error).message }, 'a listing could not be read; it is tried again')
      }
    }
    this.#isRead ||= left.size === 0
    this.#due = queueOf([...left.values(), ...failed])
  }

  #listed(): readonly Listed[] {
    const ofPairs = this.pairs.flatMap(({ kalshi, forecastex }): Listed[] => [
      { venue: 'kalshi', market: kalshi },
      { venue: 'forecastex', market: forecastex },
    ])
    return [...ofPairs, ...this.#options.canaries]
  }

  /** Markets of Kalshi whose closing time has passed since they were read: it may have been moved, and no message is certain. Once each. */
  #closed(): readonly Listing[] {
    const { terms, nowMs } = this.#options
    return this.pairs
      .flatMap(({ kalshi }) => terms.listing('kalshi', kalshi) ?? [])
      .filter(({ status, closeMs, fees }) => status === 'open' && closeMs <= nowMs() && fees.fetchedAtMs < closeMs)
  }

  async #list({ venue, market }: Listed, signal: AbortSignal): Promise<void> {
    const { catalogs, terms, engine, log, nowMs } = this.#options
    const listing = await catalogs[venue].listing(market, signal)
    if (!listing) return log.warn({ venue, market }, 'a pair or a canary names a market that its venue does not list; it is not traded')
    engine.list(terms.tellListing(listing), listing.fees.fetchedAtMs)
    this.#house('listing', listing)
    // books that stood when nothing was known of their market, or it was in doubt, say nothing more
    for (const pair of this.pairs) if (marketOf(pair, venue) === market) engine.judgeAgain(pair.id, millis(nowMs()))
  }

  #house(what: string, body: unknown): void {
    this.#options.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: [what, body] })
  }
}

export type Listed = Pick<Listing, 'venue' | 'market'>
const keyOf = ({ venue, market }: Listed): string => `${venue}|${market}`
/** Each once, where it stands first. */
function queueOf(listings: readonly Listed[]): ReadonlyMap<string, Listed> {
  const queue = new Map<string, Listed>()
  for (const each of listings) if (!queue.has(keyOf(each))) queue.set(keyOf(each), each)
  return queue
}

const marketOf = (pair: BoxPair, venue: Venue): MarketId => (venue === 'kalshi' ? pair.kalshi : pair.forecastex)

const toPair = ({ id, kalshiMarket, forecastexMarket, states, rules, expiresMs, ...judged }: RegisteredPair): BoxPair => ({
  id,
  kalshi: marketId(kalshiMarket),
  forecastex: marketId(forecastexMarket),
  certificate: {
    id,
    class: judged.class,
    polarity: judged.polarity,
    approvedFor: judged.approvedFor === 'all' ? 'all' : 'sim',
    version: String(judged.version),
    ...(states.length > 0 ? { states } : {}),
    ...(rules ? { rules } : {}),
    ...(expiresMs === null ? {} : { expiresMs }),
  },
})
