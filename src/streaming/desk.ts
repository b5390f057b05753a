import type { BoxPair } from '../core/box/detect'
import { marketId, type Venue } from '../core/ids'
import type { Calendar } from '../core/market/calendar'
import type { Catalog } from '../ports/catalog'
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
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'limits and pairs could not be read again; the last ones stand')
    }
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

  async #list(venue: Venue, market: string, signal: AbortSignal): Promise<void> {
    const { catalogs, terms, log } = this.#options
    const listing = await catalogs[venue].listing(marketId(market), signal)
    if (!listing) return log.warn({ venue, market }, 'a pair names a market that its venue does not list; it is not traded')
    terms.tellListing(listing)
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
