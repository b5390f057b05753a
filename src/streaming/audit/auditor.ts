import { assertNever } from '../../core/assert'
import type { MarketId } from '../../core/ids'
import type { Book } from '../../core/market/book'
import type { FeedEvent } from '../../core/market/event'
import { formatPrice, formatQuantity, type BookIndex, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import { Look, type Depth, type Difference } from './look'
import { Rotation, type Standing } from './rotation'

/** A named budget: five hundredths of the smallest tier's reads (200 a second), so that cures and reconciliation never wait for the auditor. */
const READ_TOKENS_PER_MINUTE = 600
/** What one read of up to 100 books takes (kalshi §8). */
const TOKENS_PER_READ = 10
const READ_EVERY_MS = (60_000 * TOKENS_PER_READ) / READ_TOKENS_PER_MINUTE
/**
 * How much earlier than its request an answer may have been rendered, and how much later than a change our feed may hear of it. Within it the
 * venue's two doors may differ without either being wrong; a feed that is later than this for good is no feed to open on.
 */
const WINDOW_MS = 1_000
/** A feed that is alive says something twice a second; without a word for this long a look says nothing. */
const SILENCE_LIMIT_MS = 5_000
/** A hundred books take some hundred milliseconds; the client itself repeats reads within this. */
const READ_LIMIT_MS = 10_000
/** Between two looks at what is due. */
const POLL_MS = 250
/** Differences told in a reason: the rest is counted. */
const DIFFERENCES_TOLD = 3

export interface AuditorOptions {
  /** The markets whose books are kept, and of those the ones that are traded or nearly. */
  readonly watched: () => readonly MarketId[]
  readonly urgent: () => readonly MarketId[]
  /** `confirmedAtMs`: when the connection that tells the book was last heard; null: nobody tells it. */
  readonly bookOf: (market: MarketId) => { readonly index: BookIndex; readonly book: Book; readonly confirmedAtMs: Millis | null }
  /** Signed reads of at most 100 books; a market without an answer is left out. Unsigned ones come from a cache that is 15 s old. */
  readonly read: (markets: readonly MarketId[], signal: AbortSignal) => Promise<ReadonlyMap<MarketId, Depth>>
  /** Forgets these books and asks the feed for new snapshots. */
  readonly forget: (markets: readonly MarketId[]) => void
  /** Nothing opens in the market (null: at the venue) for this reason; null: it may again. */
  readonly bar: (market: MarketId | null, reason: string | null) => void
  readonly clock: Clock
  readonly log: Log
}

export interface AuditState {
  /** Requests, books compared, books that differed once, confirmed mismatches, looks that said nothing, reads without an answer. */
  readonly reads: number
  readonly books: number
  readonly differed: number
  readonly mismatches: number
  readonly void: number
  readonly unanswered: number
  readonly lastReadMs: number | null
  readonly degraded: readonly Standing[]
  /** Why the whole venue is not trusted; null: it is. */
  readonly venueReason: string | null
}

/**
 * Cross-checks our books against REST, a hundred at a time, again and again (execution.md §7: the auditor vouches for content). A market whose
 * book differs is barred from openings at once and read again at once. If it differs again its book is forgotten and told anew, and the market
 * stays degraded until it has been clean twice. Too many at a time degrade the venue.
 */
export class Auditor {
  readonly #options: AuditorOptions
  readonly #rotation = new Rotation()
  readonly #looks = new Map<BookIndex, Look>()
  readonly #counters = { reads: 0, books: 0, differed: 0, mismatches: 0, void: 0, unanswered: 0 }
  #lastReadMs: number | null = null
  #venueReason: string | null = null

  constructor(options: AuditorOptions) {
    this.#options = options
  }

  state(): AuditState {
    return { ...this.#counters, lastReadMs: this.#lastReadMs, degraded: this.#rotation.degraded(), venueReason: this.#venueReason }
  }

  /** Every event of the feed, in the turn in which the engine has accepted it. */
  hear(event: FeedEvent): void {
    if (event.kind === 'book') this.#looks.get(event.change.book)?.hear(event.change)
  }

  /** Until aborted. A read that fails is counted and tried again in its turn. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, watched, urgent, bar, log } = this.#options
    let notBeforeMs = 0
    while (!signal.aborted) {
      const nowMs = clock.nowMs()
      for (const market of this.#rotation.dropAllBut(new Set(watched()))) bar(market, null)
      const due = nowMs < notBeforeMs ? [] : this.#rotation.due(watched(), new Set(urgent()), nowMs)
      if (due.length === 0) {
        await clock.sleep(POLL_MS, signal)
        continue
      }
      notBeforeMs = nowMs + READ_EVERY_MS
      try {
        await this.#look(due, signal)
      } catch (error) {
        if (signal.aborted) return
        this.#counters.unanswered++
        log.warn({ markets: due.length, error: (error as Error).message }, 'books could not be read for the audit')
      } finally {
        this.#looks.clear()
      }
    }
  }

  /** One look at some markets. @throws what `read` throws */
  async #look(markets: readonly MarketId[], signal: AbortSignal): Promise<void> {
    const { clock, read, bookOf } = this.#options
    const unknown: MarketId[] = []
    for (const market of markets) {
      const { index, book } = bookOf(market)
      const look = new Look(book)
      if (!book.isLive) {
        look.spoil()
        unknown.push(market)
      }
      this.#looks.set(index, look)
      this.#rotation.tried(market, clock.nowMs())
    }
    await clock.sleep(WINDOW_MS, signal)
    this.#counters.reads++
    const told = await withLimit([signal], READ_LIMIT_MS, (limit) => read(markets, limit))
    this.#lastReadMs = clock.nowMs()
    const fromMs = this.#lastReadMs + WINDOW_MS
    await this.#hears(markets, fromMs, signal)
    for (const market of markets) this.#judge(market, this.#differences(market, told.get(market), fromMs))
    this.#looks.clear()
    this.#revive(unknown, fromMs)
    this.#judgeVenue()
  }

  /** A change that could not follow emptied a book (`Books.inconsistent`), and its session does not know: it is asked for again. */
  #revive(unknown: readonly MarketId[], fromMs: number): void {
    const dead = unknown.filter((market) => {
      const { book, confirmedAtMs } = this.#options.bookOf(market)
      return !book.isLive && confirmedAtMs !== null && confirmedAtMs >= fromMs
    })
    if (dead.length === 0) return
    this.#options.log.warn({ markets: dead.length }, 'books are not known although their connection is alive: they are asked for again')
    this.#options.forget(dead)
  }

  /** Waits by the feed's own time: then everything that the venue said before is heard, also in a process that was busy. */
  async #hears(markets: readonly MarketId[], fromMs: number, signal: AbortSignal): Promise<void> {
    const { clock, bookOf } = this.#options
    const untilMs = fromMs + SILENCE_LIMIT_MS
    const isLate = (market: MarketId): boolean => (bookOf(market).confirmedAtMs ?? fromMs) < fromMs
    while (clock.nowMs() < untilMs && markets.some(isLate)) await clock.sleep(POLL_MS, signal)
  }

  /** null: nothing can be said, because the book, its connection or the answer is missing. */
  #differences(market: MarketId, told: Depth | undefined, fromMs: number): readonly Difference[] | null {
    const { index, book, confirmedAtMs } = this.#options.bookOf(market)
    if (!told || !book.isLive || confirmedAtMs === null || confirmedAtMs < fromMs) return null
    return this.#looks.get(index)?.compare(told) ?? null
  }

  #judge(market: MarketId, differences: readonly Difference[] | null): void {
    const { log, clock, bar, forget } = this.#options
    if (differences === null) {
      this.#counters.void++
      return
    }
    this.#counters.books++
    const verdict = this.#rotation.judge(market, differences.length === 0 ? null : textOf(differences), clock.nowMs())
    switch (verdict.kind) {
      case 'unchanged':
        return undefined
      case 'suspect':
        this.#counters.differed++
        return bar(market, verdict.reason)
      case 'mismatch':
        this.#counters.mismatches++
        log.error({ market, differences: differences.slice(0, DIFFERENCES_TOLD) }, 'a book differs from REST: forgotten and read again')
        bar(market, verdict.reason)
        return forget([market])
      case 'lifted':
        log.info({ market }, 'a book agrees with REST again')
        return bar(market, null)
      default:
        return assertNever(verdict, 'verdict of a look')
    }
  }

  #judgeVenue(): void {
    const reason = this.#rotation.venueReason(this.#options.watched().length)
    if (reason === this.#venueReason) return
    if (reason !== null) this.#options.log.error({ reason }, 'the books of Kalshi are not trusted')
    this.#venueReason = reason
    this.#options.bar(null, reason)
  }
}

function textOf(differences: readonly Difference[]): string {
  const told = differences
    .slice(0, DIFFERENCES_TOLD)
    .map(
      ({ side, price, ours, theirs }) => `${side} ${formatPrice(price)}: ${formatQuantity(ours)} here, ${formatQuantity(theirs)} by REST`,
    )
  const more = differences.length - told.length
  return told.join('; ') + (more > 0 ? `; and ${more} more levels` : '')
}
