import { cancelOrderTokens, placeOrderTokens, REQUEST } from './requests'

/** Tokens of each request, its message id included, that are the same at every version served; the official client's own layouts. */
const FIXED: ReadonlyMap<number, number> = new Map([
  [REQUEST.marketData, 20],
  [REQUEST.cancelMarketData, 3],
  [REQUEST.openOrders, 2],
  [REQUEST.accountUpdates, 4],
  [REQUEST.executions, 10],
  [REQUEST.ids, 3],
  [REQUEST.contractDetails, 19],
  [REQUEST.marketDepth, 18],
  [REQUEST.cancelMarketDepth, 4],
  [REQUEST.newsBulletins, 3],
  [REQUEST.cancelNewsBulletins, 2],
  [REQUEST.serverLogLevel, 3],
  [REQUEST.autoOpenOrders, 3],
  [REQUEST.allOpenOrders, 2],
  [REQUEST.managedAccounts, 2],
  [REQUEST.currentTime, 2],
  [REQUEST.marketDataType, 3],
  [REQUEST.positions, 2],
  [REQUEST.accountSummary, 5],
  [REQUEST.cancelAccountSummary, 3],
  [REQUEST.cancelPositions, 2],
  [REQUEST.positionsMulti, 5],
  [REQUEST.cancelPositionsMulti, 3],
  [REQUEST.accountUpdatesMulti, 6],
  [REQUEST.cancelAccountUpdatesMulti, 3],
  [REQUEST.optionParameters, 6],
  [REQUEST.familyCodes, 1],
  [REQUEST.matchingSymbols, 3],
  [REQUEST.marketDepthExchanges, 1],
  [REQUEST.smartComponents, 3],
  [REQUEST.newsProviders, 1],
  [REQUEST.marketRule, 2],
  [REQUEST.pnl, 4],
  [REQUEST.cancelPnl, 2],
  [REQUEST.pnlSingle, 5],
  [REQUEST.cancelPnlSingle, 2],
  [REQUEST.completedOrders, 2],
  [REQUEST.userInfo, 2],
])

/** How many tokens a request has at a version; null when it is none of those served. */
export function requestTokens(message: number, version: number): number | null {
  if (message === REQUEST.placeOrder) return placeOrderTokens(version)
  if (message === REQUEST.cancelOrder) return cancelOrderTokens(version)
  if (message === REQUEST.globalCancel) return version >= 192 ? 3 : 2
  return FIXED.get(message) ?? null
}

/** Where a request carries the id that an error about it names; -1 where it has none. */
export function requestId(tokens: readonly string[]): string {
  const message = Number(tokens[0])
  if (NAMED_FIRST.has(message)) return tokens[1] || '-1'
  if (NAMED_SECOND.has(message)) return tokens[2] || '-1'
  return '-1'
}

const NAMED_FIRST: ReadonlySet<number> = new Set([
  ...[REQUEST.placeOrder, REQUEST.optionParameters, REQUEST.matchingSymbols, REQUEST.smartComponents],
  ...[REQUEST.pnl, REQUEST.cancelPnl, REQUEST.pnlSingle, REQUEST.cancelPnlSingle, REQUEST.userInfo],
])
const NAMED_SECOND: ReadonlySet<number> = new Set([
  ...[REQUEST.marketData, REQUEST.cancelMarketData, REQUEST.executions, REQUEST.contractDetails],
  ...[REQUEST.marketDepth, REQUEST.cancelMarketDepth, REQUEST.accountSummary, REQUEST.cancelAccountSummary],
  ...[REQUEST.positionsMulti, REQUEST.cancelPositionsMulti, REQUEST.accountUpdatesMulti, REQUEST.cancelAccountUpdatesMulti],
])
