import type { Floor } from '../floor'
import { refuse } from '../refusal'
import { DEFAULT_COST, LIGHT_COST } from './limits'
import * as market from './market-data'
import { cancelEverything, cancelOrder, createOrder } from './order-entry'
import type { Answer, Call } from './pages'
import * as portfolio from './portfolio'

/** One endpoint. The pattern is matched against the path below the API root. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly pattern: RegExp
  readonly isPublic: boolean
  /** In tokens of its bucket. */
  readonly cost: number
  handle(floor: Floor, call: Call): Answer
}

const open = (pattern: RegExp, handle: Route['handle']): Route => ({ method: 'GET', pattern, isPublic: true, cost: DEFAULT_COST, handle })
const own = (pattern: RegExp, handle: Route['handle'], cost = DEFAULT_COST): Route => ({
  method: 'GET',
  pattern,
  isPublic: false,
  cost,
  handle,
})
const write = (method: Route['method'], pattern: RegExp, handle: Route['handle'], cost = DEFAULT_COST): Route => ({
  method,
  pattern,
  isPublic: false,
  cost,
  handle,
})
/** Order writes of the first version were switched off on 2026-06-18. */
const gone = (method: Route['method']): Route =>
  write(method, /^\/portfolio\/orders(?:\/.*)?$/, () => {
    throw refuse('deprecated_v1_order_endpoint')
  })

export const ROUTES: readonly Route[] = [
  open(/^\/exchange\/status$/, market.exchangeStatus),
  open(/^\/exchange\/schedule$/, market.exchangeSchedule),
  open(/^\/exchange\/user_data_timestamp$/, portfolio.userDataTimestamp),
  open(/^\/historical\/cutoff$/, market.historicalCutoff),
  open(/^\/series$/, market.seriesList),
  open(/^\/series\/fee_changes$/, market.feeChanges),
  open(/^\/series\/([^/]+)$/, market.oneSeries),
  open(/^\/events$/, market.events),
  open(/^\/events\/([^/]+)$/, market.oneEvent),
  open(/^\/markets$/, market.markets),
  open(/^\/markets\/trades$/, market.trades),
  open(/^\/markets\/orderbooks$/, market.orderbooks),
  open(/^\/markets\/([^/]+)$/, market.oneMarket),
  open(/^\/markets\/([^/]+)\/orderbook$/, market.orderbook),
  write('POST', /^\/portfolio\/events\/orders$/, createOrder),
  write('DELETE', /^\/portfolio\/events\/orders$/, cancelEverything, LIGHT_COST),
  write('DELETE', /^\/portfolio\/events\/orders\/([^/]+)$/, cancelOrder, LIGHT_COST),
  own(/^\/portfolio\/orders$/, portfolio.orders),
  own(/^\/portfolio\/orders\/([^/]+)$/, portfolio.oneOrder, LIGHT_COST),
  own(/^\/portfolio\/balance$/, portfolio.balance),
  own(/^\/portfolio\/positions$/, portfolio.positions),
  own(/^\/portfolio\/fills$/, portfolio.fills),
  own(/^\/portfolio\/settlements$/, portfolio.settlements),
  own(/^\/account\/limits$/, portfolio.limits),
  own(/^\/account\/endpoint_costs$/, portfolio.endpointCosts),
  gone('POST'),
  gone('PUT'),
  gone('DELETE'),
]
