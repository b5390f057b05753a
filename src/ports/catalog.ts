import type { MarketId, Outcome, Venue } from '../core/ids'
import type { MarketStatus } from '../core/market/event'
import type { PriceBand } from '../core/market/grid'
import type { Reading } from '../core/market/proposition'
import type { TradingHours } from '../core/market/sessions'
import type { Millis, Money, Price } from '../core/units'
import type { MarketFigures } from './record'

/** How a market charges: the fee record in force, and since when it is known. */
export interface FeeTerms {
  readonly feeType: string
  /** 1e-4 units: 10_000 = 1. */
  readonly multiplier: number
  readonly fetchedAtMs: Millis
  /** The next change that the venue has scheduled: from then on this record says nothing. */
  readonly changesMs?: Millis
}
/** ForecastEx: the contracts of a question. They last as long as it does. */
export type ContractPair = { readonly [K in Outcome]: number }
export interface Listing {
  readonly venue: Venue
  readonly market: MarketId
  /** Kalshi: event ticker. ForecastEx: symbol and last trading date. */
  readonly event: string
  readonly series: string
  readonly title: string
  readonly status: MarketStatus
  readonly bands: readonly PriceBand[]
  /** Where the venue tells one: a market that is listed before is not open until then. */
  readonly openMs?: Millis
  readonly closeMs: Millis
  /** The market closes as soon as its question is decided: `closeMs` is the latest time. Absent: not told. */
  readonly canCloseEarly?: boolean
  readonly fees: FeeTerms
  /** Kalshi's shard; null at ForecastEx. */
  readonly shard: number | null
  /** ForecastEx: the conId of each outcome; null at Kalshi. */
  readonly contracts: ContractPair | null
  /** ForecastEx: when the market trades until it closes. Absent at Kalshi, whose hours are those of the exchange (its calendar). */
  readonly hours?: TradingHours
  /** SHA-256 of the venue's own texts: what it asks and how it decides. Absent: it tells none here. */
  readonly rulesSha256?: string
  /** When the venue says that what it pays is cash. Absent: not told. */
  readonly payoutMs?: Millis
  /** Set once the venue has decided: what one YES contract pays. */
  readonly yesPays: Money | null
}
/** In place of Kalshi's shard: the venue finds the market itself, at the price of some time (kalshi.md §12.3). */
export const ROUTED_BY_VENUE = -1

export interface Catalog {
  readonly venue: Venue
  /** Every listing of a series (Kalshi series ticker, ForecastEx symbol), settled ones included. */
  listings(series: string, signal: AbortSignal): Promise<readonly Listing[]>
  listing(market: MarketId, signal: AbortSignal): Promise<Listing | null>
}

/** A listed market as its venue words it, for whoever proposes and judges pairs. */
export interface Asked {
  readonly listing: Listing
  /** The canonical text of all that the venue says; `listing.rulesSha256` is its SHA-256. */
  readonly rules: string
  readonly reading: Reading
  /** For the record; absent: this catalogue tells none. */
  readonly figures?: MarketFigures
}
/** The venue has said that it lists no such series: asking again does not help, somebody has to correct the configuration. */
export class UnknownSeries extends Error {
  override readonly name = 'UnknownSeries'
  constructor(
    readonly venue: Venue,
    readonly series: string,
    cause: unknown,
  ) {
    super(`${venue} lists no series ${series}`, { cause })
  }
}
/** A catalogue that tells what its markets ask: Kalshi. */
export interface QuestionCatalog extends Catalog {
  /** As `listings`, with the venue's words. @throws UnknownSeries */
  asked(series: string, signal: AbortSignal): Promise<readonly Asked[]>
}

/** ForecastEx: a family of questions about one thing, which its index stands for. */
export interface Product {
  readonly symbol: string
  readonly name: string
  /** Empty: not told. */
  readonly category: string
  /** Of the index; null: not told. */
  readonly underConId: number | null
}
/** ForecastEx: a question as the venue describes it, for whoever judges pairs. */
export interface Question extends Asked {
  readonly symbol: string
  readonly tradingClass: string
  /** A decimal, exactly as the venue has it. */
  readonly strike: string
  /** YYYYMMDD: the last day of trading, not the one of the result. */
  readonly lastTradeDate: string
  /** YYYYMMDD, as ForecastTrader shows it; empty when not told. */
  readonly realExpiration: string
  readonly name: string
  /** 1e-4 USD. */
  readonly tick: Price
  /** Hours as told, by the clocks of `timeZone`. */
  readonly tradingHours: string
  readonly liquidHours: string
  readonly timeZone: string
}
/** What a venue lists of a product. */
export type Discovery =
  | {
      readonly kind: 'read'
      readonly product: Product
      readonly questions: readonly Question[]
      /** What is listed and not among the questions, and why: a sentence each. */
      readonly problems: readonly string[]
      /** Nothing that is listed is missing: what is not here is listed no more. */
      readonly complete: boolean
    }
  | {
      readonly kind: 'unavailable'
      readonly symbol: string
      readonly cause: 'no-permission' | 'unknown-product' | 'unanswered'
      /** What was found, and what to do. */
      readonly reason: string
    }
/** A catalogue that knows products: ForecastEx. */
export interface ProductCatalog extends Catalog {
  /** @throws when the session ended meanwhile: nothing may be concluded. */
  product(symbol: string, signal: AbortSignal): Promise<Discovery>
}
