import type { MarketId, Outcome } from '../../core/ids'
import type { FeedEvent } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import type { Clock } from '../../ports/clock'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { ForecastexCatalog } from './catalog'
import type { Gateway } from './gateway/owner'
import { EXCHANGE } from './gateway/contract-reads'
import type { Arrival } from './gateway/session'
import { isAboutQuotes } from './wire/messages'
import { QuoteSession } from './wire/quotes'

/** How often what should be subscribed is compared with what is: also how soon quotes return when a competing session (10197) has ended. */
const REVIEW_MS = 1_000
const COMPETING_RETRY_MS = 5_000
/** A market that could not be subscribed (not listed yet, no permission) is tried again this much later. */
const FAILED_RETRY_MS = 10_000
const OUTCOMES: readonly Outcome[] = ['yes', 'no']

export interface FeedOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly directory: BookDirectory
  /** Used when the gateway does not record by itself. */
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
}

/** Quotes of both outcomes of each watched question: one book per outcome, each from its own contract, never derived. */
export function createForecastexFeed(options: FeedOptions): MarketFeed {
  return new GatewayFeed(options)
}

class GatewayFeed implements MarketFeed {
  readonly venue = 'forecastex'
  readonly #options: FeedOptions
  readonly #watched = new Set<MarketId>()
  /** The connection whose subscriptions are in `session`. */
  #conn = 0
  #retriedMs = 0
  readonly #failedMs = new Map<MarketId, number>()
  #wake: () => void = () => undefined

  constructor(options: FeedOptions) {
    this.#options = options
  }

  watch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#watched.add(market)
    this.#wake()
  }

  async run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void> {
    const { gateway, clock } = this.#options
    const session = new QuoteSession(accept, gateway.session)
    const stop = gateway.listen((arrival) => this.#hear(session, arrival, accept))
    try {
      while (!signal.aborted) {
        await this.#review(session, signal)
        const woken = new AbortController()
        this.#wake = () => woken.abort()
        await withLimit([signal, woken.signal], null, (limit) => clock.sleep(REVIEW_MS, limit)).catch(() => undefined)
      }
    } finally {
      stop()
    }
  }

  #hear(session: QuoteSession, arrival: Arrival, accept: (event: FeedEvent) => void): void {
    const { frameLog, gateway } = this.#options
    const { payload, conn, recvMs } = arrival
    const frame = gateway.recording ? arrival.frame : frameLog.stamp({ venue: 'forecastex', conn, dir: 'in', payload })
    const wasUp = this.#conn === conn
    const stamp = { conn, n: frame?.n ?? 0, recvMs: frame?.recvMs ?? recvMs }
    if (arrival.unreadable !== null) accept({ venue: 'forecastex', ...stamp, kind: 'unreadable', cause: arrival.unreadable })
    if (arrival.callback && isAboutQuotes(arrival.callback)) session.accept(arrival.callback, stamp)
    if (!wasUp && gateway.session.up) this.#wake()
  }

  async #review(session: QuoteSession, signal: AbortSignal): Promise<void> {
    const { gateway, clock, directory } = this.#options
    if (!gateway.session.up) return
    this.#conn = gateway.session.conn
    const retry = clock.nowMs() - this.#retriedMs >= COMPETING_RETRY_MS
    if (retry) this.#retriedMs = clock.nowMs()
    for (const market of this.#watched) {
      if (clock.nowMs() - (this.#failedMs.get(market) ?? 0) < FAILED_RETRY_MS) continue
      const missing = OUTCOMES.filter((outcome) => {
        const need = session.needOf(directory.indexOf('forecastex', market, outcome))
        return need === 'subscribe' || (need === 'competing' && retry)
      })
      if (missing.length > 0 && !(await this.#subscribe(session, market, missing, signal))) return
    }
  }

  /** @returns false when the session ended meanwhile: the next review starts over. */
  async #subscribe(session: QuoteSession, market: MarketId, outcomes: readonly Outcome[], signal: AbortSignal): Promise<boolean> {
    const { gateway, catalog, directory, clock, log } = this.#options
    const conn = gateway.session.conn
    try {
      const contracts = await catalog.contracts(market, signal)
      for (const outcome of outcomes) {
        const book = directory.indexOf('forecastex', market, outcome)
        await this.#cancel(session.requestOf(book), signal)
        await gateway.pace('request', signal)
        if (!gateway.session.up || gateway.session.conn !== conn) return false
        const reqId = gateway.nextRequestId()
        const contract = { conId: contracts[outcome], exchange: EXCHANGE }
        session.subscribed(reqId, book)
        // Market and outcome are recorded with the request: a replay knows from them whose quotes follow.
        this.#send(['reqMktData', reqId, contract, { market, outcome }], (ib) => ib.reqMktData(reqId, contract, '', false, false))
      }
    } catch (error) {
      if (signal.aborted || !gateway.session.up || gateway.session.conn !== conn) return false
      this.#failedMs.set(market, clock.nowMs())
      log.warn({ venue: 'forecastex', market, cause: String(error), retryMs: FAILED_RETRY_MS }, 'A market could not be subscribed')
    }
    return gateway.session.up && gateway.session.conn === conn
  }

  async #cancel(reqId: number | null, signal: AbortSignal): Promise<void> {
    if (reqId === null) return
    await this.#options.gateway.pace('request', signal)
    this.#send(['cancelMktData', reqId], (ib) => ib.cancelMktData(reqId))
  }

  #send(payload: readonly unknown[], write: Parameters<Gateway['send']>[1]): void {
    const { gateway, frameLog } = this.#options
    if (!gateway.recording) frameLog.stamp({ venue: 'forecastex', conn: gateway.session.conn, dir: 'out', payload })
    gateway.send(payload, write)
  }
}
