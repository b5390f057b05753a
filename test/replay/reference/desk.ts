import type { Frame } from '../../../src/core/market/event'
import type { BoxPolicy } from '../../../src/core/box/policy'
import type { PlainBook } from './books'
import { decide, showsMargin, type PlainDecision } from './decision/decide'
import { plainFees } from './decision/fees'
import { isOnGrid } from './decision/preconditions'
import type { Sight } from './decision/sight'
import { PlainDigest, type Digests } from './digest'
import { digits } from './digits'
import { PlainGateway } from './gateway'
import { PlainHouse, type PlainBand, type PlainPair } from './house'
import { PlainKalshi, type KalshiNews } from './kalshi'

export interface Decided {
  /** The frame that made it. */
  readonly n: number
  readonly atMs: number
  readonly pair: PlainPair
  readonly decision: PlainDecision
}
export interface PlainOptions {
  readonly mode: string
  readonly policy: BoxPolicy
}

/** Frames in, decisions out, by the plainest means: whatever a frame touches is looked at again from scratch. */
export class PlainDesk {
  readonly #options: PlainOptions
  readonly #decided: (each: Decided) => void
  readonly #digest: PlainDigest
  readonly #kalshi: PlainKalshi
  readonly #gateway: PlainGateway
  readonly #house = new PlainHouse()
  /** Markets of which a price came that their grid does not have, since the grid was told. */
  readonly #offGrid = new Set<string>()
  #lastN = 0
  #nowMs = 0

  constructor(options: PlainOptions, decided: (each: Decided) => void) {
    this.#options = options
    this.#decided = decided
    this.#digest = new PlainDigest(options.policy.persistence)
    const emptied = (atMs: number): void => this.#lookForGone(atMs)
    this.#kalshi = new PlainKalshi(emptied)
    // a change of one side at a time, as it comes
    this.#gateway = new PlainGateway(
      (market, frame) =>
        this.#judge(
          this.#house.pairs.filter(({ forecastex }) => forecastex === market),
          frame,
        ),
      emptied,
    )
  }

  /** To be asked once, after the last frame. */
  digests(): Digests {
    this.#digest.endAll(this.#nowMs)
    return this.#digest.digests()
  }

  receive(frame: Frame): void {
    if (frame.n <= this.#lastN) {
      this.#digest.endAll(this.#nowMs)
      this.#house.liftBars()
    }
    this.#lastN = frame.n
    this.#nowMs = frame.recvMs
    if (frame.venue === 'house') this.#follow(frame)
    if (frame.venue === 'kalshi') for (const news of this.#kalshi.receive(frame)) this.#hear(news, frame)
    if (frame.venue === 'forecastex') this.#gateway.receive(frame)
  }

  #follow(frame: Frame): void {
    for (const market of this.#house.receive(frame)) this.#kalshi.forget(market, frame.recvMs)
    if (frame.payload instanceof Array && frame.payload[0] === 'pairs') this.#digest.tellPairs(this.#house.pairs)
    const [what, body] = frame.payload as [string, { venue: string; market: string }]
    if (what === 'listing' && body.venue === 'kalshi') this.#refit(body.market)
  }
  #refit(market: string): void {
    this.#offGrid.delete(market)
    this.#checkGrid(market)
  }
  #checkGrid(market: string): void {
    const bands = this.#house.listing('kalshi', market)?.bands
    const { bid, ask } = this.#kalshi.book(market)
    if (bands && [...bid.keys(), ...ask.keys()].some((price) => !isOnGrid(price, bands))) this.#offGrid.add(market)
  }

  #hear(news: KalshiNews, frame: Frame): void {
    const { recvMs } = frame
    switch (news.kind) {
      case 'status':
        return this.#house.tellStatus(news.market, news.status, recvMs)
      case 'listing': {
        const bands = news.bands?.map(bandOf) ?? null
        this.#house.tellListing(news.market, news.closeMs, bands, recvMs)
        return bands ? this.#refit(news.market) : undefined
      }
      case 'fees':
        return this.#house.tellFees(news.event, recvMs)
      case 'book':
        this.#checkGrid(news.market)
        return this.#judge(
          this.#house.pairs.filter(({ kalshi }) => kalshi === news.market),
          frame,
        )
    }
  }

  /** Refusals as they come; of several finds the one with the best annual return first, then the larger edge, then the less capital. */
  #judge(pairs: readonly PlainPair[], { n, recvMs }: Frame): void {
    const finds: (Decided & { readonly decision: Extract<PlainDecision, { kind: 'found' }> })[] = []
    for (const pair of pairs) {
      const sight = this.#sight(pair, recvMs)
      const decision = sight && decide(sight)
      if (!decision) {
        this.#digest.gone(pair, recvMs)
        continue
      }
      const each = { n, atMs: recvMs, pair }
      if (decision.kind === 'found') finds.push({ ...each, decision })
      else this.#tell({ ...each, decision })
    }
    const rank = ({ decision: { figures } }: (typeof finds)[number]): readonly number[] => [
      -(figures.annualReturn ?? -Infinity),
      -figures.netEdge,
      figures.capital,
    ]
    finds.sort((a, b) => compare(rank(a), rank(b)))
    for (const find of finds) this.#tell(find)
  }

  #tell(each: Decided): void {
    this.#digest.add(each)
    this.#decided(each)
  }

  /** Nothing is judged by what is forgotten, but a margin may have gone with it. */
  #lookForGone(atMs: number): void {
    for (const pair of this.#house.pairs) {
      if (!this.#digest.isShowing(pair)) continue
      const sight = this.#sight(pair, atMs)
      if (!sight || !showsMargin(sight)) this.#digest.gone(pair, atMs)
    }
  }

  /** null: limits or the market's listing were not told. */
  #sight(pair: PlainPair, nowMs: number): Sight | null {
    const { kalshi: market, forecastex } = pair
    const house = this.#house
    const listing = house.listing('kalshi', market)
    if (!house.limits || !listing) return null
    const withGrid = (book: PlainBook, isOffGrid: boolean): PlainBook => ({ ...book, isOffGrid })
    return {
      ...this.#options,
      ...{ pair, nowMs, limits: house.limits, isListingDoubted: house.isListingDoubted(market) },
      kalshi: withGrid(this.#kalshi.book(market), this.#offGrid.has(market)),
      forecastex: { yes: this.#gateway.book(forecastex, 'yes'), no: this.#gateway.book(forecastex, 'no') },
      heardMs: { kalshi: this.#kalshi.heardMs(market), forecastex: this.#gateway.heardMs() },
      status: { kalshi: house.statusOf('kalshi', market, nowMs), forecastex: house.statusOf('forecastex', forecastex, nowMs) },
      isBarred: house.isBarred('kalshi', market) || house.isBarred('forecastex', forecastex),
      listings: { kalshi: listing, forecastex: house.listing('forecastex', forecastex) },
      fees: house.areFeesDoubted(market, nowMs) ? null : plainFees(listing.fees.feeType, listing.fees.multiplier, listing.bands),
    }
  }
}

function bandOf(band: unknown): PlainBand {
  const { start, end, step } = band as { start: string; end: string; step: string }
  return { start: digits(start, 4), end: digits(end, 4), step: digits(step, 4) }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, each] of a.entries()) if (each !== b[i]) return each < (b[i] ?? 0) ? -1 : 1
  return 0
}
