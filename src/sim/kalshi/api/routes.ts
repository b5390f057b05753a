import type { Floor } from '../floor'
import { refuse } from '../refusal'
import { READ, READ_BALANCE, TRADE, TRANSFER, type Access } from './access'
import * as cash from './account/balance'
import * as profile from './account/profile'
import * as shards from './account/shards'
import * as subaccounts from './account/subaccounts'
import type { RegisteredKey } from './auth'
import type { Routing } from './billing'
import { DEFAULT_COST, LIGHT_COST } from './limits'
import * as market from './market-data'
import * as candles from './market/candles'
import * as events from './market/events'
import * as exchange from './market/exchange'
import * as past from './market/historical'
import { cancelEverything, cancelOrder, cancelOrders } from './orders/cancel'
import { amend, decrease } from './orders/change'
import { createOrder, createOrders } from './orders/create'
import * as groups from './orders/groups'
import { queuePosition, queuePositions } from './orders/queue'
import type { Answer, Call } from './pages'
import * as portfolio from './portfolio'

/** One endpoint. The pattern is matched against the path below the API root. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly pattern: RegExp
  /** Null: public, without a signature. */
  readonly access: Access | null
  /** In tokens of its bucket; for each item of a batch. */
  readonly cost: number
  readonly routing: Routing
  handle(floor: Floor, call: Call, keys: ReadonlyMap<string, RegisteredKey>): Answer
}

type Handle = Route['handle']
/** `:name` stands for one part of the path, which the handler gets in order. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}$`)

const open = (path: string, handle: Handle): Route => ({
  method: 'GET',
  pattern: patternOf(path),
  access: null,
  cost: DEFAULT_COST,
  routing: 'unscoped',
  handle,
})
const own = (path: string, handle: Handle, options: { readonly cost?: number; readonly access?: Access } = {}): Route => ({
  ...open(path, handle),
  access: options.access ?? READ,
  cost: options.cost ?? DEFAULT_COST,
})
const write = (
  method: Route['method'],
  path: string,
  handle: Handle,
  options: { readonly cost?: number; readonly access?: Access; readonly routing?: Routing } = {},
): Route => ({
  ...open(path, handle),
  method,
  access: options.access ?? TRADE,
  cost: options.cost ?? DEFAULT_COST,
  routing: options.routing ?? 'unscoped',
})
/** Order writes of the first version were switched off on 2026-06-18. */
const gone = (method: Route['method']): Route => ({
  ...write(method, '', () => {
    throw refuse('deprecated_v1_order_endpoint')
  }),
  pattern: /^\/portfolio\/orders(?:\/.*)?$/,
})

const MARKET_ROUTES: readonly Route[] = [
  open('/exchange/status', exchange.exchangeStatus),
  open('/exchange/schedule', exchange.exchangeSchedule),
  open('/exchange/user_data_timestamp', portfolio.userDataTimestamp),
  open('/historical/cutoff', past.historicalCutoff),
  open('/historical/markets', past.historicalMarkets),
  open('/historical/markets/:ticker', past.historicalMarket),
  open('/historical/markets/:ticker/candlesticks', candles.historicalCandles),
  open('/historical/trades', past.historicalTrades),
  own('/historical/orders', past.historicalOrders),
  own('/historical/fills', past.historicalFills),
  open('/series', market.seriesList),
  open('/series/fee_changes', market.feeChanges),
  open('/series/:series', market.oneSeries),
  open('/series/:series/markets/:ticker/candlesticks', candles.marketCandles),
  open('/series/:series/events/:event/candlesticks', candles.eventCandles),
  open('/events', events.events),
  open('/events/multivariate', events.comboEvents),
  open('/events/fee_changes', market.eventFeeChanges),
  open('/events/:event', events.oneEvent),
  open('/events/:event/metadata', events.eventMetadata),
  open('/milestones', events.milestones),
  open('/milestones/:id', events.oneMilestone),
  open('/markets', market.markets),
  open('/markets/trades', market.trades),
  open('/markets/orderbooks', market.orderbooks),
  open('/markets/candlesticks', candles.severalCandles),
  open('/markets/:ticker', market.oneMarket),
  open('/markets/:ticker/orderbook', market.orderbook),
]

