import { boolean, count, dollars, instant, integer, list, number, object, optional, price, text, tuple, word, type Expected } from './shape'

/**
 * What the readers of `wire` take from each answer, and what else the venue is known to send (kalshi.md §3 to §5, §12; recordings of 2026).
 * A field under `money` that is missing or has another type forbids trading; anything that is not listed at all is told as a notice.
 */

const SIDES = word('bid', 'ask')
const STATUSES = word('initialized', 'inactive', 'active', 'closed', 'determined', 'disputed', 'amended', 'finalized')
const FEE_TYPES = word('quadratic', 'quadratic_with_maker_fees', 'flat')

const market = object({
  money: {
    ticker: text,
    event_ticker: text,
    status: STATUSES,
    open_time: optional(instant),
    close_time: instant,
    can_close_early: optional(boolean),
    price_ranges: list(object({ money: { start: price, end: price, step: price } })),
    result: optional(word('yes', 'no', 'scalar')),
    settlement_value_dollars: optional(price),
    exchange_index: optional(integer),
  },
  used: {
    ...{ title: optional(text), subtitle: optional(text), yes_sub_title: optional(text) },
    /** What a pair's certificate was judged by. */
    ...{ rules_primary: optional(text), rules_secondary: optional(text), early_close_condition: optional(text) },
  },
  known: [
    ...['market_type', 'no_sub_title', 'created_time', 'updated_time', 'expected_expiration_time', 'expiration_time'],
    ...['latest_expiration_time', 'settlement_timer_seconds', 'yes_bid_dollars', 'yes_bid_size_fp', 'yes_ask_dollars', 'yes_ask_size_fp'],
    ...['no_bid_dollars', 'no_ask_dollars', 'last_price_dollars', 'volume_fp', 'volume_24h_fp', 'open_interest_fp'],
    ...['notional_value_dollars', 'previous_yes_bid_dollars', 'previous_yes_ask_dollars', 'previous_price_dollars', 'liquidity_dollars'],
    ...['settlement_ts', 'expiration_value', 'occurrence_datetime', 'fee_waiver_expiration_time', 'strike_type'],
    ...['floor_strike', 'cap_strike', 'functional_strike', 'custom_strike', 'mve_collection_ticker'],
    ...['mve_selected_legs', 'primary_participant_key', 'price_level_structure', 'is_provisional', 'settlement_bounds_type'],
    ...['settlement_floor_dollars', 'fractional_trading_enabled', 'response_price_units', 'tick_size'],
  ],
})
const event = object({
  money: {
    event_ticker: text,
    series_ticker: text,
    fee_type_override: optional(FEE_TYPES),
    fee_multiplier_override: optional(number),
    exchange_index: optional(integer),
  },
  used: { title: optional(text) },
  known: [
    ...['sub_title', 'collateral_return_type', 'mutually_exclusive', 'category', 'strike_date', 'strike_period', 'markets'],
    ...['available_on_brokers', 'product_metadata', 'settlement_sources', 'last_updated_ts'],
  ],
})
const series = object({
  money: { ticker: text, fee_type: FEE_TYPES, fee_multiplier: number, exchange_index: optional(integer) },
  known: [
    ...['frequency', 'title', 'category', 'categories', 'tags', 'settlement_sources', 'contract_url', 'contract_terms_url'],
    ...['product_metadata', 'additional_prohibitions', 'volume_fp', 'last_updated_ts'],
  ],
})
const feeChange = object({
  money: { series_ticker: text, fee_type: FEE_TYPES, fee_multiplier: number, scheduled_ts: instant },
  known: ['id'],
})
const side = optional(list(tuple(price, count)))
const orderbook = object({ money: { yes_dollars: side, no_dollars: side } })
const order = object({
  money: {
    order_id: text,
    client_order_id: optional(text),
    ticker: text,
    book_side: SIDES,
    status: word('resting', 'canceled', 'executed'),
    yes_price_dollars: price,
    initial_count_fp: count,
    fill_count_fp: count,
    remaining_count_fp: optional(count),
    created_time: optional(instant),
    exchange_index: optional(integer),
    taker_fees_dollars: optional(dollars),
    maker_fees_dollars: optional(dollars),
    taker_fill_cost_dollars: optional(dollars),
    maker_fill_cost_dollars: optional(dollars),
    outcome_side: optional(word('yes', 'no')),
    last_update_time: optional(instant),
    order_group_id: optional(text),
    subaccount_number: optional(integer),
  },
  known: [
    ...['user_id', 'side', 'action', 'type', 'no_price_dollars', 'expiration_time', 'self_trade_prevention_type'],
    ...['cancel_order_on_pause', 'last_update_reason', 'queue_position', 'reduce_only', 'post_only', 'time_in_force'],
  ],
})
const fill = object({
  money: {
    trade_id: optional(text),
    fill_id: optional(text),
    order_id: text,
    ticker: text,
    book_side: SIDES,
    count_fp: count,
    yes_price_dollars: price,
    fee_cost: dollars,
    created_time: instant,
    exchange_index: optional(integer),
    market_ticker: optional(text),
    outcome_side: optional(word('yes', 'no')),
    is_taker: optional(boolean),
    ts: optional(number),
    subaccount_number: optional(integer),
  },
  known: ['no_price_dollars', 'side', 'action'],
})
const position = object({
  money: { ticker: text, position_fp: count, exchange_index: optional(integer) },
  known: [
    ...['market_exposure_dollars', 'total_traded_dollars', 'realized_pnl_dollars', 'fees_paid_dollars', 'last_updated_ts'],
    ...['resting_orders_count', 'subaccount_number'],
  ],
})
const settlement = object({
  money: { ticker: text, revenue: integer, settled_time: instant },
  known: [
    ...['event_ticker', 'exchange_index', 'market_result', 'yes_count_fp', 'yes_total_cost_dollars', 'no_count_fp'],
    ...['no_total_cost_dollars', 'value', 'fee_cost', 'subaccount_number'],
  ],
})
const bucket = object({ money: { refill_rate: number, bucket_capacity: number } })
const sessions = list(object({ money: { open_time: text, close_time: text } }))
const hours = object({
  money: {
    start_time: instant,
    end_time: instant,
    ...Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [day, sessions])),
  },
})
const page = (name: string, of: Expected, known: readonly string[] = []): Expected =>
  object({ money: { [name]: list(of), cursor: optional(text) }, known })

