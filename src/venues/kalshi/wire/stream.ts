import { marketId, type BookSide, type MarketId } from '../../../core/ids'
import type { Level } from '../../../core/market/event'
import { millis, money, price, quantity, type Millis, type Price, type Quantity } from '../../../core/units'
import type { KalshiFill } from './portfolio'

/** Where a message stands in its subscription; null where the venue gives none. */
interface Place {
  readonly sid: number | null
  readonly seq: number | null
  /** The command it answers. */
  readonly id: number | null
}
/** The private fill of an order of ours: a hint that comes without a sequence. Only the fill list counts. */
export interface StreamFill extends KalshiFill {
  /** null: not told. */
  readonly clientOrderId: string | null
}
/** One WebSocket message (kalshi.md §7), numbers read, prices of NO levels still as the subscription asked for them. */
export type StreamMessage = Place &
  (
    | { readonly kind: 'snapshot'; readonly market: MarketId; readonly yes: readonly Level[]; readonly no: readonly Level[] }
    | {
        readonly kind: 'delta'
        readonly market: MarketId
        readonly side: 'yes' | 'no'
        readonly price: Price
        /** Signed, added to what is there. */
        readonly change: Quantity
        readonly venueMs: Millis | null
      }
    | { readonly kind: 'trade'; readonly market: MarketId; readonly price: Price; readonly quantity: Quantity; readonly taker: BookSide }
    | { readonly kind: 'lifecycle'; readonly market: MarketId; readonly event: string }
    | { readonly kind: 'fill'; readonly fill: StreamFill }
    | { readonly kind: 'subscribed'; readonly channel: string; readonly ofSid: number }
    | { readonly kind: 'ok' | 'unsubscribed' }
    | { readonly kind: 'error'; readonly code: number; readonly text: string }
    /** Known, and of no use here. */
    | { readonly kind: 'ignored' }
    /** `type` is null when not even that could be read; then sid and seq are lost too. */
    | { readonly kind: 'unreadable'; readonly type: string | null; readonly cause: string }
  )

/** Channels nobody subscribes here still have names we know: their messages are not alarms. */
const IGNORED: readonly string[] = ['event_lifecycle', 'event_fee_update', 'ticker', 'market_position', 'user_order', 'order_group_updates']
type Fields = Readonly<Record<string, unknown>>
const decoder = new TextDecoder()

/** Reads one frame. Never throws: what cannot be read is a message of kind 'unreadable', with its place in the sequence where that is legible. */
export function readStream(payload: Uint8Array): StreamMessage {
  let type: string | null = null
  let place: Place = { sid: null, seq: null, id: null }
  try {
    const frame = record(JSON.parse(decoder.decode(payload)))
    place = { sid: optionalInteger(frame.sid), seq: optionalInteger(frame.seq), id: optionalInteger(frame.id) }
    type = text(frame.type)
    return readMessage(type, place, frame)
  } catch (error) {
    return { ...place, kind: 'unreadable', type, cause: error instanceof Error ? error.message : String(error) }
  }
}

/** @throws RangeError naming what is wrong */
function readMessage(type: string, place: Place, frame: Fields): StreamMessage {
  switch (type) {
    case 'orderbook_delta':
      return readDelta(place, record(frame.msg))
    case 'orderbook_snapshot':
      return readSnapshot(place, record(frame.msg))
    case 'trade':
      return readTrade(place, record(frame.msg))
    case 'fill':
      return { ...place, kind: 'fill', fill: readFill(record(frame.msg)) }
    case 'market_lifecycle_v2': {
      const msg = record(frame.msg)
      return { ...place, kind: 'lifecycle', market: marketId(text(msg.market_ticker)), event: text(msg.event_type) }
    }
    case 'subscribed': {
      const msg = record(frame.msg)
      return { ...place, kind: 'subscribed', channel: text(msg.channel), ofSid: integer(msg.sid) }
    }
    case 'ok':
    case 'unsubscribed':
      return { ...place, kind: type }
    case 'error': {
      const msg = record(frame.msg)
      return { ...place, kind: 'error', code: integer(msg.code), text: typeof msg.msg === 'string' ? msg.msg : '' }
    }
    default:
      return IGNORED.includes(type)
        ? { ...place, kind: 'ignored' }
        : { ...place, kind: 'unreadable', type, cause: `unknown type "${type}"` }
  }
}

const readDelta = (place: Place, msg: Fields): StreamMessage => ({
  ...place,
  kind: 'delta',
  market: marketId(text(msg.market_ticker)),
  side: outcome(msg.side),
  price: price(text(msg.price_dollars)),
  change: quantity(text(msg.delta_fp)),
  venueMs: venueTime(msg.ts_ms),
})

/** The key of an empty side is absent; at the close of a market both are. */
const readSnapshot = (place: Place, msg: Fields): StreamMessage => ({
  ...place,
  kind: 'snapshot',
  market: marketId(text(msg.market_ticker)),
  yes: levels(msg.yes_dollars_fp),
  no: levels(msg.no_dollars_fp),
})

/** `taker_side` is deprecated, and the only one of the three in older recordings. */
function readTrade(place: Place, msg: Fields): StreamMessage {
  const taker = msg.taker_book_side === 'bid' || msg.taker_book_side === 'ask' ? msg.taker_book_side : null
  return {
    ...place,
    kind: 'trade',
    market: marketId(text(msg.market_ticker)),
    price: price(text(msg.yes_price_dollars)),
    quantity: quantity(text(msg.count_fp)),
    taker: taker ?? (outcome(msg.taker_outcome_side ?? msg.taker_side) === 'yes' ? 'bid' : 'ask'),
  }
}

const readFill = (msg: Fields): StreamFill => ({
  executionId: text(msg.trade_id),
  venueOrderId: text(msg.order_id),
  clientOrderId: typeof msg.client_order_id === 'string' ? msg.client_order_id : null,
  market: marketId(text(msg.market_ticker)),
  side: msg.book_side === 'bid' || msg.book_side === 'ask' ? msg.book_side : outcome(msg.outcome_side) === 'yes' ? 'bid' : 'ask',
  yesPrice: price(text(msg.yes_price_dollars)),
  quantity: quantity(text(msg.count_fp)),
  fee: money(text(msg.fee_cost)),
  atMs: millis(integer(msg.ts_ms)),
})

function levels(value: unknown): readonly Level[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new RangeError('levels are not a list')
  return value.map((level: unknown): Level => {
    if (!Array.isArray(level)) throw new RangeError('a level is not a pair')
    return { price: price(text(level[0])), quantity: quantity(text(level[1])) }
  })
}

function record(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new RangeError('an object is missing')
  return value as Fields
}
function text(value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new RangeError(`a text is missing: ${String(value)}`)
  return value
}
function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not an integer: ${String(value)}`)
  return value as number
}
const optionalInteger = (value: unknown): number | null => (value === undefined || value === null ? null : integer(value))
const venueTime = (value: unknown): Millis | null => (value === undefined || value === null ? null : millis(integer(value)))
function outcome(value: unknown): 'yes' | 'no' {
  if (value !== 'yes' && value !== 'no') throw new RangeError(`neither yes nor no: ${String(value)}`)
  return value
}