const ORDER_ROUTES: readonly Route[] = [
  write('POST', '/portfolio/events/orders', createOrder, { routing: 'body' }),
  write('DELETE', '/portfolio/events/orders', cancelEverything, { cost: LIGHT_COST }),
  write('POST', '/portfolio/events/orders/batched', createOrders),
  write('DELETE', '/portfolio/events/orders/batched', cancelOrders, { cost: LIGHT_COST }),
  write('DELETE', '/portfolio/events/orders/:order', cancelOrder, { cost: LIGHT_COST, routing: 'query' }),
  write('POST', '/portfolio/events/orders/:order/amend', amend, { routing: 'body' }),
  write('POST', '/portfolio/events/orders/:order/decrease', decrease, { routing: 'body' }),
  own('/portfolio/orders', portfolio.orders),
  own('/portfolio/orders/queue_positions', queuePositions),
  own('/portfolio/orders/:order', portfolio.oneOrder, { cost: LIGHT_COST }),
  own('/portfolio/orders/:order/queue_position', queuePosition),
  own('/portfolio/order_groups', groups.list),
  write('POST', '/portfolio/order_groups/create', groups.create, { routing: 'body' }),
  own('/portfolio/order_groups/:group', groups.one),
  write('DELETE', '/portfolio/order_groups/:group', groups.remove, { routing: 'query' }),
  write('PUT', '/portfolio/order_groups/:group/reset', groups.reset, { routing: 'query' }),
  write('PUT', '/portfolio/order_groups/:group/trigger', groups.fire, { routing: 'query' }),
  write('PUT', '/portfolio/order_groups/:group/limit', groups.limit, { routing: 'query' }),
]

const ACCOUNT_ROUTES: readonly Route[] = [
  own('/portfolio/balance', cash.balance, { access: READ_BALANCE }),
  own('/portfolio/summary/total_resting_order_value', cash.restingOrderValue),
  own('/portfolio/positions', portfolio.positions),
  own('/portfolio/fills', portfolio.fills),
  own('/portfolio/settlements', portfolio.settlements),
  own('/portfolio/deposits', profile.deposits),
  own('/portfolio/withdrawals', profile.withdrawals),
  write('POST', '/portfolio/subaccounts', subaccounts.createSubaccount, { access: TRANSFER }),
  own('/portfolio/subaccounts/balances', subaccounts.subaccountBalances),
  write('POST', '/portfolio/subaccounts/transfer', subaccounts.applyTransfer, { access: TRANSFER }),
  own('/portfolio/subaccounts/transfers', subaccounts.subaccountTransfers),
  own('/portfolio/subaccounts/netting', subaccounts.netting),
  write('PUT', '/portfolio/subaccounts/netting', subaccounts.setNetting),
  write('POST', '/portfolio/intra_exchange_instance_transfer', shards.moveBetweenShards, { access: TRANSFER }),
  own('/portfolio/intra_exchange_instance_transfers', shards.moves),
  own('/portfolio/intra_exchange_instance_transfers/:transfer', shards.oneMove),
  own('/portfolio/target_balance_allocation', shards.allocation),
  write('POST', '/portfolio/target_balance_allocation', shards.setAllocation, { access: TRANSFER }),
  own('/account/limits', profile.limits),
  open('/account/endpoint_costs', profile.endpointCosts),
  own('/api_keys', (_floor, call, keys) => profile.apiKeys(keys.values(), call)),
]

export const ROUTES: readonly Route[] = [...MARKET_ROUTES, ...ORDER_ROUTES, ...ACCOUNT_ROUTES, gone('POST'), gone('PUT'), gone('DELETE')]
