import { formatFixed, formatPrice, formatQuantity, ONE_DOLLAR, type Money, type Price, type Quantity } from '../../../core/units'
import { bookOf, feeOverride, seriesFee, type Floor } from '../floor'
import { PRICE_RANGES } from '../grid'
import type { BookSide, EventRow, FillRow, MarketRow, OrderRow, PositionRow, SettlementRow, TradeRow } from '../rows'

/** Rows as the REST endpoints word them: prices with 4 decimals, costs and fees with 6, counts with 2, times in RFC 3339. */

export const dollars = (value: Money): string => formatFixed(value, 6)
/** With microseconds, as the venue writes object times. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString().replace('Z', '000Z')
/** Without a fraction: times that a calendar set. */
const plainTime = (atMs: number): string => new Date(atMs).toISOString().replace('.000Z', 'Z')
export const complement = (price: Price): Price => (ONE_DOLLAR - price) as Price
export const outcomeOf = (side: BookSide): 'yes' | 'no' => (side === 'bid' ? 'yes' : 'no')

/** Deprecated direction fields that still arrive: an ask is worded as selling YES. */
export const legacyDirection = (side: BookSide): { side: 'yes'; action: 'buy' | 'sell' } => ({
  side: 'yes',
  action: side === 'bid' ? 'buy' : 'sell',
})

interface Quotes {
  readonly bid: readonly [Price, Quantity]
  readonly ask: readonly [Price, Quantity]
}

/** Best YES bid and ask; a side without orders is 0.0000 or 1.0000 with size 0. */
export function quotesOf(floor: Floor, ticker: string): Quotes {
  const book = bookOf(floor, ticker)
  const nothing = 0 as Quantity
  return { bid: book.levels('bid')[0] ?? [0 as Price, nothing], ask: book.levels('ask')[0] ?? [ONE_DOLLAR, nothing] }
}

export function marketBody(floor: Floor, market: MarketRow): Record<string, unknown> {
  const { definition } = market
  const { bid, ask } = quotesOf(floor, market.ticker)
  const close = plainTime(market.closeMs)
  return {
    ticker: market.ticker,
    event_ticker: market.eventTicker,
    exchange_index: exchangeIndex(floor, market.eventTicker),
    market_type: 'binary',
    title: definition.title,
    yes_sub_title: definition.yes_sub_title,
    no_sub_title: definition.no_sub_title,
    created_time: timeText(market.createdMs),
    updated_time: timeText(market.updatedMs),
    open_time: plainTime(market.openMs),
    close_time: close,
    expected_expiration_time: definition.expected_expiration_time ?? close,
    expiration_time: close,
    latest_expiration_time: close,
    ...(definition.occurrence_datetime === undefined ? {} : { occurrence_datetime: definition.occurrence_datetime }),
    settlement_timer_seconds: definition.settlement_timer_seconds,
    settlement_bounds_type: 'default',
    status: market.status,
    result: market.result,
    ...(market.settlementValue === null ? {} : { settlement_value_dollars: formatPrice(market.settlementValue) }),
    ...(market.settledMs === null ? {} : { settlement_ts: timeText(market.settledMs) }),
    can_close_early: definition.can_close_early,
    ...(definition.early_close_condition === undefined ? {} : { early_close_condition: definition.early_close_condition }),
    expiration_value: '',
    notional_value_dollars: '1.0000',
    yes_bid_dollars: formatPrice(bid[0]),
    yes_bid_size_fp: formatQuantity(bid[1]),
    yes_ask_dollars: formatPrice(ask[0]),
    yes_ask_size_fp: formatQuantity(ask[1]),
    no_bid_dollars: formatPrice(complement(ask[0])),
    no_ask_dollars: formatPrice(complement(bid[0])),
    last_price_dollars: formatPrice(market.lastPrice ?? (0 as Price)),
    previous_price_dollars: formatPrice(market.previousPrice ?? (0 as Price)),
    previous_yes_bid_dollars: '0.0000',
    previous_yes_ask_dollars: '0.0000',
    volume_fp: formatQuantity(market.volume),
    volume_24h_fp: formatQuantity(market.volume),
    open_interest_fp: formatQuantity(market.openInterest),
    price_level_structure: definition.price_level_structure,
    price_ranges: PRICE_RANGES[definition.price_level_structure],
    ...(definition.strike_type === undefined ? {} : { strike_type: definition.strike_type }),
    ...(definition.floor_strike === undefined ? {} : { floor_strike: definition.floor_strike }),
    ...(definition.cap_strike === undefined ? {} : { cap_strike: definition.cap_strike }),
    ...(definition.mve_collection_ticker === undefined ? {} : { mve_collection_ticker: definition.mve_collection_ticker }),
    ...(definition.mve_selected_legs === undefined ? {} : { mve_selected_legs: definition.mve_selected_legs }),
    rules_primary: definition.rules_primary,
    rules_secondary: definition.rules_secondary,
  }
}

