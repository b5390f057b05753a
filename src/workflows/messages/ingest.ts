import type { Venue } from '../../core/ids'

/** What became of a look at a product of ForecastEx. */
export interface IngestedProduct {
  readonly symbol: string
  readonly questions: number
  readonly added: number
  readonly delisted: number
  /** What became different of a question that was known, a sentence each. */
  readonly changes: readonly string[]
  /** What is listed and makes no question, or could not be seen, a sentence each. */
  readonly problems: readonly string[]
}
/** What became of the pairs that the readings on record suggest. Nothing of it is approved, and a pair that a person has judged stays as it was judged. */
export interface ProposedPairs {
  /** Markets on record that have not closed, per venue. */
  readonly markets: Readonly<Record<Venue, number>>
  /** Of those: whose texts were not understood, so that nothing is proposed of them. */
  readonly notRead: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Pairs in trade whose markets ask something else now, a sentence each: they trade no more. */
  readonly suspended: readonly string[]
}
/** What a look at Kalshi has stored, and what was proposed of it. */
export interface IngestedMarkets {
  readonly listings: Readonly<Record<string, number>>
  readonly pairs: ProposedPairs
}
/** The same of ForecastEx. */
export interface IngestedContracts {
  readonly products: readonly IngestedProduct[]
  readonly pairs: ProposedPairs
}
export interface IngestActivities {
  /** Reads every listing of Kalshi's configured series and stores it with what it asks. One that the venue does not know is an alarm, and the others are read. @returns how many, per venue. */
  ingestListings(): Promise<Readonly<Record<string, number>>>
  /** The configured products of ForecastEx. */
  listProducts(): Promise<readonly string[]>
  /** Reads every question of a product and stores it. Fails, to be tried again, when the session with the gateway ended. */
  ingestProduct(symbol: string): Promise<IngestedProduct>
  /** Proposes pairs of all that was read of both venues. */
  proposePairs(): Promise<ProposedPairs>
}
