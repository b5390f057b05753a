import type { BookSide, MarketId, SubjectId, TradeId, Venue } from '../../core/ids'
import type { Book } from '../../core/market/book'
import type { Closure } from '../../core/market/calendar'
import type { Tops, Wanted } from '../../core/risk/gates'
import type { Limits } from '../../core/risk/limits'
import type { Plan, TradeResult, Verdict } from '../../core/trade/plan'
import type { Millis } from '../../core/units'

/** What a plan is made with. */
export interface PlanTerms {
  readonly tradeId: TradeId
  /** Number of the look. */
  readonly n: number
  readonly nowMs: Millis
  readonly kalshiShard: number
  readonly limits: Limits
  /** What the calendar has said of it. */
  readonly calendar: Verdict
}

/** A find of a strategy on its way to a trade: what the gates ask of it, the plan that it becomes, and who hears of its end. */
export interface Deal<P extends Plan = Plan> {
  readonly strategy: P['strategy']
  /** A pair, or a market: one trade of it at a time (E1). */
  readonly subject: SubjectId
  readonly venues: readonly Venue[]
  /** Whose shard of Kalshi pays. */
  readonly kalshi: MarketId
  readonly wanted: readonly Wanted[]
  /** What it would lift, as the books are now. */
  readonly tops: () => Tops
  /** E28: when a venue or market of it does not trade, as far as it is near; null: not known. */
  readonly closures: (nowMs: Millis) => readonly Closure[] | null
  readonly plan: (terms: PlanTerms) => P
  readonly onDecided: (plan: P) => void
  readonly onEnded: (plan: P, result: TradeResult) => void
  /** However a decided trade came to its end here, what it leased given back: its subject may be looked at again. */
  readonly onOver: (plan: P) => void
}

/** Of a top: nobody quotes. */
const NO_QUOTE = -1
/** The best quote of one side, as the gates compare it. */
export const topOf = (book: Book, side: BookSide): Tops[number] => ({
  price: book.bestPrice(side) ?? NO_QUOTE,
  size: book.bestQuantity(side) ?? NO_QUOTE,
})
