import { assertNever } from '../../core/assert'
import { VENUES, type MarketId, type Venue } from '../../core/ids'
import type { Frame } from '../../core/market/event'
import type { BookDirectory } from '../../core/market/reference'
import type { Again, ToldBeginning, ToldBook, ToldEnd, ToldMarket } from '../../streaming/beginning/told'
import type { Engine } from '../../streaming/engine'
import type { Terms } from '../../streaming/terms'
import type { QuoteSession } from '../../venues/forecastex/wire/quotes'
import type { KalshiSession } from '../../venues/kalshi/wire/session'
import { readAgain, readForecastexBook, readGateway, readKalshi, readKalshiBook } from './again'

export interface AdoptionOptions {
  readonly directory: BookDirectory
  readonly engine: Pick<Engine, 'books' | 'liftBars' | 'bar' | 'adopt'>
  readonly terms: Pick<Terms, 'adopt'>
  readonly kalshi: KalshiSession
  readonly gateway: QuoteSession
  readonly onLimits: (limits: NonNullable<ToldBeginning['limits']>) => void
  readonly onEnd: (told: ToldEnd, frame: Frame) => void
}

/**
 * Takes over what a process tells again at the beginning of a file, where the frames before are missing. Where none is, everything that is told is known
 * already, and nothing of it is taken: a replay from the first file decides as if it had never been told.
 */
export class Adoption {
  readonly #options: AdoptionOptions
  #state: 'nothing is missing' | 'waits for the next beginning' | 'goes on' = 'nothing is missing'

  constructor(options: AdoptionOptions) {
    this.#options = options
  }

  /** Nothing is missing that was not told again since. */
  get isComplete(): boolean {
    return this.#state === 'nothing is missing'
  }

  /** Frames before this one are missing. */
  missed(): void {
    this.#state = 'waits for the next beginning'
  }

  /** The frames of a process begin. */
  begun(): void {
    this.#state = 'nothing is missing'
  }

  /** @throws RangeError for what cannot be used */
  take(body: unknown, frame: Frame): void {
    if (this.#state === 'nothing is missing') return
    const told = readAgain(body, frame.n)
    if (told.part !== 'begin' && this.#state !== 'goes on') return
    this.#accept(told, frame)
  }

  #accept(told: Again, frame: Frame): void {
    const { onEnd } = this.#options
    switch (told.part) {
      case 'begin':
        this.#state = 'goes on'
        return this.#begin(told, frame)
      case 'market':
        return this.#market(told, frame)
      case 'end':
        this.#state = 'nothing is missing'
        return onEnd(told, frame)
      default:
        return assertNever(told, 'part of what stands')
    }
  }

  #begin({ limits, bars, links, sessions }: ToldBeginning, { n }: Frame): void {
    const { engine, kalshi, gateway, onLimits } = this.#options
    if (limits !== null) onLimits(limits)
    engine.liftBars()
    for (const bar of bars) engine.bar(bar)
    for (const venue of VENUES) engine.books.adoptLinks(venue, links[venue])
    const stream = readKalshi(sessions.kalshi, n)
    if (stream) kalshi.adopt(stream.lines, stream.highestConn)
    const standing = readGateway(sessions.forecastex, n)
    if (standing) gateway.adopt(standing)
  }

  #market({ venue, market, listing, life, books }: ToldMarket, { n }: Frame): void {
    const { directory, engine, terms } = this.#options
    for (const { outcome } of books) directory.indexOf(venue, market, outcome)
    if (listing) terms.adopt(listing)
    engine.adopt(venue, market, life, listing?.listing.bands ?? null)
    for (const book of books) this.#book(venue, market, book, n)
  }

  #book(venue: Venue, market: MarketId, { outcome, conn, book, session }: ToldBook, n: number): void {
    const { directory, engine, kalshi, gateway } = this.#options
    const index = directory.indexOf(venue, market, outcome)
    engine.books.adopt(index, book, venue, conn)
    if (venue === 'kalshi') {
      const teller = readKalshiBook(session, n)
      if (teller) kalshi.books.adopt(market, teller)
      return
    }
    const quotes = readForecastexBook(session, n)
    if (quotes?.subscription) gateway.adoptSubscription({ ...quotes.subscription, book: index })
    if (quotes?.depth) gateway.depths.adopt(index, quotes.depth)
  }
}
