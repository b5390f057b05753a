import { formatPrice, formatQuantity, type Price } from '../../../core/units'
import { bookOf, type Floor, type LifecycleChange, type VenueEvent } from '../floor'
import type { FillRow, OrderRow, TradeRow } from '../rows'
import { complement, dollars, exchangeIndex, legacyDirection, outcomeOf, quotesOf, timeText } from './render'

/** The `msg` of each WebSocket message (kalshi.md §7.4; the recorded shapes win). */

export type LevelEvent = Extract<VenueEvent, { kind: 'level' }>

/** Ascending in the outcome's own terms, best level last; a side without orders has no key (recorded). */
export function snapshotMessage(floor: Floor, ticker: string, useYesPrice: boolean): Record<string, unknown> {
  const book = bookOf(floor, ticker)
  const pairs = (side: 'bid' | 'ask', priceIn: (price: Price) => Price): string[][] =>
    book
      .levels(side)
      .map(([at, count]) => [formatPrice(priceIn(at)), formatQuantity(count)])
      .reverse()
  const yes = pairs('bid', (price) => price)
  const no = pairs('ask', useYesPrice ? (price) => price : complement)
  return {
    market_ticker: ticker,
    market_id: floor.tables.get('market', ticker)?.marketId ?? '',
    ...(yes.length === 0 ? {} : { yes_dollars_fp: yes }),
    ...(no.length === 0 ? {} : { no_dollars_fp: no }),
  }
}

/** The client order id is there only for the account whose order changed the level. */
export function deltaMessage(floor: Floor, event: LevelEvent, useYesPrice: boolean, accountId: string): Record<string, unknown> {
  const own = event.causes.find((cause) => cause.accountId === accountId)
  return {
    market_ticker: event.ticker,
    market_id: floor.tables.get('market', event.ticker)?.marketId ?? '',
    price_dollars: formatPrice(event.side === 'ask' && !useYesPrice ? complement(event.price) : event.price),
    delta_fp: formatQuantity(event.delta),
    side: outcomeOf(event.side),
    ...(own === undefined || own.clientOrderId === '' ? {} : { client_order_id: own.clientOrderId }),
    ts: timeText(event.atMs),
    ts_ms: event.atMs,
  }
}

const seconds = (atMs: number): number => Math.floor(atMs / 1000)

export const tradeMessage = (trade: TradeRow): Record<string, unknown> => ({
  trade_id: trade.tradeId,
  market_ticker: trade.ticker,
  yes_price_dollars: formatPrice(trade.price),
  no_price_dollars: formatPrice(complement(trade.price)),
  count_fp: formatQuantity(trade.quantity),
  taker_side: outcomeOf(trade.takerSide),
  taker_outcome_side: outcomeOf(trade.takerSide),
  taker_book_side: trade.takerSide,
  is_block_trade: false,
  ts: seconds(trade.atMs),
  ts_ms: trade.atMs,
})

export function fillMessage(floor: Floor, fill: FillRow, clientOrderId: string): Record<string, unknown> {
  return {
    trade_id: fill.tradeId,
    order_id: fill.orderId,
    ...(clientOrderId === '' ? {} : { client_order_id: clientOrderId }),
    market_ticker: fill.ticker,
    exchange_index: exchangeIndex(floor, floor.tables.get('market', fill.ticker)?.eventTicker ?? ''),
    is_taker: fill.isTaker,
    ...legacyDirection(fill.side),
    purchased_side: outcomeOf(fill.side),
    outcome_side: outcomeOf(fill.side),
    book_side: fill.side,
    yes_price_dollars: formatPrice(fill.price),
    count_fp: formatQuantity(fill.quantity),
    fee_cost: dollars(fill.fee),
    post_position_fp: formatQuantity(fill.positionAfter),
    ts: seconds(fill.atMs),
    ts_ms: fill.atMs,
  }
}

export function orderMessage(floor: Floor, order: OrderRow): Record<string, unknown> {
  const isNamed = order.reason !== '' && order.reason !== 'Canceled'
  return {
    order_id: order.orderId,
    user_id: floor.tables.get('account', order.accountId)?.userId ?? '',
    ticker: order.ticker,
    exchange_index: exchangeIndex(floor, floor.tables.get('market', order.ticker)?.eventTicker ?? ''),
    status: order.status,
    side: 'yes',
    is_yes: order.side === 'bid',
    outcome_side: outcomeOf(order.side),
    book_side: order.side,
    yes_price_dollars: formatPrice(order.price),
    initial_count_fp: formatQuantity(order.initial),
    fill_count_fp: formatQuantity(order.filled),
    remaining_count_fp: formatQuantity(order.remaining),
    taker_fill_cost_dollars: dollars(order.takerCost),
    maker_fill_cost_dollars: dollars(order.makerCost),
    taker_fees_dollars: dollars(order.takerFees),
    maker_fees_dollars: dollars(order.makerFees),
    client_order_id: order.clientOrderId,
    self_trade_prevention_type: order.selfTradePrevention,
    created_time: timeText(order.createdMs),
    created_ts_ms: order.createdMs,
    last_update_time: timeText(order.updatedMs),
    last_updated_ts_ms: order.updatedMs,
    ...(order.expirationMs === null ? {} : { expiration_time: timeText(order.expirationMs), expiration_ts_ms: order.expirationMs }),
    ...(isNamed ? { last_update_reason: order.reason } : {}),
    subaccount_number: 0,
  }
}

export function lifecycleMessage(floor: Floor, ticker: string, change: LifecycleChange, atMs: number): Record<string, unknown> {
  const market = floor.tables.get('market', ticker)
  const base = { market_ticker: ticker, event_type: change.event_type, exchange_index: exchangeIndex(floor, market?.eventTicker ?? '') }
  switch (change.event_type) {
    case 'created':
      return { ...base, open_ts: seconds(market?.openMs ?? atMs), close_ts: seconds(market?.closeMs ?? atMs) }
    case 'close_date_updated':
      return { ...base, close_ts: seconds(market?.closeMs ?? atMs) }
    case 'activated':
      return { ...base, is_deactivated: false }
    case 'deactivated':
      return { ...base, is_deactivated: true }
    case 'determined':
      return { ...base, result: change.result, settlement_value: formatPrice(change.settlementValue), determination_ts: seconds(atMs) }
    case 'settled':
      return { ...base, settled_ts: seconds(atMs) }
  }
}

export function tickerMessage(floor: Floor, ticker: string): Record<string, unknown> {
  const market = floor.tables.get('market', ticker)
  const { bid, ask } = quotesOf(floor, ticker)
  const now = floor.clock.nowMs()
  const last = market?.lastPrice ?? null
  return {
    market_id: market?.marketId ?? '',
    market_ticker: ticker,
    price_dollars: last === null ? '' : formatPrice(last),
    yes_bid_dollars: formatPrice(bid[0]),
    yes_ask_dollars: formatPrice(ask[0]),
    yes_bid_size_fp: formatQuantity(bid[1]),
    yes_ask_size_fp: formatQuantity(ask[1]),
    last_trade_size_fp: '0.00',
    volume_fp: formatQuantity(market?.volume ?? (0 as (typeof bid)[1])),
    open_interest_fp: formatQuantity(market?.openInterest ?? (0 as (typeof bid)[1])),
    dollar_volume: Math.floor((market?.volume ?? 0) / 100),
    dollar_open_interest: Math.floor((market?.openInterest ?? 0) / 100),
    ts: seconds(now),
    ts_ms: now,
    time: timeText(now),
  }
}
