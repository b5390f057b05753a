import { readOrderbook } from '../../../../../src/venues/kalshi/wire/answers/books'
import { readTradePage } from '../../../../../src/venues/kalshi/wire/answers/history'
import { readExchangeStatus } from '../../../../../src/venues/kalshi/wire/exchange'
import { readAccountLimits, readEndpointCosts } from '../../../../../src/venues/kalshi/wire/limits'
import { readFeeChanges } from '../../../../../src/venues/kalshi/wire/fees'
import { readMarket, readMarketPage, readSeries } from '../../../../../src/venues/kalshi/wire/markets'
import { readCancelAnswer, readCreateAnswer, readOrder, readOrderPage } from '../../../../../src/venues/kalshi/wire/orders'
import {
  readBalance,
  readFillPage,
  readPositionRecordPage,
  readSettlementRecordPage,
} from '../../../../../src/venues/kalshi/wire/portfolio'
import type { Meaning } from './meanings'

/** The product's reader of each kind of answer. */
export const READERS: { readonly [kind in Meaning]: (body: unknown) => unknown } = {
  market: readMarket,
  markets: readMarketPage,
  order: readOrder,
  orders: readOrderPage,
  fills: readFillPage,
  trades: readTradePage,
  positions: readPositionRecordPage,
  settlements: readSettlementRecordPage,
  created: readCreateAnswer,
  cancelled: readCancelAnswer,
  series: readSeries,
  feeChanges: readFeeChanges,
  limits: readAccountLimits,
  costs: readEndpointCosts,
  status: readExchangeStatus,
  orderbook: readOrderbook,
  balance: readBalance,
}

/** What a recording is, by the start of its name; the first that fits. */
const KINDS: readonly (readonly [prefix: string, kind: Meaning])[] = [
  ['account__endpoint_costs', 'costs'],
  ['account__limits', 'limits'],
  ['auth__', 'balance'],
  ['cleanup__', 'cancelled'],
  ['exchange__status', 'status'],
  ['fills__', 'fills'],
  ['markets__single_filter', 'markets'],
  ['markets__single', 'market'],
  ['markets__unauth_single', 'market'],
  ['markets__', 'markets'],
  ['orderbook__', 'orderbook'],
  ['orders__cancel_v2', 'cancelled'],
  ['orders__get', 'order'],
  ['orders__legacy', 'order'],
  ['orders__stp_resting', 'order'],
  ['orders__', 'created'],
  ['portfolio__orders', 'orders'],
  ['portfolio__positions', 'positions'],
  ['series__fee_changes', 'feeChanges'],
  ['settlements__', 'settlements'],
  ['trades__', 'trades'],
]
export const kindOf = (name: string): Meaning | null => KINDS.find(([prefix]) => name.startsWith(prefix))?.[1] ?? null
