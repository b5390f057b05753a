import type { BoxPair } from '../core/box/detect'
import { marketId, type Venue } from '../core/ids'
import type { Calendar } from '../core/market/calendar'
import { millis } from '../core/units'
import type { Catalog, Listing } from '../ports/catalog'
import type { MarketStatus } from '../core/market/event'
import type { FrameLog } from '../ports/frame-log'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { MarketFeed } from '../ports/feed'
import type { Limits } from '../core/risk/limits'
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
  readonly readLimits: () => Promise<Limits>
}

/** Prices, grids, states and fees of the listings are read again this often: fee terms older than a day price nothing. */
const LISTINGS_EVERY_MS = 600_000
/** A catalogue that does not answer within this is asked again at the next refresh. */
const LISTING_LIMIT_MS = 5_000

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

/** What is traded: follows the registry, tells engine, feeds and terms, and leaves a `house` frame for everything that decides (design.md §7). */
export class Desk {
  readonly #options: DeskOptions
  #known = ''
  #listedAtMs = -Infinity
  pairs: readonly BoxPair[] = []

  constructor(options: DeskOptions) {
    this.#options = options
    options.terms.tellCalendars(options.calendars, options.releases)
  }

  /** Reads limits and pairs again; a failed read leaves what was known. Never throws. */
  async refresh(signal: AbortSignal): Promise<void> {
    const { readLimits, readPairs, terms, log, nowMs } = this.#options
    try {
      const limits = await readLimits()
      if (terms.tellLimits(limits)) this.#house('limits', limits)
      const registered = (await readPairs()).filter(({ approvedFor }) => approvedFor !== 'none')
      const fingerprint = JSON.stringify(registered)
      if (fingerprint !== this.#known) await this.#watch(registered, fingerprint, signal)
      else if (nowMs() - this.#listedAtMs > LISTINGS_EVERY_MS) await this.#readListings(this.pairs, signal)
      else await this.#readStale(signal)
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'limits and pairs could not be read again; the last ones stand')
    }
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

  async #watch(registered: readonly RegisteredPair[], fingerprint: string, signal: AbortSignal): Promise<void> {
    const { engine, terms, feeds } = this.#options
    const pairs = registered.map(toPair)
    await this.#readListings(pairs, signal)
    this.pairs = pairs
    this.#known = fingerprint
    this.#house('pairs', pairs)
    engine.watch(pairs.map((pair) => ({ pair, terms: () => terms.of(pair) })))
    for (const feed of feeds) feed.watch(pairs.map((pair) => (feed.venue === 'kalshi' ? pair.kalshi : pair.forecastex)))
  }

  async #readListings(pairs: readonly BoxPair[], signal: AbortSignal): Promise<void> {
    await withLimit([signal], LISTING_LIMIT_MS, async (limit) => {
      for (const pair of pairs) {
        await this.#list('kalshi', pair.kalshi, limit)
        await this.#list('forecastex', pair.forecastex, limit)
      }
    })
    this.#listedAtMs = this.#options.nowMs()
  }

  /** What a venue has changed, or a time that has come: nothing opens there until it is read. */
  async #readStale(signal: AbortSignal): Promise<void> {
    const { terms, nowMs } = this.#options
    const stale = [...terms.stale(millis(nowMs())), ...this.#closed()]
    await withLimit([signal], LISTING_LIMIT_MS, async (limit) => {
      for (const { venue, market } of stale) await this.#list(venue, market, limit)
    })
  }

  /** Markets of Kalshi whose closing time has passed since they were read: it may have been moved, and no message is certain. Once each. */
  #closed(): readonly Listing[] {
    const { terms, nowMs } = this.#options
    return this.pairs
      .flatMap(({ kalshi }) => terms.listing('kalshi', kalshi) ?? [])
      .filter(({ status, closeMs, fees }) => status === 'open' && closeMs <= nowMs() && fees.fetchedAtMs < closeMs)
  }

  async #list(venue: Venue, market: string, signal: AbortSignal): Promise<void> {
    const { catalogs, terms, log } = this.#options
    const listing = await catalogs[venue].listing(marketId(market), signal)
    if (!listing) return log.warn({ venue, market }, 'a pair names a market that its venue does not list; it is not traded')
    terms.tellListing(listing)
    this.#options.engine.list(listing, listing.fees.fetchedAtMs)
    this.#house('listing', listing)
  }

  #house(what: string, body: unknown): void {
    this.#options.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: [what, body] })
  }
}

const toPair = ({ id, kalshiMarket, forecastexMarket, polarity, class: identity, approvedFor, version }: RegisteredPair): BoxPair => ({
  id,
  kalshi: marketId(kalshiMarket),
  forecastex: marketId(forecastexMarket),
  certificate: { id, class: identity, polarity, approvedFor: approvedFor === 'all' ? 'all' : 'sim', version: String(version) },
})
