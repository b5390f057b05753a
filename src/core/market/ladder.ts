import type { BookSide, Outcome } from '../ids'
import { complement, type Price, type Quantity } from '../units'
import type { Book } from './book'
import type { Level } from './event'

/** Levels looked at behind the best: a box stops at the first level without margin, and an exit deeper than this is no exit. */
export const DEPTH_MAX = 50

/** The side of a Kalshi book (YES terms) that buying an outcome lifts: YES lifts asks, NO lifts bids. */
export const liftedSide = (outcome: Outcome): BookSide => (outcome === 'yes' ? 'ask' : 'bid')
/** The side of a Kalshi book (YES terms) that selling an outcome hits. */
export const hitSide = (outcome: Outcome): BookSide => (outcome === 'yes' ? 'bid' : 'ask')

/** What buying `outcome` costs at best in a Kalshi book; null: nobody offers it. */
export function bestAskOf(book: Book, outcome: Outcome): Price | null {
  const best = book.bestPrice(liftedSide(outcome))
  return best === null || outcome === 'yes' ? best : complement(best)
}
const allInTermsOf = (outcome: Outcome, levels: Level[]): Level[] =>
  outcome === 'yes' ? levels : levels.map(({ price, quantity }) => ({ price: complement(price), quantity }))
/**
 * What can be bought in a Kalshi book, in the bought outcome's own prices, best first (market-math §3.1).
 * @param enough contracts beyond which nobody looks
 */
export const asksOf = (book: Book, outcome: Outcome, enough: number = Infinity): Level[] =>
  allInTermsOf(outcome, book.levels(liftedSide(outcome), DEPTH_MAX, enough))
/** What can be sold into in a Kalshi book, in the sold outcome's own prices, best first. */
export const bidsOf = (book: Book, outcome: Outcome, enough: number = Infinity): Level[] =>
  allInTermsOf(outcome, book.levels(hitSide(outcome), DEPTH_MAX, enough))
/** ForecastEx quotes each outcome itself: only what is really quoted, never derived from the other outcome. */
export const quotedAsks = (book: Book, enough: number = Infinity): Level[] => book.levels('ask', DEPTH_MAX, enough)

/** Σ quantities. */
export const depthOf = (levels: readonly Level[]): Quantity => levels.reduce((sum, level) => sum + level.quantity, 0) as Quantity
/** The best `quantity` of a ladder, or all of it when it holds less. */
export function taken(levels: readonly Level[], quantity: Quantity): Level[] {
  const part: Level[] = []
  let left: number = quantity
  for (const level of levels) {
    if (left <= 0) break
    const size = Math.min(left, level.quantity)
    if (size > 0) part.push({ price: level.price, quantity: size as Quantity })
    left -= size
  }
  return part
}
