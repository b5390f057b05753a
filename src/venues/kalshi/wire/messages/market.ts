import { marketId } from '../../../../core/ids'
import type { Level } from '../../../../core/market/event'
import type { PriceBand } from '../../../../core/market/grid'
import { money, ONE_DOLLAR, price, quantity, type Price } from '../../../../core/units'
import {
  flag,
  integer,
  list,
  multiplier,
  optional,
  optionalText,
  outcome,
  record,
  text,
  venueSeconds,
  venueTime,
  type Fields,
} from './json'
import type { Place, StreamDelta, StreamLifecycle, StreamMessage, StreamSnapshot, StreamTicker, StreamTrade } from './message'

const itself = (value: string): string => value

const readDelta = (place: Place, msg: Fields): StreamDelta => ({
  ...place,
  kind: 'delta',
  market: marketId(text(msg.market_ticker)),
  side: outcome(msg.side),
  price: price(text(msg.price_dollars)),
  change: quantity(text(msg.delta_fp)),
  venueMs: optional(msg.ts_ms, venueTime),
})

/** The key of an empty side is absent; at the close of a market both are. */
const readSnapshot = (place: Place, msg: Fields): StreamSnapshot => ({
  ...place,
  kind: 'snapshot',
  market: marketId(text(msg.market_ticker)),
  yes: optional(msg.yes_dollars_fp, levels) ?? [],
  no: optional(msg.no_dollars_fp, levels) ?? [],
})
const levels = (value: unknown): readonly Level[] =>
  list(value).map((each): Level => {
    const level = list(each)
    return { price: price(text(level[0])), quantity: quantity(text(level[1])) }
  })

/** `taker_side` is deprecated, and the only one of the three in older recordings. */
function readTrade(place: Place, msg: Fields): StreamTrade {
  const taker = msg.taker_book_side === 'bid' || msg.taker_book_side === 'ask' ? msg.taker_book_side : null
  return {
    ...place,
    kind: 'trade',
    market: marketId(text(msg.market_ticker)),
    price: price(text(msg.yes_price_dollars)),
    quantity: quantity(text(msg.count_fp)),
    taker: taker ?? (outcome(msg.taker_outcome_side ?? msg.taker_side) === 'yes' ? 'bid' : 'ask'),
    tradeId: text(msg.trade_id),
    block: optional(msg.is_block_trade, flag) ?? false,
    venueMs: optional(msg.ts_ms, venueTime),
  }
}

/** The form with integer cents in `price` and `yes_bid` has no sizes: it is refused for their lack. */
function readTicker(place: Place, msg: Fields): StreamTicker {
  const bid = optionalText(msg.yes_bid_dollars, quoted)
  const ask = optionalText(msg.yes_ask_dollars, quoted)
  const bidSize = quantity(text(msg.yes_bid_size_fp))
  const askSize = quantity(text(msg.yes_ask_size_fp))
  return {
    ...place,
    kind: 'ticker',
    market: marketId(text(msg.market_ticker)),
    // "" on a market that never traded
    last: optionalText(msg.price_dollars, quoted),
    bid,
    ask,
    bidSize: bid === null ? null : bidSize,
    askSize: ask === null ? null : askSize,
    openInterest: quantity(text(msg.open_interest_fp)),
    volume: quantity(text(msg.volume_fp)),
    venueMs: optional(msg.ts_ms, venueTime),
  }
}
/** 0 and 1 are never an order's price: they stand where there is none. */
function quoted(value: string): Price | null {
  const at = price(value)
  return at === 0 || at === ONE_DOLLAR ? null : at
}

const readLifecycle = (place: Place, msg: Fields): StreamLifecycle => ({
  ...place,
  kind: 'lifecycle',
  market: marketId(text(msg.market_ticker)),
  event: text(msg.event_type),
  shard: optional(msg.exchange_index, integer),
  openMs: optional(msg.open_ts, venueSeconds),
  closeMs: optional(msg.close_ts, venueSeconds),
  determinationMs: optional(msg.determination_ts, venueSeconds),
  settledMs: optional(msg.settled_ts, venueSeconds),
  result: optionalText(msg.result, itself),
  settlementValue: optionalText(msg.settlement_value, money),
  bands: optional(msg.price_ranges, bands),
  deactivated: optional(msg.is_deactivated, flag),
})
const bands = (value: unknown): readonly PriceBand[] =>
  list(value).map((each): PriceBand => {
    const { start, end, step } = record(each)
    return { start: price(text(start)), end: price(text(end)), step: price(text(step)) }
  })

/** The public messages (kalshi.md §7.4); null: not one of them. @throws RangeError naming what is wrong */
export function readMarketMessage(type: string, place: Place, body: () => Fields): StreamMessage | null {
  switch (type) {
    case 'orderbook_delta':
      return readDelta(place, body())
    case 'orderbook_snapshot':
      return readSnapshot(place, body())
    case 'trade':
      return readTrade(place, body())
    case 'ticker':
      return readTicker(place, body())
    case 'market_lifecycle_v2':
    case 'multivariate_market_lifecycle':
      return readLifecycle(place, body())
    case 'event_lifecycle':
      return { ...place, kind: 'event-lifecycle', event: text(body().event_ticker) }
    case 'event_fee_update': {
      const { event_ticker: event, fee_type_override: feeType, fee_multiplier_override: factor } = body()
      return {
        ...place,
        kind: 'fees',
        event: text(event),
        feeType: optionalText(feeType, itself),
        multiplier: optional(factor, multiplier),
      }
    }
    default:
      return null
  }
}