export const exchangeIndex = (floor: Floor, eventTicker: string): number =>
  floor.tables.get('event', eventTicker)?.definition.exchange_index ?? 0

export const marketsOf = (floor: Floor, event: EventRow): MarketRow[] =>
  event.markets.flatMap((ticker) => floor.tables.get('market', ticker) ?? [])

export function eventBody(floor: Floor, event: EventRow, withMarkets: boolean): Record<string, unknown> {
  const { definition } = event
  const series = floor.section.series.find((each) => each.ticker === definition.series_ticker)
  const override = feeOverride(floor, event)
  return {
    event_ticker: event.ticker,
    series_ticker: definition.series_ticker,
    title: definition.title,
    sub_title: definition.sub_title,
    category: series?.category ?? '',
    mutually_exclusive: definition.mutually_exclusive,
    collateral_return_type: definition.collateral_return_type,
    available_on_brokers: true,
    settlement_sources: definition.settlement_sources,
    product_metadata: {},
    exchange_index: definition.exchange_index,
    last_updated_ts: timeText(event.createdMs),
    ...(definition.strike_date === undefined ? {} : { strike_date: definition.strike_date }),
    ...(definition.strike_period === undefined ? {} : { strike_period: definition.strike_period }),
    ...(override.type === null ? {} : { fee_type_override: override.type }),
    ...(override.multiplier === null ? {} : { fee_multiplier_override: override.multiplier }),
    ...(withMarkets ? { markets: marketsOf(floor, event).map((market) => marketBody(floor, market)) } : {}),
  }
}

export function seriesBody(floor: Floor, series: Floor['section']['series'][number], withVolume: boolean): Record<string, unknown> {
  const fee = seriesFee(floor, series.ticker)
  return {
    ticker: series.ticker,
    title: series.title,
    category: series.category,
    categories: series.category === '' ? [] : [series.category],
    frequency: series.frequency,
    tags: series.tags,
    fee_type: fee.type,
    fee_multiplier: fee.multiplier / 10_000,
    settlement_sources: series.settlement_sources,
    contract_url: '',
    contract_terms_url: series.contract_terms_url,
    additional_prohibitions: [],
    exchange_index: 0,
    ...(withVolume ? { volume_fp: formatQuantity(volumeOf(floor, series.ticker)) } : {}),
  }
}

const volumeOf = (floor: Floor, seriesTicker: string): Quantity =>
  [...floor.tables.all('market')]
    .filter((market) => floor.tables.get('event', market.eventTicker)?.definition.series_ticker === seriesTicker)
    .reduce((sum, market) => sum + market.volume, 0) as Quantity

/** Bids of both outcomes, each in its own terms, ascending: the best level comes last. */
export function orderbookBody(floor: Floor, ticker: string, depth: number): { yes_dollars: string[][]; no_dollars: string[][] } {
  const book = bookOf(floor, ticker)
  const side = (of: BookSide, priceIn: (price: Price) => Price): string[][] =>
    book
      .levels(of)
      .slice(0, depth === 0 ? undefined : depth)
      .map(([at, count]) => [formatPrice(priceIn(at)), formatQuantity(count)])
      .reverse()
  return { yes_dollars: side('bid', (price) => price), no_dollars: side('ask', complement) }
}

