import type { MarketId, Outcome } from '../../core/ids'
import type { FeedEvent } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import type { Money } from '../../core/units'
import type { Clock } from '../../ports/clock'
import type { MarketFeed } from '../../ports/feed'
import type { FrameLog } from '../../ports/frame-log'
import { withLimit } from '../../ports/limit'
import type { Log } from '../../ports/log'
import type { ForecastexCatalog } from './catalog'
import type { Gateway } from './gateway/owner'
import type { Arrival } from './gateway/session'
import { Asking, type Side } from './quotes/asking'
import { quotesState, withheldOf, type ForecastexFeedState } from './quotes/state'
import { NOT_QUOTED } from './wire/errors'
import { isAboutQuotes } from './wire/messages'
import { QuoteSession } from './wire/quotes'
import { sentenceOf } from './wire/refusals'

/** How often what should be subscribed is compared with what is. */
const REVIEW_MS = 1_000
/** A market whose contracts the gateway does not tell (not listed yet, no permission) is looked up again this much later, then twice that, … */
const UNLISTED_FIRST_MS = 10_000
const UNLISTED_LONGEST_MS = 600_000
/** IBKR gives 100 lines unless more were bought (ibkr-forecastex §6). */
const USUAL_LINES = 100
/** Kept for the probe. */
const PROBE_LINES = 1
const OUTCOMES: readonly Outcome[] = ['yes', 'no']

export interface FeedOptions {
  readonly gateway: Gateway
  readonly catalog: ForecastexCatalog
  readonly directory: BookDirectory
  /** Used when the gateway does not record by itself. */
  readonly frameLog: FrameLog
  readonly clock: Clock
  readonly log: Log
  /** Market data lines of the account that are this feed's; default 100. */
  readonly lines?: number
  /** Rows of depth to ask for; default 0: none. */
  readonly depthRows?: number
  /** What a YES and a NO are priced at together, to observe whether quotes agree with it; absent: not observed. */
  readonly pairPrice?: () => Money
}
export interface ForecastexFeed extends MarketFeed {
  unwatch(markets: readonly MarketId[]): void
  state(): ForecastexFeedState
}

/** Quotes of both outcomes of each watched question: one book per outcome, each from its own contract, never derived from the other. */
export function createForecastexFeed(options: FeedOptions): ForecastexFeed {
  return new GatewayFeed(options)
}

interface Unlisted {
  readonly why: string
  readonly waitMs: number
  readonly dueMs: number
}

class GatewayFeed implements ForecastexFeed {
  readonly venue = 'forecastex'
  readonly #options: FeedOptions
  readonly #watched = new Set<MarketId>()
  readonly #unlisted = new Map<MarketId, Unlisted>()
  #session: QuoteSession
  /** The connection whose subscriptions are in the session. */
  #conn = 0
  /** What was said of the quotes that are missing, and still holds. */
  #said: ReadonlySet<string> = new Set()
  #wake: () => void = () => undefined

  constructor(options: FeedOptions) {
    this.#options = options
    this.#session = new QuoteSession(() => undefined, options.gateway.session)
  }

  watch(markets: readonly MarketId[]): void {
    for (const market of markets) this.#watched.add(market)
    this.#wake()
  }

  unwatch(markets: readonly MarketId[]): void {
    for (const market of markets) {
      this.#watched.delete(market)
      this.#unlisted.delete(market)
    }
    this.#wake()
  }

