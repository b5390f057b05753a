import type { ClientOrderId, TradeId } from '../core/ids'
import type { Fill, OrderIntent } from '../core/trade/order'
import type { Done, OrderVerdict, Rejected } from '../core/trade/outcome'
import type { Plan } from '../core/trade/plan'
import type { Millis, Money, Price, Quantity } from '../core/units'

/** What this host knows of its own orders, durable before the fact (E3). */
export type JournalMark = { readonly clientOrderId: ClientOrderId; readonly atMs: Millis } & (
  | {
      readonly mark: 'sending'
      readonly venue: string
      readonly market: string
      readonly quantity: number
      readonly limit: number
      readonly purpose: string
      /** The order as it was sent, which a successor looks for. Marks of earlier versions have none. */
      readonly order?: OrderIntent
    }
  /** The gate refused in the turn of the write: no byte left. */
  | { readonly mark: 'refused'; readonly reason: string }
  /** The venue's own number for it, where it is needed to find it again. */
  | { readonly mark: 'numbered'; readonly venueOrderId: string }
  /** The venue's first answer: its fill may still be short (E15). */
  | { readonly mark: 'answered'; readonly outcome: Done | Rejected }
  /** Nothing about the order can change any more; its fills wait to be booked. */
  | { readonly mark: 'final'; readonly order: OrderIntent; readonly fills: readonly Fill[]; readonly verdict?: OrderVerdict }
  | { readonly mark: 'booked' }
)
/** What this host knows of a trade as a whole. */
export type TradeMark = { readonly tradeId: TradeId; readonly atMs: Millis } & (
  | { readonly mark: 'granted'; readonly plan: Plan; readonly haltEpoch: number }
  /** Its last order is final and booked. */
  | { readonly mark: 'closed' }
)
/** What a trade was granted, and by which halts it was judged. */
export type Grant = Extract<TradeMark, { readonly mark: 'granted' }>

/** How a final order has an execution: with its fee, without it, or not at all. */
export type FillKnown = 'told' | 'without-fee' | 'news'

export interface Journal {
  /** Resolves when the mark is on disk. */
  append(mark: JournalMark | TradeMark): Promise<void>
  /** All marks of an order, oldest first. */
  marks(clientOrderId: ClientOrderId): readonly JournalMark[]
  /** Orders that are final and not yet booked, oldest first. */
  unbooked(): readonly Extract<JournalMark, { readonly mark: 'final' }>[]
  /** How the last final mark of an order has an execution; null: it has none. From memory: venues tell the executions of a day again and again. */
  fill(clientOrderId: ClientOrderId, executionId: string): FillKnown | null
}

/** The journal as the order port reads it: by trade (E20). */
export interface TradeJournal extends Journal {
  /** Granted and not closed, oldest first. */
  open(): readonly Grant[]
  /** The orders of a trade that have a mark, in the order of their first one. */
  ordersOf(tradeId: TradeId): readonly ClientOrderId[]
  /** Every order that may have been sent at or after a moment, oldest first: those the gate refused are not among them. */
  sentSince(atMs: number): readonly Extract<JournalMark, { readonly mark: 'sending' }>[]
  /** Orders that may have been sent and of which nothing was heard since, oldest first. */
  unheard(): readonly ClientOrderId[]
}

/** An execution as a venue told it that tells none twice for ever: identity and correction number in `execId`. */
export interface ToldExecution {
  readonly execId: string
  readonly orderId: number
  readonly clientId: number
  /** May exceed 2^31. */
  readonly permId: number
  readonly orderRef: string
  readonly account: string
  readonly conId: number
  readonly side: string
  readonly quantity: Quantity
  readonly cumulative: Quantity
  /** null: not a price of an event contract. */
  readonly price: Price | null
  readonly time: string
}
/** What the venue told of our orders, kept because it forgets its executions at midnight and we may have been restarted by then. */
export type ToldMark = { readonly atMs: Millis } & (
  | { readonly mark: 'execution'; readonly clientOrderId: ClientOrderId; readonly execution: ToldExecution }
  | { readonly mark: 'fee'; readonly execId: string; readonly fee: Money }
  /** The venue has said that nothing rests of it any more; `hinted`: the largest filled count it named. */
  | { readonly mark: 'ended'; readonly clientOrderId: ClientOrderId; readonly permId: number; readonly hinted: Quantity }
  /** Order numbers up to this one may have been used. */
  | { readonly mark: 'numbers'; readonly upTo: number }
)
export interface ExecutionLog {
  /** What earlier processes appended, oldest first. */
  readonly told: readonly ToldMark[]
  /** All that is on disk of an order, its fees included, oldest first: for one that is out of memory. Seldom asked: it reads the files. */
  of(clientOrderId: ClientOrderId): readonly ToldMark[]
  /** Resolves when the mark is on disk. Nobody needs to wait: what a crash loses in between, the venue tells again until its midnight. */
  append(mark: ToldMark): Promise<void>
}
