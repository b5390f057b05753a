import type { BoxPair } from '../../core/box/detect'
import type { Outcome, Venue, MarketId } from '../../core/ids'
import type { OpeningBar } from '../../core/market/bars'
import type { KnownLife } from '../../core/market/lifecycle'
import type { StandingBook } from './standing'
import type { Limits } from '../../core/risk/limits'
import type { StandingLinks } from '../books'
import type { ToldEdgeMarket } from '../edges/edge-desk'
import type { StandingListing } from './listing'

/** By venue, what its feed has of its connections or of one book: the venue's own words. */
export type InItsWords = unknown

/** From here on what stands is told again; whoever begins here knows nothing before. */
export interface ToldBeginning {
  readonly part: 'begin'
  readonly limits: Limits | null
  readonly bars: readonly OpeningBar[]
  readonly links: Readonly<Record<Venue, StandingLinks>>
  readonly sessions: Readonly<Record<Venue, InItsWords>>
}
/** All of one market, in one turn: what a venue tells of a market that nobody has named yet is not heard. */
export interface ToldMarket {
  readonly part: 'market'
  readonly venue: Venue
  readonly market: MarketId
  /** null: it was not read yet. */
  readonly listing: StandingListing | null
  /** null: nothing was told of it. */
  readonly life: KnownLife | null
  /** Those that somebody asked for. */
  readonly books: readonly ToldBook[]
}
export interface ToldBook {
  readonly outcome: Outcome
  /** The connection that tells it; null: nobody does. */
  readonly conn: number | null
  readonly book: StandingBook
  readonly session: InItsWords
}
/** All was told: from here on it can be decided. Pairs come last, so that none is judged by half of it. */
export interface ToldEnd {
  readonly part: 'end'
  readonly pairs: readonly BoxPair[]
  readonly edges: readonly ToldEdgeMarket[]
}
/** What an `again` frame of the house tells. */
export type Again = ToldBeginning | ToldMarket | ToldEnd
