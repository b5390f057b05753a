import { VENUES, type Venue } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import { LIVENESS_LIMIT_MS } from '../../core/market/liveness'
import type { Limits } from '../../core/risk/limits'
import { price, type Millis } from '../../core/units'
import { around, ExchangeSide } from './exchange-side'
import { GatewaySide } from './gateway-side'
import { Tape } from './tape'
import { ToldMarkets } from './told-markets'
import type { Print, UnemploymentPair } from './unemployment-files'

/** Half of the liveness limits of execution.md §7: a quote that lives is vouched for. */
const BEAT_MS: Readonly<Record<Venue, number>> = { kalshi: LIVENESS_LIMIT_MS.kalshi / 2, forecastex: LIVENESS_LIMIT_MS.forecastex / 2 }
/** Half the age at which fees are too old to open by. */
const RELIST_MS = 12 * 3_600_000
/** As in the first trade: so far on either side of a trade at Kalshi. */
const DISTANCE = price('0.01')

interface Living {
  readonly venue: Venue
  readonly pair: UnemploymentPair
  readonly endMs: Millis
}
export interface PlayOptions {
  readonly pairs: readonly UnemploymentPair[]
  readonly prints: readonly Print[]
  readonly startMs: Millis
  readonly limits: Limits
  readonly quoteLifeMs: number
}

/**
 * Trades as quotes: each becomes one that lives for a while or until the next of its market, and the venue's heartbeats vouch for it meanwhile. Where
 * nothing lives nothing is told: time jumps to the next trade.
 */
export function* playPrints(options: PlayOptions): Generator<Frame, void, undefined> {
  const play = new Play(options)
  yield* play.begin()
  const last = lastOfItsMoment(options.prints)
  for (const [i, print] of options.prints.entries()) {
    yield* play.passTo(print.atMs)
    yield* play.print(print, last.has(i))
  }
  yield* play.passTo(Infinity)
}

/** Of the trades of a market in one millisecond only the last one told leaves a quote: those of the others would have lived no time at all. */
export function lastOfItsMoment(prints: readonly Print[]): ReadonlySet<number> {
  const last = new Map(prints.map(({ venue, pair, atMs }, i) => [`${venue} ${pair.id} ${atMs}`, i]))
  return new Set(last.values())
}

class Play {
  readonly #options: PlayOptions
  readonly #tape: Tape
  readonly #house: ToldMarkets
  readonly #exchange: ExchangeSide
  readonly #gateway: GatewaySide
  /** By venue and pair. */
  readonly #living = new Map<string, Living>()
  readonly #alive: Record<Venue, number> = { kalshi: 0, forecastex: 0 }
  readonly #beatMs: Record<Venue, number> = { kalshi: -Infinity, forecastex: -Infinity }

  constructor(options: PlayOptions) {
    this.#options = options
    this.#tape = new Tape(options.startMs)
    this.#house = new ToldMarkets(this.#tape, options.pairs, options.limits)
    this.#exchange = new ExchangeSide(this.#tape)
    this.#gateway = new GatewaySide(this.#tape)
  }

  begin(): readonly Frame[] {
    this.#house.begin()
    this.#exchange.connect(this.#options.pairs.map(({ kalshi }) => kalshi.market))
    this.#gateway.connect()
    return this.#tape.take()
  }

  /** Quotes end and heartbeats come, those of this very millisecond too. */
  *passTo(untilMs: number): Generator<Frame, void, undefined> {
    for (;;) {
      const ending = this.#nextEnd()
      if (ending === null) return
      const [beating] = VENUES.filter((venue) => this.#alive[venue] > 0).toSorted((a, b) => this.#dueMs(a) - this.#dueMs(b))
      const isEnding = beating === undefined || ending.endMs <= this.#dueMs(beating)
      const nextMs = isEnding ? ending.endMs : this.#dueMs(beating)
      if (nextMs > untilMs) return
      this.#tape.passTo(nextMs)
      if (isEnding) this.#end(ending)
      else this.#beat(beating)
      yield* this.#tape.take()
    }
  }

  print(print: Print, leavesQuote: boolean): readonly Frame[] {
    const { venue, pair, atMs } = print
    this.#tape.passTo(atMs)
    this.#house.refresh(pair, RELIST_MS)
    if (this.#dueMs(venue) <= atMs) this.#beat(venue)
    if (print.venue === 'kalshi') this.#exchange.trade(pair.kalshi.market, print)
    if (leavesQuote) this.#quote(print)
    return this.#tape.take()
  }

  #quote(print: Print): void {
    const { venue, pair, atMs, quantity } = print
    const key = keyOf(print)
    if (!this.#living.has(key)) this.#alive[venue]++
    const endMs = Math.min(atMs + this.#options.quoteLifeMs, pair[venue].closeMs) as Millis
    this.#living.delete(key)
    this.#living.set(key, { venue, pair, endMs })
    if (print.venue === 'kalshi') return this.#exchange.quote(pair.kalshi.market, around(print.price, DISTANCE, quantity))
    this.#gateway.quote(pair.forecastex, { yes: { price: print.yes, quantity }, no: { price: print.no, quantity } })
  }

  #end(living: Living): void {
    const { venue, pair } = living
    this.#living.delete(keyOf(living))
    this.#alive[venue]--
    if (venue === 'kalshi') this.#exchange.quote(pair.kalshi.market, null)
    else this.#gateway.withdraw(pair.forecastex)
  }

  #dueMs(venue: Venue): number {
    return this.#beatMs[venue] + BEAT_MS[venue]
  }
  #beat(venue: Venue): void {
    this.#beatMs[venue] = this.#tape.nowMs
    if (venue === 'kalshi') this.#exchange.beat()
    else this.#gateway.beat()
  }

  /** The first of those that end together. */
  #nextEnd(): Living | null {
    let next: Living | null = null
    for (const living of this.#living.values()) if (next === null || living.endMs < next.endMs) next = living
    return next
  }
}

const keyOf = ({ venue, pair }: Pick<Living, 'venue' | 'pair'>): string => `${venue} ${pair.id}`