  state(): ForecastexFeedState {
    const { pairPrice, depthRows = 0 } = this.#options
    const seen = { session: this.#session, sides: this.#sides(), lines: this.#lines, pairPrice: pairPrice?.() ?? null, depthRows }
    return {
      ...quotesState(seen),
      beyondLines: this.#beyond(),
      unlisted: [...this.#unlisted].map(([market, { why }]) => ({ market, why })),
    }
  }

  standing(): unknown {
    return this.#session.standing()
  }
  standingOf(market: MarketId, outcome: Outcome): unknown {
    const book = this.#options.directory.indexOf('forecastex', market, outcome)
    const subscription = this.#session.subscriptionOf(book)
    const depth = this.#session.depths.standingOf(book)
    return subscription === null && depth === null ? null : { subscription, depth }
  }

  async run(accept: (event: FeedEvent) => void, signal: AbortSignal): Promise<void> {
    const { gateway, clock, depthRows = 0 } = this.#options
    const session = new QuoteSession(accept, gateway.session)
    this.#session = session
    const asking = new Asking({ ...this.#options, depthRows }, session)
    const stop = gateway.listen((arrival) => this.#hear(session, arrival, accept))
    try {
      while (!signal.aborted) {
        await this.#review(asking, signal)
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
    if (arrival.unreadable !== null) {
      accept({ venue: 'forecastex', ...stamp, kind: 'unreadable', cause: arrival.unreadable })
      session.unreadable(payload, stamp)
    }
    if (arrival.callback && isAboutQuotes(arrival.callback)) session.accept(arrival.callback, stamp)
    if (!wasUp && gateway.session.up) this.#wake()
  }

  get #lines(): number {
    return this.#options.lines ?? USUAL_LINES
  }
  get #marketsMax(): number {
    return Math.floor((this.#lines - PROBE_LINES) / OUTCOMES.length)
  }
  /** The books that the account's lines suffice for: of the markets watched first. */
  #sides(): readonly Side[] {
    const { directory } = this.#options
    const within = [...this.#watched].slice(0, this.#marketsMax)
    return within.flatMap((market) =>
      OUTCOMES.map((outcome) => ({ market, outcome, book: directory.indexOf('forecastex', market, outcome) })),
    )
  }
  #beyond(): readonly MarketId[] {
    return [...this.#watched].slice(this.#marketsMax)
  }

  /** Sends what is missing. Ends early when the session does: the next review starts over. */
  async #review(asking: Asking, signal: AbortSignal): Promise<void> {
    const { gateway } = this.#options
    if (!gateway.session.up) return
    const { conn } = gateway.session
    this.#conn = conn
    const isGoingOn = (): boolean => !signal.aborted && gateway.session.up && gateway.session.conn === conn
    const sides = this.#sides()
    try {
      await asking.cancelAllBut(new Set(sides.map(({ book }) => book)), signal)
      for (const side of asking.due(sides)) if (isGoingOn()) await this.#subscribe(asking, side, isGoingOn, signal)
      if (isGoingOn()) await asking.probe(sides, signal)
      if (isGoingOn()) await asking.deepen(sides, signal)
    } catch (error) {
      if (isGoingOn())
        this.#options.log.warn({ venue: 'forecastex', cause: String(error) }, 'A review of the quotes ended early; the next one follows')
    }
    this.#sayOnce(sides)
  }

  async #subscribe(asking: Asking, side: Side, isGoingOn: () => boolean, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    const { market } = side
    const before = this.#unlisted.get(market)
    if (before && clock.nowMs() < before.dueMs) return
    try {
      await asking.subscribe(side, signal)
      this.#unlisted.delete(market)
    } catch (error) {
      if (!isGoingOn()) return
      const why = (error as Error).message
      const waitMs = before ? Math.min(2 * before.waitMs, UNLISTED_LONGEST_MS) : UNLISTED_FIRST_MS
      this.#unlisted.set(market, { why, waitMs, dueMs: clock.nowMs() + waitMs })
      if (before?.why !== why) log.warn({ venue: 'forecastex', market, cause: why, waitMs }, 'A market could not be subscribed')
    }
  }

  /** Each reason once, when it begins: a hundred books may share it. What is about the whole session, its owner says. */
  #sayOnce(sides: readonly Side[]): void {
    const { log } = this.#options
    const found = new Map<string, { readonly market: MarketId; readonly outcome: Outcome; books: number; readonly why: string }>()
    for (const { side, withheld } of withheldOf(this.#session, sides)) {
      if (withheld.kind !== 'unreadable' && withheld.kind !== 'refused') continue
      const key = withheld.kind === 'refused' ? `${withheld.code}` : withheld.kind
      if (withheld.kind === 'refused' && NOT_QUOTED.has(withheld.code)) continue
      const { market, outcome } = side
      const one = found.get(key) ?? { market, outcome, books: 0, why: sentenceOf(withheld) }
      one.books += 1
      found.set(key, one)
    }
    for (const [key, { why, ...where }] of found) if (!this.#said.has(key)) log.warn({ venue: 'forecastex', ...where }, why)
    const { isIgnored } = this.#session.probing
    if (isIgnored && !this.#said.has('probes'))
      log.warn(
        { venue: 'forecastex' },
        'The gateway answers no second subscription of a contract: quotes that stop silently are noticed by their age only',
      )
    const { refusal } = this.#session.depths
    if (refusal && !this.#said.has('depth')) log.warn({ venue: 'forecastex' }, `Tops only: ${sentenceOf(refusal)}`)
    const beyond = this.#beyond().length
    if (beyond > 0 && !this.#said.has(`${beyond} beyond`))
      log.warn(
        { venue: 'forecastex', lines: this.#lines, markets: beyond },
        'The market data lines do not suffice: status names the markets without quotes',
      )
    this.#said = new Set([...found.keys(), ...(isIgnored ? ['probes'] : []), ...(refusal ? ['depth'] : []), `${beyond} beyond`])
  }
}
