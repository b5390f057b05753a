import type { Contract, IBApi } from '@stoqey/ib'
import type { MarketId, Outcome } from '../../../core/ids'
import type { BookDirectory } from '../../../core/market/reference'
import type { BookIndex } from '../../../core/units'
import type { Clock } from '../../../ports/clock'
import type { FrameLog } from '../../../ports/frame-log'
import type { ForecastexCatalog } from '../catalog'
import { EXCHANGE } from '../gateway/contract-reads'
import type { Gateway } from '../gateway/owner'
import type { QuoteSession } from '../wire/quotes'
import { NEVER_BEGAN, PASSING, type Withheld } from '../wire/refusals'

/** When a subscription that has no quotes is sent again. Each try is two messages, of which a hundred books would make a storm. */
const RETRY_MS: Readonly<Record<Withheld['kind'], number>> = {
  /** Requests before the gateway's own start is complete may get no answer (ibkr-forecastex §6). */
  unanswered: 30_000,
  /** Of one book only: its quotes show that the other session has ended, and then all are asked for at once. */
  competing: 5_000,
  /** What a person has to change first. */
  'not-live': 600_000,
  refused: 600_000,
  unreadable: 30_000,
}
/** Of refusals that may end at any time: a standby takes over with the lines that its predecessor has left. */
const PASSING_RETRY_MS = 30_000
/** One comparison a minute: two messages, and as long as a quote may stand untouched for an opening (QUOTE_AGE_LIMIT_MS). */
const PROBE_EVERY_MS = 60_000
/** IBKR gives three depth requests at once unless more were bought (ibkr-forecastex §6). */
const DEPTH_REQUESTS_MAX = 3
/** Rows that were lost once may be lost again for a reason of ours: no more than a request in this time. */
const DEPTH_RETRY_MS = 10_000

export interface AskingOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly directory: BookDirectory
  readonly frameLog: FrameLog
  readonly clock: Clock
  /** Rows of depth to ask for; 0: none. */
  readonly depthRows: number
}
export interface Side {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly book: BookIndex
}

/**
 * What the feed sends: subscriptions, depth requests, probes and their cancels. Each is paced beside orders and recorded with the market and outcome
 * it is about, so that a replay knows whose quotes follow. What is told to the session and what is sent happen in the same turn: the
 * capture has them in that order.
 */
export class Asking {
  readonly #options: AskingOptions
  readonly #session: QuoteSession
  /** When a book's quotes, and its depth, were last asked for. */
  readonly #askedMs = new Map<BookIndex, number>()
  readonly #deepenedMs = new Map<BookIndex, number>()
  /** Which books were looked at by a probe; all of them have their turn before the next round. */
  readonly #probed = new Set<BookIndex>()
  #probedMs: number
  #competedMs = -Infinity

  constructor(options: AskingOptions, session: QuoteSession) {
    this.#options = options
    this.#session = session
    this.#probedMs = options.clock.nowMs()
  }

  /** Those of some books whose quotes are to be asked for now. */
  due(sides: readonly Side[]): readonly Side[] {
    return sides.filter(({ book }) => {
      const need = this.#session.needOf(book)
      if (need === 'nothing' || need === 'subscribe') return need === 'subscribe'
      if (need === 'competing') return this.#isTurnOfOne()
      const why = this.#session.withheldOf(book)
      const retryMs = why?.kind === 'refused' && PASSING.has(why.code) ? PASSING_RETRY_MS : RETRY_MS[need]
      return this.#sinceMs(this.#askedMs, book) >= retryMs
    })
  }
  #isTurnOfOne(): boolean {
    const nowMs = this.#options.clock.nowMs()
    if (nowMs - this.#competedMs < RETRY_MS.competing) return false
    this.#competedMs = nowMs
    return true
  }

