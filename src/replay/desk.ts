import { assertNever } from '../core/assert'
import type { BoxPair } from '../core/box/finding'
import type { FeedEvent, Frame } from '../core/market/event'
import type { BookDirectory } from '../core/market/reference'
import type { Limits } from '../core/risk/limits'
import { millis, type BookIndex, type Millis } from '../core/units'
import type { Decided } from '../ports/frame-log'
import type { EdgeDesk } from '../streaming/edges/edge-desk'
import type { Engine } from '../streaming/engine'
import type { Terms } from '../streaming/terms'
import { KalshiSession, type SessionOptions } from '../venues/kalshi/wire/session'
import { Adoption } from './beginning/adoption'
import { GatewayFrames } from './gateway-frames'
import { readHouse } from './house'
import { gamesOf } from './odds-frames'

export interface FrameDeskOptions {
  readonly directory: BookDirectory
  readonly engine: Engine
  readonly terms: Terms
  readonly sequence: SessionOptions['sequence']
  /** Absent, null: boxes alone. */
  readonly edges?: Pick<EdgeDesk, 'odds' | 'watch'> | null
  /** Default: they bind as they are told. */
  readonly onLimits?: (limits: Limits) => void
  readonly onPairs: (pairs: readonly BoxPair[]) => void
  /** A trade was decided in the frames. */
  readonly onDecided?: (decided: Decided) => void
  /** The frames of the next process begin. @param endedMs the last one's last. */
  readonly onNextProcess: (endedMs: Millis) => void
  /** Frames of a process are missing before the one that comes: of its first ones, or in its middle. */
  readonly onMissed?: () => void
}

/** Frames through the sessions of the streaming process to its engine and its terms: what it is without sockets, stores and trades. */
export class FrameDesk {
  messages = 0
  resyncs = 0
  #nowMs: Millis = millis(0)
  #lastN = 0
  readonly #options: FrameDeskOptions
  readonly #told = new Set<BookIndex>()
  readonly #kalshi: KalshiSession
  readonly #gateway: GatewayFrames
  readonly #adoption: Adoption

  constructor(options: FrameDeskOptions) {
    const { directory, sequence } = options
    this.#options = options
    const emit = (event: FeedEvent): void => this.#accept(event)
    // what a session would like to send was sent then, and is in the frames
    this.#kalshi = new KalshiSession({ directory, sequence, emit, notice: () => undefined })
    this.#gateway = new GatewayFrames(directory, emit)
    this.#adoption = new Adoption({
      ...{ directory, engine: options.engine, terms: options.terms, kalshi: this.#kalshi, gateway: this.#gateway.session },
      onLimits: (limits) => this.#limit(limits),
      onEnd: ({ pairs, edges }, { recvMs }) => {
        this.#watch(pairs)
        options.edges?.watch(edges, recvMs)
      },
    })
  }

  /** Of the last frame. */
  get nowMs(): Millis {
    return this.#nowMs
  }
  /** false: frames are missing, and what stands was not told again since. */
  get isComplete(): boolean {
    return this.#adoption.isComplete
  }

  /** @throws RangeError for a frame of ours that cannot be used. */
  receive(frame: Frame): void {
    this.messages++
    // numbers only grow within a process; the next one has to find out for itself what forbids openings, and sees everything anew
    if (frame.n <= this.#lastN) {
      this.#options.onNextProcess(this.#nowMs)
      this.#options.engine.liftBars()
      this.#adoption.begun()
      this.#lastN = 0
    }
    if (frame.n !== this.#lastN + 1) {
      this.#adoption.missed()
      this.#options.onMissed?.()
    }
    this.#nowMs = frame.recvMs
    this.#lastN = frame.n
    switch (frame.venue) {
      case 'kalshi':
        return this.#kalshi.receive(frame)
      case 'forecastex':
        return this.#gateway.receive(frame)
      case 'house':
        return this.#follow(frame)
      case 'odds':
        return this.#tellOdds(frame)
      default:
        return assertNever(frame.venue, 'venue of a frame')
    }
  }

  #accept(event: FeedEvent): void {
    if (event.kind === 'book' && event.change.op === 'replace') {
      const { book } = event.change
      if (this.#told.has(book)) this.resyncs++
      this.#told.add(book)
    }
    this.#options.terms.hear(event)
    this.#options.engine.accept(event)
  }

  /** It decides nothing about a box. */
  #tellOdds(frame: Frame): void {
    const { edges } = this.#options
    if (edges) for (const game of gamesOf(frame)) edges.odds(game, frame)
  }

  #follow(frame: Frame): void {
    const { engine, terms, onDecided } = this.#options
    const house = readHouse(frame)
    switch (house.kind) {
      case 'pairs':
        return this.#watch(house.pairs)
      case 'listing':
        return engine.list(terms.tellListing(house.listing), house.listing.fees.fetchedAtMs)
      case 'limits':
        return this.#limit(house.limits)
      case 'edges':
        return this.#options.edges?.watch(house.markets, frame.recvMs)
      case 'bar':
        return void engine.bar(house.bar)
      case 'forget':
        return engine.forget(house.venue, house.markets, frame)
      case 'decided':
        return onDecided?.(house.decided)
      case 'again':
        return this.#adoption.take(house.body, frame)
      case 'halts':
      case 'lease':
        return undefined
      default:
        return assertNever(house, 'house frame')
    }
  }

  #watch(pairs: readonly BoxPair[]): void {
    const { engine, terms, onPairs } = this.#options
    onPairs(pairs)
    engine.watch(pairs.map((pair) => ({ pair, terms: () => terms.of(pair) })))
  }

  #limit(limits: Limits): void {
    const { terms, onLimits } = this.#options
    if (onLimits) onLimits(limits)
    else terms.tellLimits(limits)
  }
}
