import { EXCHANGE, type Contract } from '../exchange/listings'
import { remaining, type Execution, type Order } from '../exchange/orders'
import { accountReplies } from './account-replies'
import { dollars, UNSET_DOUBLE, UNSET_INTEGER } from './amounts'
import { contractReplies, contractTokens } from './contract-replies'
import type { Token } from './frames'
import { quoteReplies } from './quote-replies'
import { zonedText } from './zoned-time'

/** Gateway → client: token lists of §10.4 to §10.6, message id first. Values of fields we do not use are those of recorded frames. */

export { dollars } from './amounts'

const execution = (reqId: number | string, report: Execution, contract: Contract): readonly Token[] => [
  ...[11, reqId, report.orderId, ...contractTokens(contract), report.execId, zonedText(report.ms, contract.listing.question.time_zone)],
  ...[report.account, EXCHANGE, report.side, report.size, dollars(report.price), report.permId, report.clientId, 0],
  ...[report.cumulative, dollars(report.averagePrice), report.orderRef, '', '', '', 0, false],
]

const blank = (count: number): readonly Token[] => Array.from({ length: count }, () => '')
const unset = (count: number): readonly Token[] => Array.from({ length: count }, () => UNSET_DOUBLE)
/** UNSET in completedOrder: no parent. */
const NO_PARENT_PERM_ID = '9223372036854775807'

const average = (order: Order): string => (order.filled === 0 ? '0' : dollars(Math.round(order.paid / order.filled)))

/** orderId, status, filled, remaining, avgFillPrice, permId, parentId, lastFillPrice, clientId, whyHeld, mktCapPrice */
const orderStatus = (order: Order): readonly Token[] => [
  ...[3, order.orderId, order.status, order.filled, remaining(order), average(order), order.permId, 0],
  ...[order.lastPrice === 0 ? '0' : dollars(order.lastPrice), order.clientId, '', 0],
]

/** The order as it was asked for: action … origin, orderRef. */
const request = (order: Order, quantity: number): readonly Token[] => [
  ...['BUY', quantity, 'LMT', dollars(order.limit), '0.0', order.tif, '', order.account, '', 0, order.orderRef],
]

/** auctionStrategy is only in openOrder. */
const delta = (auction: readonly Token[]): readonly Token[] => [0, '', -1, ...auction, ...blank(5), UNSET_INTEGER]

/** 140 tokens after the id at version 193, 134 at 178. Nine margin fields and the fee are known only when the order is filled or asked about. */
function openOrder(order: Order, contract: Contract, version: number, whatIf = false): readonly Token[] {
  const commission = order.commission > 0 && (whatIf || order.status === 'Filled') ? dollars(order.commission) : ''
  return [
    ...[5, order.orderId, ...contractTokens(contract), ...request(order, order.quantity), order.clientId, order.permId],
    ...[0, 0, 0, '', '', ...blank(3), '', '', '', '', '', ...delta([0])], // outsideRth … displaySize
    ...[0, 0, 0, '', 3, 0, 0, '', 0, 0], // blockOrder … triggerMethod
    ...['', 0, 'None', '', 0, '', '', '', '?', 0, 0, '', 0, 0], // volatility … referencePriceType
    ...['', '', '', '', '', 0, 0, 0, UNSET_INTEGER, UNSET_INTEGER, ''], // trailStopPrice … scalePriceIncrement
    ...['', 0, '', 'IB', 0, 0, '', 0, whatIf], // hedgeType … whatIf
    ...[order.status, ...unset(9), commission, '', '', commission === '' ? '' : 'USD', ''],
    ...[0, 0, 0, 'None', ...unset(6), 0, '', '', '', 0, 1, 0, 0, 0], // randomizeSize … usePriceMgmtAlgo
    ...['', UNSET_INTEGER, 0, ...blank(5)], // duration … midOffsetAtHalf
    ...(version >= 183 ? [''] : []), // customerAccount
    ...(version >= 184 ? [false] : []), // professionalCustomer
    ...(version >= 185 ? [''] : []), // bondAccruedInterest
    ...(version >= 189 ? [false] : []), // includeOvernight
    ...(version >= 193 ? ['', UNSET_INTEGER] : []), // extOperator, manualOrderIndicator
  ]
}

/** 101 tokens after the id at version 193, 99 at 178. It carries neither orderId nor clientId, and its quantity is usually what was left (§7). */
function completedOrder(order: Order, contract: Contract, version: number, quantity = remaining(order)): readonly Token[] {
  const { completed } = order
  return [
    ...[101, ...contractTokens(contract), ...request(order, quantity), order.permId],
    ...[0, 0, 0, '', ...blank(3), '', '', '', '', '', ...delta([])], // outsideRth … displaySize
    ...[0, 0, '', 3, 0], // sweepToFill … triggerMethod
    ...['', 0, 'None', '', 0, 0, 0, '', 0, 0], // volatility … referencePriceType
    ...['', '', '', 0, 0, 0, UNSET_INTEGER, UNSET_INTEGER, ''], // trailStopPrice … scalePriceIncrement
    ...['', '', 'IB', 0, 0, '', 0, order.status, 0, 0, 0], // hedgeType … conditionsCount
    ...[UNSET_DOUBLE, UNSET_DOUBLE, 0, 1, 0, ''], // trailStopPrice … autoCancelDate
    ...[order.filled, UNSET_INTEGER, 0, 'Not an insider or substantial shareholder', 0, 0, NO_PARENT_PERM_ID],
    ...[zonedText(completed?.ms ?? 0, contract.listing.question.time_zone), completed?.text ?? '', ...blank(5)],
    ...(version >= 183 ? [''] : []), // customerAccount
    ...(version >= 184 ? [false] : []), // professionalCustomer
  ]
}

export const reply = {
  ...accountReplies,
  ...contractReplies,
  ...quoteReplies,
  execution,
  orderStatus,
  openOrder,
  completedOrder,
  error: (id: number | string, code: number, text: string): readonly Token[] => [4, 2, id, code, text, ''],
  notice: (code: number, text: string): readonly Token[] => [4, 2, -1, code, text, ''],
  nextValidId: (orderId: number): readonly Token[] => [9, 1, orderId],
  managedAccounts: (accounts: readonly string[]): readonly Token[] => [15, 1, accounts.join(',')],
  currentTime: (nowMs: number): readonly Token[] => [49, 1, Math.floor(nowMs / 1000)],
  executionsEnd: (reqId: string): readonly Token[] => [55, 1, reqId],
  openOrdersEnd: (): readonly Token[] => [53, 1],
  completedOrdersEnd: (): readonly Token[] => [102],
  /** A manual order has an id that its client can cancel it by. */
  orderBound: (permId: number, clientId: number, orderId: number): readonly Token[] => [100, permId, clientId, orderId],
  commission: ({ execId, commission }: Execution): readonly Token[] => [
    ...[59, 1, execId, dollars(commission ?? 0), 'USD', UNSET_DOUBLE, UNSET_DOUBLE, ''],
  ],
}
