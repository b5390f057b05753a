import type { BookSide, MarketId } from '../../../../core/ids'
import type { Level } from '../../../../core/market/event'
import type { PriceBand } from '../../../../core/market/grid'
import type { Millis, Money, Price, Quantity } from '../../../../core/units'
import type { KalshiFill } from '../portfolio'

/** Where a message stands in its subscription; null where the venue gives none. */
export interface Place {
  readonly sid: number | null
  readonly seq: number | null
  /** The command it answers. */
  readonly id: number | null
}

export interface StreamSnapshot extends Place {
  readonly kind: 'snapshot'
  readonly market: MarketId
  readonly yes: readonly Level[]
  readonly no: readonly Level[]
}
export interface StreamDelta extends Place {
  readonly kind: 'delta'
  readonly market: MarketId
  readonly side: 'yes' | 'no'
  readonly price: Price
  /** Signed, added to what is there. */
  readonly change: Quantity
  readonly venueMs: Millis | null
}
export interface StreamTrade extends Place {
  readonly kind: 'trade'
  readonly market: MarketId
  /** Of YES. */
  readonly price: Price
  readonly quantity: Quantity
  readonly taker: BookSide
  /** The same in the fill of whoever took part. */
  readonly tradeId: string
  /** Matched off the book. */
  readonly block: boolean
  readonly venueMs: Millis | null
}
/** YES terms. A price is null where there is none; then so is its size. */
export interface StreamTicker extends Place {
  readonly kind: 'ticker'
  readonly market: MarketId
  readonly last: Price | null
  readonly bid: Price | null
  readonly ask: Price | null
  readonly bidSize: Quantity | null
  readonly askSize: Quantity | null
  readonly openInterest: Quantity
  readonly volume: Quantity
  readonly venueMs: Millis | null
}
/** What changed at a market; each field null where this event does not tell it. */
export interface StreamLifecycle extends Place {
  readonly kind: 'lifecycle'
  readonly market: MarketId
  /** The venue's own word, of a later version too. */
  readonly event: string
  readonly shard: number | null
  readonly openMs: Millis | null
  readonly closeMs: Millis | null
  readonly determinationMs: Millis | null
  readonly settledMs: Millis | null
  readonly result: string | null
  /** Of one YES contract. */
  readonly settlementValue: Money | null
  readonly bands: readonly PriceBand[] | null
  readonly deactivated: boolean | null
}

/** The private fill of an order of ours: a hint that comes without a sequence. Only the fill list counts. */
export interface StreamFill extends KalshiFill {
  /** null: not told. */
  readonly clientOrderId: string | null
  /** Signed: YES above zero, NO below. */
  readonly positionAfter: Quantity | null
  readonly shard: number | null
  readonly taker: boolean | null
}
/** The state of an order of ours after a change: a hint without a sequence, like the fill. */
export interface StreamOrder {
  readonly venueOrderId: string
  readonly clientOrderId: string | null
  readonly market: MarketId
  readonly side: BookSide
  /** The venue's own word, of a later version too. */
  readonly status: string
  readonly yesPrice: Price
  /** As placed or amended. */
  readonly quantity: Quantity
  readonly filled: Quantity
  readonly remaining: Quantity
  /** As taker and as maker. */
  readonly fees: Money
  readonly shard: number | null
  readonly reason: string | null
  /** Of the last change. */
  readonly atMs: Millis | null
}
export interface StreamPosition extends Place {
  readonly kind: 'position'
  readonly market: MarketId
  /** Signed: YES above zero, NO below. */
  readonly position: Quantity
  readonly realised: Money
  readonly fees: Money
}
export interface StreamGroup extends Place {
  readonly kind: 'group'
  /** The venue's own word, of a later version too. */
  readonly event: string
  readonly groupId: string
  readonly contractsLimit: Quantity | null
  readonly venueMs: Millis | null
}
/** An event's own fees from now on. null: the series decides. */
export interface StreamFees extends Place {
  readonly kind: 'fees'
  readonly event: string
  readonly feeType: string | null
  /** 1e-4 units, as in the fee terms of a listing. */
  readonly multiplier: number | null
}
export interface StreamOk extends Place {
  readonly kind: 'ok'
  /** All markets of the subscription after the command; null where the answer does not list them. */
  readonly markets: readonly MarketId[] | null
  /** The answer to a list of subscriptions; null otherwise. */
  readonly subscriptions: readonly { readonly channel: string; readonly sid: number }[] | null
}

/** One WebSocket message (kalshi.md §7), numbers read, prices of NO levels still as the subscription asked for them. */
export type StreamMessage =
  | StreamSnapshot
  | StreamDelta
  | StreamTrade
  | StreamTicker
  | StreamLifecycle
  | StreamPosition
  | StreamGroup
  | StreamFees
  | StreamOk
  | (Place &
      (
        | { readonly kind: 'event-lifecycle'; readonly event: string }
        | { readonly kind: 'fill'; readonly fill: StreamFill }
        | { readonly kind: 'order'; readonly order: StreamOrder }
        | { readonly kind: 'subscribed'; readonly channel: string; readonly ofSid: number }
        | { readonly kind: 'unsubscribed' }
        | { readonly kind: 'error'; readonly code: number; readonly text: string; readonly market: MarketId | null }
        /** Known, and of no use here. */
        | { readonly kind: 'ignored' }
        /** `type` is null when not even that could be read; then sid and seq may be lost too. `market`: the one it is about, where legible. */
        | { readonly kind: 'unreadable'; readonly type: string | null; readonly market: MarketId | null; readonly cause: string }
      ))