  /** @throws when the contract is not known, the session ended (checked by the caller) or the signal aborts. */
  async subscribe(side: Side, signal: AbortSignal): Promise<void> {
    const session = this.#session
    const contract = await this.#contract(side, signal)
    await this.#pace(2, signal)
    if (!this.#options.gateway.session.up) return
    const earlier = session.requestOf(side.book)
    const why = session.withheldOf(side.book)
    if (earlier !== null && !(why?.kind === 'refused' && NEVER_BEGAN.has(why.code))) this.#cancelNow('cancelMktData', earlier)
    const reqId = this.#options.gateway.nextRequestId()
    session.subscribed(reqId, side.book)
    this.#askedMs.set(side.book, this.#options.clock.nowMs())
    this.#send(['reqMktData', reqId, contract, aboutOf(side)], (ib) => ib.reqMktData(reqId, contract, '', false, false))
  }

  /** Ends what is asked for and not wanted, and probes that are over. */
  async cancelAllBut(wanted: ReadonlySet<BookIndex>, signal: AbortSignal): Promise<void> {
    const session = this.#session
    for (const reqId of session.probing.takeSpent()) await this.#cancel('cancelMktData', reqId, signal)
    for (const { book, reqId } of session.subscribedBooks()) {
      if (wanted.has(book)) continue
      const deep = session.depths.requestOf(book)
      if (deep !== null) await this.#cancel('cancelMktDepth', deep, signal)
      await this.#cancel('cancelMktData', reqId, signal)
    }
  }

  /** Once in a while, for one book after the other. */
  async probe(sides: readonly Side[], signal: AbortSignal): Promise<void> {
    const { clock, gateway } = this.#options
    const { probing } = this.#session
    if (probing.isIgnored || probing.book !== null || clock.nowMs() - this.#probedMs < PROBE_EVERY_MS) return
    const live = sides.filter(({ book }) => this.#session.isLive(book))
    if (live.every(({ book }) => this.#probed.has(book))) this.#probed.clear()
    const side = live.find(({ book }) => !this.#probed.has(book))
    if (!side) return
    const contract = await this.#contract(side, signal)
    await this.#pace(1, signal)
    if (!gateway.session.up || !this.#session.isLive(side.book)) return
    const reqId = gateway.nextRequestId()
    this.#probed.add(side.book)
    this.#probedMs = clock.nowMs()
    probing.begin(reqId, side.book)
    this.#send(['reqMktData', reqId, contract, { ...aboutOf(side), probe: true }], (ib) => ib.reqMktData(reqId, contract, '', false, false))
  }

  /** Depth of the first books that have quotes, as many as the account may have. */
  async deepen(sides: readonly Side[], signal: AbortSignal): Promise<void> {
    const { depthRows: rows, gateway, clock } = this.#options
    const { depths } = this.#session
    if (rows === 0 || !depths.isOffered) return
    const chosen = sides.filter(({ book }) => this.#session.isLive(book)).slice(0, DEPTH_REQUESTS_MAX)
    for (const side of chosen) {
      if (depths.needOf(side.book) !== 'ask' || this.#sinceMs(this.#deepenedMs, side.book) < DEPTH_RETRY_MS) continue
      const contract = await this.#contract(side, signal)
      await this.#pace(2, signal)
      if (!gateway.session.up || !depths.isOffered) return
      const earlier = depths.requestOf(side.book)
      if (earlier !== null) this.#cancelNow('cancelMktDepth', earlier)
      const reqId = gateway.nextRequestId()
      depths.asked(reqId, side.book, rows)
      this.#deepenedMs.set(side.book, clock.nowMs())
      this.#send(['reqMktDepth', reqId, contract, { ...aboutOf(side), rows }], (ib) => ib.reqMktDepth(reqId, contract, rows, false))
    }
  }

  #sinceMs(times: ReadonlyMap<BookIndex, number>, book: BookIndex): number {
    return this.#options.clock.nowMs() - (times.get(book) ?? -Infinity)
  }
  async #contract({ market, outcome }: Side, signal: AbortSignal): Promise<Contract> {
    return { conId: (await this.#options.catalog.contracts(market, signal))[outcome], exchange: EXCHANGE }
  }
  async #pace(messages: number, signal: AbortSignal): Promise<void> {
    for (let n = 0; n < messages; n += 1) await this.#options.gateway.pace('request', signal)
  }
  async #cancel(name: 'cancelMktData' | 'cancelMktDepth', reqId: number, signal: AbortSignal): Promise<void> {
    const { gateway } = this.#options
    const { conn } = gateway.session
    await this.#pace(1, signal)
    if (gateway.session.conn === conn) this.#cancelNow(name, reqId)
  }
  #cancelNow(name: 'cancelMktData' | 'cancelMktDepth', reqId: number): void {
    this.#session.cancelled(reqId)
    this.#send([name, reqId], (ib) => (name === 'cancelMktData' ? ib.cancelMktData(reqId) : ib.cancelMktDepth(reqId, false)))
  }
  #send(payload: readonly unknown[], write: (ib: IBApi) => void): void {
    const { gateway, frameLog } = this.#options
    if (!gateway.recording) frameLog.stamp({ venue: 'forecastex', conn: gateway.session.conn, dir: 'out', payload })
    gateway.send(payload, write)
  }
}

const aboutOf = ({ market, outcome }: Side): object => ({ market, outcome })
