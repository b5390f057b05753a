import type { MarketId } from '../../core/ids'
import type { Millis } from '../../core/units'
import type { QuestionCatalog } from '../../ports/catalog'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Terms } from '../terms'
import { openOf } from './listed'
import type { EdgeMarkets } from './markets'

/** What is listed, and what it asks, is read again this often at the most. */
const SERIES_EVERY_MS = 60_000
/** A season of one league is a dozen pages. */
const SERIES_LIMIT_MS = 30_000
/** Fees must be known within a day; what the venue changes meanwhile it tells, and is then read at once. */
const LISTING_EVERY_MS = 3_600_000
const LISTING_LIMIT_MS = 5_000
/** A market, or a series, that could not be read waits for so long. */
const AGAIN_MS = 15_000
/** Nothing to be read. */
const IDLE_MS = 250
/** Between two reads: of the account's budget of reads a third at the most is spent here, the rest is for the audit and for orders. */
const PAUSE_PER_READ = 2
const PAUSE_MIN_MS = 50

export interface CatalogueOptions {
  readonly series: readonly string[]
  readonly catalog: QuestionCatalog
  readonly markets: Pick<EdgeMarkets, 'list' | 'tell' | 'watched'>
  readonly terms: Pick<Terms, 'stale'>
  readonly clock: Clock
  readonly log: Log
}

/** Reads of Kalshi's catalogue for the markets that are watched for edges: one after the other, terms that trade first. */
export class Catalogue {
  readonly #options: CatalogueOptions
  /** When each series, and each watched market, is to be read. */
  readonly #seriesDueMs = new Map<string, number>()
  readonly #listingDueMs = new Map<MarketId, number>()
  readonly #failed = new Set<string>()

  constructor(options: CatalogueOptions) {
    this.#options = options
    for (const name of options.series) this.#seriesDueMs.set(name, -Infinity)
  }

  /** Until aborted. Never throws for what the venue answers. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      const beganNs = clock.monoNs()
      const hasRead = await this.#readNext(clock.nowMs(), signal)
      const tookMs = Number((clock.monoNs() - beganNs) / 1_000_000n)
      const pauseMs = hasRead ? Math.max(PAUSE_MIN_MS, tookMs * PAUSE_PER_READ) : IDLE_MS
      await clock.sleep(pauseMs, signal).catch(() => undefined) // the loop ends by the signal
    }
  }

  async #readNext(nowMs: Millis, signal: AbortSignal): Promise<boolean> {
    const market = this.#marketDue(nowMs)
    if (market !== undefined) {
      await this.#readListing(market, signal)
      return true
    }
    const [name] = [...this.#seriesDueMs].filter(([, dueMs]) => dueMs <= nowMs).toSorted(([, a], [, b]) => a - b)[0] ?? []
    if (name === undefined) return false
    await this.#readSeries(name, signal)
    return true
  }

  #marketDue(nowMs: Millis): MarketId | undefined {
    const { markets, terms } = this.#options
    for (const market of this.#listingDueMs.keys()) if (!markets.watched.has(market)) this.#listingDueMs.delete(market)
    for (const { venue, market } of terms.stale(nowMs))
      if (venue === 'kalshi' && markets.watched.has(market) && !this.#failed.has(market)) return market
    for (const market of markets.watched.keys()) if ((this.#listingDueMs.get(market) ?? -Infinity) <= nowMs) return market
    return undefined
  }

  async #readListing(market: MarketId, signal: AbortSignal): Promise<void> {
    const { catalog, markets, clock, log } = this.#options
    try {
      const listing = await withLimit([signal], LISTING_LIMIT_MS, (limit) => catalog.listing(market, limit))
      this.#failed.delete(market)
      this.#listingDueMs.set(market, clock.nowMs() + LISTING_EVERY_MS)
      if (listing) markets.tell(listing)
      else log.warn({ market }, 'Kalshi lists a market of a game no more: nothing opens there')
    } catch (error) {
      this.#listingDueMs.set(market, clock.nowMs() + AGAIN_MS)
      this.#missed(market, error as Error, signal)
    }
  }

  async #readSeries(name: string, signal: AbortSignal): Promise<void> {
    const { catalog, markets, clock } = this.#options
    try {
      const asked = await withLimit([signal], SERIES_LIMIT_MS, (limit) => catalog.asked(name, limit))
      this.#failed.delete(name)
      this.#seriesDueMs.set(name, clock.nowMs() + SERIES_EVERY_MS)
      markets.list(name, openOf(asked, clock.nowMs()))
    } catch (error) {
      this.#seriesDueMs.set(name, clock.nowMs() + AGAIN_MS)
      this.#missed(name, error as Error, signal)
    }
  }

  /** Said once, until it could be read again. */
  #missed(name: string, { message }: Error, signal: AbortSignal): void {
    if (!signal.aborted && !this.#failed.has(name))
      this.#options.log.warn({ name, error: message }, 'what Kalshi lists of games could not be read; it is asked again')
    this.#failed.add(name)
  }
}
