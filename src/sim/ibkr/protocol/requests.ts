import type { ContractFilter } from '../exchange/listings'
import type { OrderTicket } from '../exchange/orders'

/** Client → gateway: token layouts of §10.2 and §10.3, with the gates of the protocol versions in between. */

/** Message ids of the requests that are served. */
export const REQUEST = {
  marketData: 1,
  cancelMarketData: 2,
  placeOrder: 3,
  cancelOrder: 4,
  openOrders: 5,
  accountUpdates: 6,
  executions: 7,
  ids: 8,
  contractDetails: 9,
  marketDepth: 10,
  cancelMarketDepth: 11,
  newsBulletins: 12,
  cancelNewsBulletins: 13,
  serverLogLevel: 14,
  autoOpenOrders: 15,
  allOpenOrders: 16,
  managedAccounts: 17,
  currentTime: 49,
  globalCancel: 58,
  marketDataType: 59,
  positions: 61,
  accountSummary: 62,
  cancelAccountSummary: 63,
  cancelPositions: 64,
  positionsMulti: 74,
  cancelPositionsMulti: 75,
  accountUpdatesMulti: 76,
  cancelAccountUpdatesMulti: 77,
  optionParameters: 78,
  familyCodes: 80,
  matchingSymbols: 81,
  marketDepthExchanges: 82,
  smartComponents: 83,
  newsProviders: 85,
  marketRule: 91,
  pnl: 92,
  cancelPnl: 93,
  pnlSingle: 94,
  cancelPnlSingle: 95,
  completedOrders: 99,
  userInfo: 104,
} as const

/** Nothing, zero and the largest double are the ways clients leave a number out. */
export const isUnset = (text: string): boolean => text === '' || Number(text) === 0 || Number(text) === Number.MAX_VALUE

const isBetween = (version: number, from: number, before: number): boolean => version >= from && version < before

/** Tokens of a plain limit order, its message id included: 118 at 193, 114 at 178. Any other count is a shifted layout. */
export function placeOrderTokens(version: number): number {
  const gates = [version >= 183, version >= 184, version >= 189, version >= 192].filter(Boolean).length
  return 114 + gates + (isBetween(version, 187, 190) ? 2 : 0)
}

/** Tokens of cancelOrder, its message id included: 5 at 193; before 192 with a version token and fewer fields. */
export const cancelOrderTokens = (version: number): number => (version >= 192 ? 5 : 4 + (isBetween(version, 187, 190) ? 3 : 0))

/** The order id of cancelOrder. */
export const cancelledOrderId = (tokens: readonly string[], version: number): number => Number(tokens[version >= 192 ? 1 : 2])

/** contract12, starting at `from`: conId, symbol, secType, lastTradeDate, strike, right, multiplier, exchange, primaryExch, currency, localSymbol, tradingClass. */
export function readContract(tokens: readonly string[], from: number): ContractFilter {
  const at = (n: number): string => tokens[from + n] ?? ''
  return {
    conId: at(0),
    symbol: at(1),
    secType: at(2),
    lastTradeDate: at(3),
    strike: at(4),
    right: at(5),
    exchange: at(7),
    localSymbol: at(10),
    tradingClass: at(11),
  }
}

/** The order of a placeOrder frame whose length has been checked. */
export function readTicket(tokens: readonly string[], clientId: number): OrderTicket {
  const at = (n: number): string => tokens[n] ?? ''
  return {
    clientId,
    orderId: Number(at(1)),
    action: at(16),
    quantity: at(17),
    orderType: at(18),
    limit: at(19),
    tif: at(21),
    account: at(23),
    orderRef: at(26),
    transmit: at(27) === '1',
    whatIf: at(84) === '1',
    buysByCash: !isUnset(at(100)),
  }
}
