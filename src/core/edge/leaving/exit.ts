import type { Outcome } from '../../ids'
import { complement, ONE_CONTRACT, ONE_DOLLAR, quantity, wholeContracts, type Money, type Price, type Quantity } from '../../units'
import type { Book } from '../../market/book'
import { sellingProceedsBound, type CannotBePriced, type KalshiFees } from '../../market/fees'
import { snapDown, snapUp, type PriceBand } from '../../market/grid'
import { bidsOf } from '../../market/ladder'
import type { ConsensusResult } from '../consensus/consensus'
import { DOLLAR_MICROS } from '../value'

/** What is held of a market, and what there is to get out of it by. */
export interface Holding {
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly book: Book
  /** Of the outcome that YES pays for, fresh: with an old one nobody knows what is better than holding. */
  readonly consensus: ConsensusResult
  readonly fees: KalshiFees | CannotBePriced
  readonly bands: readonly PriceBand[] | null
}

/** Why it is held. */
export const HOLDS = {
  noConsensus: 'no consensus',
  feeTerms: 'fee terms not known',
  grid: 'price grid not known',
  noBook: 'book not known',
  noBid: 'nobody bids',
  worthMore: 'worth more than is bid',
  notWatched: 'market not watched',
  moving: 'another order of its market is under way',
} as const
export type Hold = (typeof HOLDS)[keyof typeof HOLDS]

/** What to do with a position (ruling 13). No target, no stop, no clock: those of the first systems lose after fees (ruling 14). */
export type Exit =
  | { readonly kind: 'hold'; readonly reason: Hold; /** Of one contract at the best bid; null: none. */ readonly netBid: Money | null }
  | {
      readonly kind: 'exit'
      /** Whole contracts that are bid for at the limit or above. */
      readonly quantity: Quantity
      /** The cheapest price that still nets more than the upper bound: a sale never asks less. */
      readonly limit: Price
      readonly netBid: Money
      /** All of it at the limit brings at least this. */
      readonly proceedsBound: Money
    }

/** Held to settlement, which costs no second fee, unless somebody pays more for it now, net, than the consensus thinks it worth at the most. */
export function exitOf(holding: Holding): Exit {
  const { outcome, book, consensus, fees, bands } = holding
  if (consensus.kind === 'none') return held(HOLDS.noConsensus)
  if (fees.kind === 'cannot-be-priced') return held(HOLDS.feeTerms)
  if (bands === null || book.isOffGrid) return held(HOLDS.grid)
  if (!book.isLive) return held(HOLDS.noBook)
  const bids = bidsOf(book, outcome, holding.quantity)
  const [best] = bids
  if (best === undefined) return held(HOLDS.noBid)
  const netBid = netOf(best.price, fees)
  const worth = atMost(outcome === 'yes' ? consensus.upper : 1 - consensus.lower)
  const limit = cheapest(worth, best.price, fees, { outcome, bands })
  if (netBid <= worth || limit === null) return held(HOLDS.worthMore, netBid)
  const depth = bids.reduce((sum, level) => (level.price >= limit ? sum + level.quantity : sum), 0)
  const sold = wholeContracts(quantity(Math.min(depth, holding.quantity)))
  if (sold < ONE_CONTRACT) return held(HOLDS.noBid, netBid)
  return { kind: 'exit', quantity: sold, limit, netBid, proceedsBound: sellingProceedsBound(fees, [{ price: limit, quantity: sold }]) }
}

const held = (reason: Hold, netBid: Money | null = null): Exit => ({ kind: 'hold', reason, netBid })
/** µ$ of a probability, rounded up: a sale has to bring more. */
const atMost = (probability: number): number => Math.ceil(probability * DOLLAR_MICROS)
/** One contract bounds every size: rounding to the account's grid weighs most there. */
const netOf = (price: Price, fees: KalshiFees): Money => sellingProceedsBound(fees, [{ price, quantity: ONE_CONTRACT }])

/** The cheapest price of the grid up to `best` that nets more than `worth`; null: none. The net of a sale rises with its price. */
function cheapest(
  worth: number,
  best: Price,
  fees: KalshiFees,
  { outcome, bands }: { readonly outcome: Outcome; readonly bands: readonly PriceBand[] },
): Price | null {
  let [low, high] = [0, best as number]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (netOf(middle as Price, fees) > worth) high = middle
    else low = middle + 1
  }
  const limit = sellingPrice(low as Price, outcome, bands)
  return limit === null || limit > best || limit >= ONE_DOLLAR || netOf(limit, fees) <= worth ? null : limit
}
/** Kalshi's bands, like its orders, are in YES prices. */
function sellingPrice(price: Price, outcome: Outcome, bands: readonly PriceBand[]): Price | null {
  if (outcome === 'yes') return snapUp(price, bands)
  const asYes = snapDown(complement(price), bands)
  return asYes === null ? null : complement(asYes)
}