export const tradeBody = (trade: TradeRow): Record<string, unknown> => ({
  trade_id: trade.tradeId,
  ticker: trade.ticker,
  count_fp: formatQuantity(trade.quantity),
  yes_price_dollars: formatPrice(trade.price),
  no_price_dollars: formatPrice(complement(trade.price)),
  taker_outcome_side: outcomeOf(trade.takerSide),
  taker_book_side: trade.takerSide,
  taker_side: outcomeOf(trade.takerSide),
  is_block_trade: false,
  created_time: timeText(trade.atMs),
})

export const orderBody = (floor: Floor, order: OrderRow): Record<string, unknown> => ({
  order_id: order.orderId,
  user_id: floor.tables.get('account', order.accountId)?.userId ?? '',
  client_order_id: order.clientOrderId,
  ticker: order.ticker,
  ...legacyDirection(order.side),
  outcome_side: outcomeOf(order.side),
  book_side: order.side,
  type: 'limit',
  status: order.status,
  yes_price_dollars: formatPrice(order.price),
  no_price_dollars: formatPrice(complement(order.price)),
  initial_count_fp: formatQuantity(order.initial),
  fill_count_fp: formatQuantity(order.filled),
  remaining_count_fp: formatQuantity(order.remaining),
  taker_fill_cost_dollars: dollars(order.takerCost),
  maker_fill_cost_dollars: dollars(order.makerCost),
  taker_fees_dollars: dollars(order.takerFees),
  maker_fees_dollars: dollars(order.makerFees),
  created_time: timeText(order.createdMs),
  last_update_time: timeText(order.updatedMs),
  ...(order.expirationMs === null ? {} : { expiration_time: plainTime(order.expirationMs) }),
  self_trade_prevention_type: order.selfTradePrevention,
  cancel_order_on_pause: order.cancelOnPause,
  ...(order.groupId === null ? {} : { order_group_id: order.groupId }),
  subaccount_number: order.subaccount,
  exchange_index: exchangeIndex(floor, floor.tables.get('market', order.ticker)?.eventTicker ?? ''),
})

export const fillBody = (floor: Floor, fill: FillRow): Record<string, unknown> => ({
  fill_id: fill.tradeId,
  trade_id: fill.tradeId,
  order_id: fill.orderId,
  ticker: fill.ticker,
  market_ticker: fill.ticker,
  ...legacyDirection(fill.side),
  outcome_side: outcomeOf(fill.side),
  book_side: fill.side,
  count_fp: formatQuantity(fill.quantity),
  yes_price_dollars: formatPrice(fill.price),
  no_price_dollars: formatPrice(complement(fill.price)),
  is_taker: fill.isTaker,
  fee_cost: dollars(fill.fee),
  created_time: timeText(fill.atMs),
  ts: Math.floor(fill.atMs / 1000),
  subaccount_number: fill.subaccount,
  exchange_index: exchangeIndex(floor, floor.tables.get('market', fill.ticker)?.eventTicker ?? ''),
})

export const positionBody = (floor: Floor, position: PositionRow): Record<string, unknown> => ({
  ticker: position.ticker,
  exchange_index: exchangeIndex(floor, floor.tables.get('market', position.ticker)?.eventTicker ?? ''),
  position_fp: formatQuantity(position.position),
  market_exposure_dollars: dollars(position.cost),
  total_traded_dollars: dollars(position.traded),
  realized_pnl_dollars: dollars(position.realized),
  fees_paid_dollars: dollars(position.fees),
  last_updated_ts: timeText(position.updatedMs),
})

export const settlementBody = (floor: Floor, row: SettlementRow): Record<string, unknown> => ({
  ticker: row.ticker,
  event_ticker: row.eventTicker,
  exchange_index: exchangeIndex(floor, row.eventTicker),
  market_result: row.result,
  yes_count_fp: formatQuantity(row.yesCount),
  yes_total_cost_dollars: dollars(row.yesCost),
  no_count_fp: formatQuantity(row.noCount),
  no_total_cost_dollars: dollars(row.noCost),
  revenue: Math.floor(row.revenue / 10_000),
  value: Math.floor(row.value / 100),
  fee_cost: dollars(row.fees),
  settled_time: timeText(row.atMs),
})
