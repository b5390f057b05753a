import type { MarketId } from '../../core/ids'
import type { BarChange, OpeningBar } from '../../core/market/bars'
import type { FeedEvent } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Desk } from '../desk'
import type { Shard } from '../shard'
import { Auditor, type AuditState } from './auditor'
import type { Depth } from './look'

/** A venue changes its interface with weeks of notice, and a key its scopes by a person's hand. */
const INSPECT_EVERY_MS = 3_600_000
/** While something forbids openings, or the venue did not answer: some two dozen reads, a fifth of what the smallest tier may read meanwhile. */
const INSPECT_AGAIN_MS = 5_000
/** A dozen reads, each with its repeats. */
const INSPECT_LIMIT_MS = 60_000

/** What an inspection of a venue's answers and our account came to. */
export interface Inspection {
  /** One sentence each; any of them forbids openings. */
  readonly refusals: readonly string[]
  readonly notices: readonly string[]
  /** Until the key may no longer trade every category; null: not told. */
  readonly attestationEndsMs: number | null
  readonly clockOffsetMs: number
}

/** What a venue session offers to whoever looks after it. */
export interface Overseen {
  /** At most 100 books by signed reads. @throws when the venue does not answer */
  readBooks(markets: readonly MarketId[], signal: AbortSignal): Promise<ReadonlyMap<MarketId, Depth>>
  /** Has the feed ask for new snapshots. */
  reread(markets: readonly MarketId[]): void
  /** @throws when the venue does not answer */
  inspect(signal: AbortSignal): Promise<Inspection>
  /** Reads again when the venue does not trade. Never throws. */
  refreshCalendar(signal: AbortSignal): Promise<void>
  /** How many frames were read by the scanner ("scanned"), and how many by the general parser, by the reason. */
  scanned(): Readonly<Record<string, number>>
}
export interface OversightOptions {
  readonly shard: Pick<Shard, 'engine' | 'terms' | 'near'>
  readonly desk: Pick<Desk, 'pairs'>
  readonly directory: BookDirectory
  readonly kalshi: Overseen
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
}

/** What looks after the venues' own words: books by the auditor, answers and account by inspection. Whatever it finds forbids openings, and nothing else. */
export class Oversight {
  readonly auditor: Auditor
  readonly #options: OversightOptions
  inspection: Inspection | null = null

  constructor(options: OversightOptions) {
    const { shard, desk, directory, kalshi, clock, log } = options
    this.#options = options
    this.auditor = new Auditor({
      watched: () => [...new Set(desk.pairs.map((pair) => pair.kalshi))],
      urgent: () => shard.near(),
      bookOf(market) {
        const index = directory.indexOf('kalshi', market, 'yes')
        const { books } = shard.engine
        return { index, book: books.at(index), confirmedAtMs: books.bookConfirmedAtMs(index) }
      },
      read: (markets, signal) => kalshi.readBooks(markets, signal),
      forget: (markets) => this.#forget(markets),
      bar: (market, reason) => this.#bar({ venue: 'kalshi', market, by: 'audit', reason }),
      clock,
      log,
    })
  }

  /** One event of a feed, in the turn in which it arrives. */
  accept(event: FeedEvent): void {
    const { terms, engine } = this.#options.shard
    terms.hear(event)
    engine.accept(event)
    this.auditor.hear(event)
  }

  /** Until aborted. Nothing opens before the first inspection. */
  async run(signal: AbortSignal): Promise<void> {
    this.#bar({ venue: 'kalshi', market: null, by: 'inspection', reason: 'Kalshi has not been inspected yet' })
    await Promise.all([this.auditor.run(signal), this.#inspectAgain(signal)])
  }

  /** For the health page. */
  state(): { readonly bars: readonly OpeningBar[]; readonly audit: AuditState; readonly inspection: Inspection | null } {
    return { bars: this.#options.shard.engine.bars(), audit: this.auditor.state(), inspection: this.inspection }
  }

  async #inspectAgain(signal: AbortSignal): Promise<void> {
    const { clock, kalshi } = this.#options
    while (!signal.aborted) {
      const isGood = await this.inspect(signal)
      await kalshi.refreshCalendar(signal)
      await clock.sleep(isGood ? INSPECT_EVERY_MS : INSPECT_AGAIN_MS, signal)
    }
  }

  /** @returns whether the venue answered and nothing forbids openings. */
  async inspect(signal: AbortSignal): Promise<boolean> {
    const { kalshi, log } = this.#options
    try {
      this.inspection = await withLimit([signal], INSPECT_LIMIT_MS, (limit) => kalshi.inspect(limit))
    } catch (error) {
      if (!signal.aborted) log.warn({ error: (error as Error).message }, 'Kalshi could not be inspected; what was found before stands')
      return false
    }
    const { refusals, notices } = this.inspection
    for (const notice of notices) log.warn({ venue: 'kalshi' }, notice)
    this.#bar({ venue: 'kalshi', market: null, by: 'inspection', reason: refusals.length === 0 ? null : refusals.join('; ') })
    return refusals.length === 0
  }

  /** In the capture first: a replay must decide the same. */
  #bar(change: BarChange): void {
    const { shard, log } = this.#options
    if (!shard.engine.bar(change)) return
    this.#stamp('bar', change)
    const { reason, ...where } = change
    if (reason === null) log.info(where, 'openings are permitted again')
    else log.error({ ...where, reason }, 'nothing opens')
  }

  #forget(markets: readonly MarketId[]): void {
    const { shard, kalshi } = this.#options
    shard.engine.forget('kalshi', markets, this.#stamp('forget', { venue: 'kalshi', markets }))
    kalshi.reread(markets)
  }

  #stamp(what: string, body: unknown): ReturnType<FrameLog['stamp']> {
    return this.#options.frameLog.stamp({ venue: 'house', conn: 0, dir: 'in', payload: [what, body] })
  }
}