/** One call of the inspection. `{series}`, `{event}` and `{market}` stand for what the first markets of the configured series are. */
export interface ExpectedAnswer {
  readonly path: string
  readonly query?: Readonly<Record<string, string | number>>
  readonly expected: Expected
}

export const EXPECTED: readonly ExpectedAnswer[] = [
  {
    path: '/exchange/status',
    expected: object({
      money: { exchange_active: boolean, trading_active: boolean },
      known: ['intra_exchange_transfers_active', 'exchange_estimated_resume_time', 'exchange_index_statuses'],
    }),
  },
  {
    path: '/exchange/schedule',
    expected: object({
      money: {
        schedule: object({
          money: {
            standard_hours: list(hours),
            maintenance_windows: list(object({ money: { start_datetime: instant, end_datetime: instant } })),
          },
        }),
      },
    }),
  },
  { path: '/exchange/user_data_timestamp', expected: object({ money: { as_of_time: instant } }) },
  { path: '/account/limits', expected: object({ money: { read: bucket, write: bucket, usage_tier: text }, known: ['grants'] }) },
  {
    path: '/account/endpoint_costs',
    expected: object({
      money: { default_cost: number, endpoint_costs: list(object({ money: { method: text, path: text, cost: number } })) },
    }),
  },
  {
    path: '/portfolio/balance',
    expected: object({
      money: {
        balance_dollars: dollars,
        balance_breakdown: list(object({ money: { exchange_index: integer, balance: dollars } })),
      },
      known: ['balance', 'portfolio_value', 'updated_ts'],
    }),
  },
  { path: '/portfolio/positions', query: { limit: 100 }, expected: page('market_positions', position, ['event_positions']) },
  { path: '/portfolio/orders', query: { limit: 100 }, expected: page('orders', order) },
  { path: '/portfolio/fills', query: { limit: 100 }, expected: page('fills', fill) },
  { path: '/portfolio/settlements', query: { limit: 100 }, expected: page('settlements', settlement) },
  {
    path: '/series/fee_changes',
    query: { series_ticker: '{series}' },
    expected: object({ money: { series_fee_change_arr: optional(list(feeChange)) } }),
  },
  { path: '/series/{series}', expected: object({ money: { series } }) },
  { path: '/markets', query: { series_ticker: '{series}', limit: 100, mve_filter: 'exclude' }, expected: page('markets', market) },
  { path: '/events/{event}', expected: object({ money: { event }, known: ['markets'] }) },
  { path: '/markets/{market}', expected: object({ money: { market } }) },
  { path: '/markets/{market}/orderbook', expected: object({ money: { orderbook_fp: orderbook } }) },
  {
    path: '/markets/orderbooks',
    query: { tickers: '{market}' },
    expected: object({ money: { orderbooks: list(object({ money: { ticker: text, orderbook_fp: orderbook } })) } }),
  },
]
