import { FAILURES } from '../../core/failures'
import type { MarketId, Venue } from '../../core/ids'
import type { BarChange, OpeningBar } from '../../core/market/bars'
import type { FeedEvent } from '../../core/market/event'
import type { Millis } from '../../core/units'
import type { BookDirectory } from '../../core/market/reference'
import type { Clock } from '../../ports/clock'
import type { FrameLog } from '../../ports/frame-log'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { Desk } from '../desk'
import type { EdgeDesk } from '../edges/edge-desk'
import type { Shard } from '../shard'
import { Auditor, type AuditState } from './auditor'
import type { Depth } from './look'
import { standstills, type ExchangeState } from './standstill'

/** A venue changes its interface with weeks of notice, and a key its scopes by a person's hand. */
const INSPECT_EVERY_MS = 3_600_000
/** While something forbids openings, or the venue did not answer: some two dozen reads, a fifth of what the smallest tier may read meanwhile. */
const INSPECT_AGAIN_MS = 5_000
/** A dozen reads, each with its repeats. */
const INSPECT_LIMIT_MS = 60_000

/** One small read of the twenty in a second that the smallest tier may make; what is sent before a pause is seen is refused. */
const HEED_EVERY_MS = 5_000
/** Its attempts included: an exchange that does not answer is asked again soon. */
const STATUS_LIMIT_MS = 5_000

const UNREADABLE_TOLD_EVERY_MS = 60_000

/** What an inspection of a venue's answers and our account came to. */
export interface Inspection {
  /** One sentence each; any of them forbids openings. */
  readonly refusals: readonly string[]
  readonly notices: readonly string[]
  /** Until the key may no longer trade every category; null: not told. */
  readonly attestationEndsMs: number | null
  readonly clockOffsetMs: number
}

/** How the messages of one type compare with what the code expects. */
export interface MessageCheck {
  readonly check: string
  /** 'failed' forbids openings. */
  readonly verdict: 'ok' | 'notice' | 'warning' | 'failed'
  /** Names the field. */
  readonly detail: string
  readonly remedy: string
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
  /** @throws when the venue does not answer */
  exchange(signal: AbortSignal): Promise<ExchangeState>
  /** An event of the venue's feed, in the turn of its frame. */
  hear(event: FeedEvent): void
  messages(): readonly MessageCheck[]
  /** The venue's clock minus ours as requests are signed with it, and half the width of what is known; null: not measured yet. */
  clock(): { readonly offsetMs: number; readonly uncertaintyMs: number } | null
  /** How many windows without trading the venue has announced; null: its schedule is not known. */
  announcedWindows(): number | null
  /** How many frames were read by the scanner ("scanned"), and how many by the general parser, by the reason. */
  scanned(): Readonly<Record<string, number>>
}
export interface OversightOptions {
  readonly shard: Pick<Shard, 'engine' | 'terms' | 'near'> & { readonly edges?: Pick<EdgeDesk, 'markets'> | null }
  readonly desk: Pick<Desk, 'pairs'>
  readonly directory: BookDirectory
  readonly kalshi: Overseen
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
}

export interface OversightState {
  readonly bars: readonly OpeningBar[]
  readonly audit: AuditState
  readonly inspection: Inspection | null
  /** What Kalshi says of itself, and how its messages are read. */
  readonly kalshi: {
    /** null: not told yet. */
    readonly exchange: ExchangeState | null
    readonly messages: readonly MessageCheck[]
    readonly scanned: Readonly<Record<string, number>>
    readonly clock: ReturnType<Overseen['clock']>
    readonly announcedWindows: number | null
  }
}

/** What looks after the venues' own words: books by the auditor, answers and account by inspection. Whatever it finds forbids openings, and nothing else. */
export class Oversight {
  readonly auditor: Auditor
  readonly #options: OversightOptions
  #isUnheard = false
  /** By venue. */
  readonly #unreadableToldMs = new Map<Venue, Millis>()
  inspection: Inspection | null = null
  /** null: not told yet. */
  exchange: ExchangeState | null = null

