import { marketId, type BookSide } from '../../../../core/ids'
import { money, price, quantity } from '../../../../core/units'
import { flag, integer, optional, optionalText, outcome, text, venueTime, type Fields } from './json'
import type { Place, StreamFill, StreamGroup, StreamMessage, StreamOrder, StreamPosition } from './message'

const itself = (value: string): string => value
/** The direction of an order or a fill, whichever outcome was traded: buying YES and selling NO are a bid. */
const bookSide = (msg: Fields): BookSide =>
  msg.book_side === 'bid' || msg.book_side === 'ask' ? msg.book_side : outcome(msg.outcome_side) === 'yes' ? 'bid' : 'ask'

/** @throws RangeError naming what is wrong */
const readFill = (msg: Fields): StreamFill => ({
  executionId: text(msg.trade_id),
  venueOrderId: text(msg.order_id),
  clientOrderId: optionalText(msg.client_order_id, itself),
  market: marketId(text(msg.market_ticker)),
  side: bookSide(msg),
  yesPrice: price(text(msg.yes_price_dollars)),
  quantity: quantity(text(msg.count_fp)),
  fee: money(text(msg.fee_cost)),
  atMs: venueTime(msg.ts_ms),
  positionAfter: optionalText(msg.post_position_fp, quantity),
  shard: optional(msg.exchange_index, integer),
  taker: optional(msg.is_taker, flag),
})

const readOrder = (msg: Fields): StreamOrder => ({
  venueOrderId: text(msg.order_id),
  clientOrderId: optionalText(msg.client_order_id, itself),
  // the only message that says `ticker`
  market: marketId(text(msg.ticker)),
  side: bookSide(msg),
  status: text(msg.status),
  yesPrice: price(text(msg.yes_price_dollars)),
  quantity: quantity(text(msg.initial_count_fp)),
  filled: quantity(text(msg.fill_count_fp)),
  remaining: quantity(text(msg.remaining_count_fp)),
  fees: money(money(text(msg.taker_fees_dollars)) + money(text(msg.maker_fees_dollars))),
  shard: optional(msg.exchange_index, integer),
  reason: optionalText(msg.last_update_reason, itself),
  atMs: optional(msg.last_updated_ts_ms ?? msg.created_ts_ms, venueTime),
})

const readPosition = (place: Place, msg: Fields): StreamPosition => ({
  ...place,
  kind: 'position',
  market: marketId(text(msg.market_ticker)),
  position: quantity(text(msg.position_fp)),
  realised: money(text(msg.realized_pnl_dollars)),
  fees: money(text(msg.fees_paid_dollars)),
})

const readGroup = (place: Place, msg: Fields): StreamGroup => ({
  ...place,
  kind: 'group',
  event: text(msg.event_type),
  groupId: text(msg.order_group_id),
  contractsLimit: optionalText(msg.contracts_limit_fp, quantity),
  venueMs: optional(msg.ts_ms, venueTime),
})

/** The messages about our own orders and positions (kalshi.md §7.4); null: not one of them. @throws RangeError naming what is wrong */
export function readAccountMessage(type: string, place: Place, msg: () => Fields): StreamMessage | null {
  switch (type) {
    case 'fill':
      return { ...place, kind: 'fill', fill: readFill(msg()) }
    case 'user_order':
      return { ...place, kind: 'order', order: readOrder(msg()) }
    case 'market_position':
      return readPosition(place, msg())
    case 'order_group_updates':
      return readGroup(place, msg())
    default:
      return null
  }
}
