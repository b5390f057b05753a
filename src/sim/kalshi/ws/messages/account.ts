import { formatPrice, formatQuantity } from '../../../../core/units'
import { dollars, exchangeIndex, legacyDirection, outcomeOf, timeText } from '../../api/render'
import type { Floor, VenueEvent } from '../../floor'
import type { FillRow, OrderRow, PositionRow } from '../../rows'
import type { PositionTally } from './tallies'

/** The `msg` of each message about an account's own business (kalshi.md §7.4). */

const seconds = (atMs: number): number => Math.floor(atMs / 1000)
const shardOf = (floor: Floor, ticker: string): number => exchangeIndex(floor, floor.tables.get('market', ticker)?.eventTicker ?? '')
/** Named only by those who use subaccounts. */
const subaccountOf = ({ subaccount }: { readonly subaccount: number }): { subaccount?: number } => (subaccount === 0 ? {} : { subaccount })
const userOf = (floor: Floor, accountId: string): string => floor.tables.get('account', accountId)?.userId ?? ''

export const fillMessage = (floor: Floor, fill: FillRow, clientOrderId: string): unknown => ({
  trade_id: fill.tradeId,
  order_id: fill.orderId,
  ...(clientOrderId === '' ? {} : { client_order_id: clientOrderId }),
  market_ticker: fill.ticker,
  exchange_index: shardOf(floor, fill.ticker),
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
  ...subaccountOf(fill),
})

export function orderMessage(floor: Floor, order: OrderRow): unknown {
  // the venue has no word for a cancel that its client asked for
  const isNamed = order.reason !== '' && order.reason !== 'Canceled'
  return {
    order_id: order.orderId,
    user_id: userOf(floor, order.accountId),
    ticker: order.ticker,
    exchange_index: shardOf(floor, order.ticker),
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
    ...(order.groupId === null ? {} : { order_group_id: order.groupId }),
    self_trade_prevention_type: order.selfTradePrevention,
    created_time: timeText(order.createdMs),
    created_ts_ms: order.createdMs,
    last_update_time: timeText(order.updatedMs),
    last_updated_ts_ms: order.updatedMs,
    ...(order.expirationMs === null ? {} : { expiration_time: timeText(order.expirationMs), expiration_ts_ms: order.expirationMs }),
    ...(isNamed ? { last_update_reason: order.reason } : {}),
    subaccount_number: order.subaccount,
  }
}

export const positionMessage = (floor: Floor, row: PositionRow, tally: PositionTally): unknown => ({
  user_id: userOf(floor, row.accountId),
  market_ticker: row.ticker,
  position_fp: formatQuantity(row.position),
  position_cost_dollars: dollars(row.cost),
  realized_pnl_dollars: dollars(row.realized),
  fees_paid_dollars: dollars(row.fees),
  position_fee_cost_dollars: dollars(tally.feeCost),
  volume_fp: formatQuantity(tally.volume),
  ...subaccountOf(row),
})

export const orderGroupMessage = (event: Extract<VenueEvent, { kind: 'order_group' }>): unknown => ({
  event_type: event.change,
  order_group_id: event.groupId,
  ...(event.contractsLimit === null ? {} : { contracts_limit_fp: formatQuantity(event.contractsLimit) }),
  ts_ms: event.atMs,
})