  constructor(options: OversightOptions) {
    const { shard, directory, kalshi, clock, log } = options
    this.#options = options
    this.auditor = new Auditor({
      watched: () => this.#markets(),
      urgent: () => shard.near(),
      bookOf(market) {
        const index = directory.indexOf('kalshi', market, 'yes')
        const { books } = shard.engine
        return { index, book: books.at(index), confirmedAtMs: books.bookConfirmedAtMs(index) }
      },
      read: (markets, signal) => kalshi.readBooks(markets, signal),
      forget: (markets) => this.#forget(markets),
      bar: (market, reason) => this.bar({ venue: 'kalshi', market, by: 'audit', reason }),
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
    this.#options.kalshi.hear(event)
    if (event.kind === 'unreadable') this.#tellUnreadable(event)
  }

  /** Each is in the capture and counted; a venue that has changed its format is told once a minute, not a thousand times a second. */
  #tellUnreadable({ venue, cause, recvMs }: Extract<FeedEvent, { kind: 'unreadable' }>): void {
    const toldMs = this.#unreadableToldMs.get(venue)
    if (toldMs !== undefined && recvMs - toldMs < UNREADABLE_TOLD_EVERY_MS) return
    this.#unreadableToldMs.set(venue, recvMs)
    const { unreadable } = this.#options.shard.engine.counters
    this.#options.log.error({ venue, cause, unreadable }, FAILURES.frameUnreadable)
  }

  /** Until aborted. Nothing opens before the first inspection. */
  async run(signal: AbortSignal): Promise<void> {
    this.bar({ venue: 'kalshi', market: null, by: 'inspection', reason: 'Kalshi has not been inspected yet' })
    await Promise.all([this.auditor.run(signal), this.#inspectAgain(signal), this.#heedAgain(signal)])
  }

  /** For the health page. */
  state(): OversightState {
    const { shard, kalshi } = this.#options
    return {
      bars: shard.engine.bars(),
      audit: this.auditor.state(),
      inspection: this.inspection,
      kalshi: {
        exchange: this.exchange,
        messages: kalshi.messages(),
        scanned: kalshi.scanned(),
        clock: kalshi.clock(),
        announcedWindows: kalshi.announcedWindows(),
      },
    }
  }

  async #heedAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.heed(signal)
      await this.#options.clock.sleep(HEED_EVERY_MS, signal)
    }
  }

  /** What the exchange says of itself, and what its messages look like. Never throws. */
  async heed(signal: AbortSignal): Promise<void> {
    const { shard, kalshi, log } = this.#options
    this.#barMessages()
    try {
      this.exchange = await withLimit([signal], STATUS_LIMIT_MS, (limit) => kalshi.exchange(limit))
    } catch (error) {
      const { message } = error as Error
      if (!signal.aborted && !this.#isUnheard)
        log.warn({ error: message }, 'Kalshi does not tell whether it trades; what it told last stands')
      this.#isUnheard = true
      return
    }
    this.#isUnheard = false
    const stopped = standstills(this.exchange, this.#markets(), (market) => shard.terms.shardOf(market))
    for (const { by, venue, market } of shard.engine.bars())
      if (by === 'exchange' && !stopped.has(market)) this.bar({ venue, market, by, reason: null })
    for (const [market, reason] of stopped) this.bar({ venue: 'kalshi', market, by: 'exchange', reason })
  }

  /** Kalshi's markets that may be traded here, by a box or by an edge. */
  #markets(): readonly MarketId[] {
    const { desk, shard } = this.#options
    return [...new Set([...desk.pairs.map(({ kalshi }) => kalshi), ...(shard.edges?.markets() ?? [])])]
  }

  /** Money is computed from these messages as from any answer. */
  #barMessages(): void {
    const failed = this.#options.kalshi.messages().filter(({ verdict }) => verdict === 'failed')
    const reason = failed.map(({ check, detail }) => `${check}: ${detail}`).join('; ')
    this.bar({ venue: 'kalshi', market: null, by: 'messages', reason: reason === '' ? null : reason })
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
    this.bar({ venue: 'kalshi', market: null, by: 'inspection', reason: refusals.length === 0 ? null : refusals.join('; ') })
    return refusals.length === 0
  }

  /** In the capture first: a replay must decide the same. */
  bar(change: BarChange): void {
    const { shard, clock, log } = this.#options
    if (!shard.engine.bar(change)) return
    this.#stamp('bar', change)
    const { reason, ...where } = change
    // a pause that the venue's own calendar has planned is no trouble
    const planned = change.by === 'exchange' ? shard.terms.planned(change.venue, clock.nowMs()) : null
    if (reason === null) log.info(where, 'openings are permitted again')
    else if (planned) log.info({ ...where, reason, planned: planned.what }, 'nothing opens')
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
