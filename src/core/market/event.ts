import type { BookSide, MarketId, Venue } from '../ids'
import type { BookIndex, Millis, Price, Quantity } from '../units'
import type { PriceBand } from './grid'

/**
 * The capture line and the only input of a replay: a frame is what arrived or left, an event what it means.
 * 'house' frames carry what else decides: pairs, limits, fees, halts, claims.
 */
export interface Frame {
  /** Gapless over all venues of one process. */
  readonly n: number
  readonly recvMs: Millis
  /** Monotonic; stored as a decimal string in the capture. */
  readonly monoNs: bigint
  readonly venue: Venue | 'odds' | 'house'
  readonly conn: number
  readonly dir: 'in' | 'out'
  /** Bytes as they came; or [callback, …args] where a library owns the socket. */
  readonly payload: Uint8Array | readonly unknown[]
}

export interface Level {
  readonly price: Price
  readonly quantity: Quantity
}

/** Kalshi: one book per market in YES terms (a NO bid at p is an ask at 1 − p). ForecastEx: one book per outcome, never derived. */
export type BookChange = { readonly book: BookIndex } & (
  | { readonly op: 'replace'; readonly bids: readonly Level[]; readonly asks: readonly Level[] }
  /** `delta` is signed. */
  | { readonly op: 'add'; readonly side: BookSide; readonly price: Price; readonly delta: Quantity }
  /** price null: no quote; quantity null: size not told yet. */
  | { readonly op: 'top'; readonly side: BookSide; readonly price: Price | null; readonly quantity: Quantity | null }
  /** A side of a book that is fed by tops, where the venue tells of more than the top: all of it, empty: no quote. */
  | { readonly op: 'ladder'; readonly side: BookSide; readonly levels: readonly Level[] }
)

export type MarketStatus = 'open' | 'paused' | 'closed' | 'determined' | 'settled'
/** A result that stood for a week is not disputed any more; until then it is looked at again. */
export const AMENDABLE_MS = 7 * 86_400_000

export type FeedEvent = { readonly venue: Venue; readonly conn: number; readonly n: number; readonly recvMs: Millis } &
  /** disconnected forgets all books of conn. */
  (
    | { readonly kind: 'disconnected' }
    /** `replaces`: the connection that was in its place before; absent: it is another one. */
    | { readonly kind: 'connected'; readonly replaces?: number }
    /** execution.md §7: confirms every book of conn, changes none. */
    | { readonly kind: 'alive' }
    /** execution.md §7: nothing vouches for the books of conn until it is alive again; what they hold stands. */
    | { readonly kind: 'unconfirmed' }
    /** `sid`, `seq`: Kalshi's own word on the message, its subscription and its place there; null: it told none. Absent at ForecastEx. */
    | {
        readonly kind: 'book'
        readonly change: BookChange
        readonly venueMs: Millis | null
        readonly sid?: number | null
        readonly seq?: number | null
      }
    /** Said by the session that counts the sequence, that stops watching, or that was told of a market which trades again. */
    | {
        readonly kind: 'forget'
        readonly books: readonly BookIndex[]
        readonly cause: 'gap' | 'overflow' | 'audit' | 'unwatched' | 'reopened'
      }
    /** `tradeId`: the venue's own. */
    | {
        readonly kind: 'print'
        readonly book: BookIndex
        readonly price: Price
        readonly quantity: Quantity
        readonly taker: BookSide
        readonly tradeId: string
        readonly venueMs: Millis | null
      }
    | { readonly kind: 'market'; readonly market: MarketId; readonly status: MarketStatus }
    /** The venue changed what its catalog says of a market. null: as before; both null: it does not tell how, the listing is to be read again. */
    | { readonly kind: 'listing'; readonly market: MarketId; readonly closeMs: Millis | null; readonly bands: readonly PriceBand[] | null }
    /** The venue charges an event's markets otherwise from now on. null: as their series. */
    | { readonly kind: 'fees'; readonly event: string; readonly feeType: string | null; readonly multiplier: number | null }
    /** Counted, captured, changes nothing. */
    | { readonly kind: 'unreadable'; readonly cause: string }
  )
