import { formatFixed } from '../../../core/units'
import type { Holding } from '../exchange/account'
import type { Token } from './frames'
import { conIdOf, EXCHANGE, localSymbolOf, rightOf, type Contract } from '../exchange/listings'
import { remaining, type Execution, type Order } from '../exchange/orders'
import type { QuoteSide } from '../exchange/pair-book'
import { zonedDate, zonedText } from './zoned-time'

/** Gateway → client: token lists of §10.4 to §10.6, message id first. Values of fields we do not use are those of recorded frames. */

/** How an unset double is written. */
export const UNSET_DOUBLE = '1.7976931348623157E308'
export const UNSET_INTEGER = '2147483647'
/** A tick of this price means: no quote (§3). */
const NO_PRICE = '-1'
/** The id of the only market rule: one cent everywhere. */
export const MARKET_RULE = '67'
/** Listed in contractDetails: today and the days after it. */
const LISTED_DAYS = 6
const TICK_VERSION = 6

/** µ$ as dollars with at least two decimals. */
export const dollars = (micros: number): string => formatFixed(micros, 6, 2)

export type QuoteField = 'bid' | 'ask'
const PRICE_TICK = { bid: 1, ask: 2 } as const
const SIZE_TICK = { bid: 0, ask: 3 } as const

/** conId, symbol, secType, lastTradeDate, strike, right, multiplier, exchange, currency, localSymbol, tradingClass */
export const contractTokens = (contract: Contract): readonly Token[] => {
  const { listing, outcome } = contract
  const { symbol, strike, trading_class } = listing.question
  return [
    ...[conIdOf(contract), symbol, 'OPT', listing.lastTradeDate, strike, rightOf(outcome), 1, EXCHANGE, 'USD'],
    ...[localSymbolOf(contract), trading_class],
  ]
}

/** Open around the clock: the simulated venue has no sessions of its own. */
function tradingHours(nowMs: number, zone: string): string {
  const day = (n: number): string => `${zonedDate(nowMs, zone, n)}:0000-${zonedDate(nowMs, zone, n + 1)}:0000`
  return Array.from({ length: LISTED_DAYS }, (_, n) => day(n)).join(';')
}

function contractDetails(reqId: string, contract: Contract, version: number, nowMs: number): readonly Token[] {
  const { listing, outcome } = contract
  const { symbol, trading_class, under_con_id, long_name, strike, time_zone } = listing.question
  const { lastTradeDate, lastTradeTime } = listing
  const hours = tradingHours(nowMs, time_zone)
  return [
    ...[10, reqId, symbol, 'OPT', `${lastTradeDate} ${lastTradeTime} ${time_zone}`],
    ...(version >= 182 ? [lastTradeDate] : []),
    ...[strike, rightOf(outcome), EXCHANGE, 'USD', localSymbolOf(contract), symbol, trading_class, conIdOf(contract), '0.01', 1],
    ...['ACTIVETIM,AD,CANCEL,DAY,DEACT,GTC,IOC,LMT,WHATIF', EXCHANGE, 1, under_con_id, long_name, '', lastTradeDate.slice(0, 6)],
    ...['', '', '', time_zone, hours, hours, '', '', 0, UNSET_INTEGER, symbol, 'IND', MARKET_RULE, lastTradeDate, '', 1, 1, 1],
    ...(version >= 186 ? [0] : []),
  ]
}

const execution = (reqId: number | string, report: Execution, contract: Contract): readonly Token[] => [
  ...[11, reqId, report.orderId, ...contractTokens(contract), report.execId, zonedText(report.ms, contract.listing.question.time_zone)],
  ...[report.account, EXCHANGE, report.side, report.size, dollars(report.price), report.permId, report.clientId, 0],
  ...[report.cumulative, dollars(report.averagePrice), report.orderRef, '', '', '', 0, false],
]

/** The price tick and, separately, the size tick of one side; only the size when the price has not changed. */
function ticks(tickerId: number, field: QuoteField, side: QuoteSide | null, withPrice: boolean): readonly (readonly Token[])[] {
  const size = side?.size ?? 0
  const priceTick = [1, TICK_VERSION, tickerId, PRICE_TICK[field], side ? dollars(side.price) : NO_PRICE, size, 0]
  const sizeTick = [2, TICK_VERSION, tickerId, SIZE_TICK[field], size]
  return withPrice ? [priceTick, sizeTick] : [sizeTick]
}

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

/** 101 tokens after the id at version 193, 99 at 178. It carries neither orderId nor clientId, and its quantity is what was left (§7). */
function completedOrder(order: Order, contract: Contract, version: number): readonly Token[] {
  const { completed } = order
  return [
    ...[101, ...contractTokens(contract), ...request(order, remaining(order)), order.permId],
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
  contractDetails,
  execution,
  orderStatus,
  openOrder,
  completedOrder,
  ticks,
  error: (id: number | string, code: number, text: string): readonly Token[] => [4, 2, id, code, text, ''],
  notice: (code: number, text: string): readonly Token[] => [4, 2, -1, code, text, ''],
  nextValidId: (orderId: number): readonly Token[] => [9, 1, orderId],
  managedAccounts: (accounts: readonly string[]): readonly Token[] => [15, 1, accounts.join(',')],
  currentTime: (nowMs: number): readonly Token[] => [49, 1, Math.floor(nowMs / 1000)],
  tickReqParams: (tickerId: number): readonly Token[] => [81, tickerId, '0.01', '', 3],
  /** 1: live. */
  marketDataType: (tickerId: number): readonly Token[] => [58, 1, tickerId, 1],
  tickSnapshotEnd: (tickerId: number): readonly Token[] => [57, 1, tickerId],
  contractDetailsEnd: (reqId: string): readonly Token[] => [52, 1, reqId],
  executionsEnd: (reqId: string): readonly Token[] => [55, 1, reqId],
  openOrdersEnd: (): readonly Token[] => [53, 1],
  completedOrdersEnd: (): readonly Token[] => [102],
  commission: ({ execId, commission }: Execution): readonly Token[] => [
    ...[59, 1, execId, dollars(commission ?? 0), 'USD', UNSET_DOUBLE, UNSET_DOUBLE, ''],
  ],
  position: (account: string, contract: Contract, holding: Holding | undefined): readonly Token[] => [
    ...[61, 3, account, ...contractTokens(contract), holding?.size ?? 0],
    dollars(holding ? Math.round(holding.cost / holding.size) : 0),
  ],
  positionsEnd: (): readonly Token[] => [62, 1],
  accountSummary: (reqId: string, account: string, tag: string, value: string): readonly Token[] => [
    63,
    1,
    reqId,
    account,
    tag,
    value,
    'USD',
  ],
  accountSummaryEnd: (reqId: string): readonly Token[] => [64, 1, reqId],
  accountValue: (account: string, tag: string, value: string): readonly Token[] => [6, 2, tag, value, 'USD', account],
  accountDownloadEnd: (account: string): readonly Token[] => [54, 1, account],
  accountUpdateMulti: (reqId: string, account: string, tag: string, value: string): readonly Token[] => [
    73,
    1,
    reqId,
    account,
    '',
    tag,
    value,
    'USD',
  ],
  accountUpdateMultiEnd: (reqId: string): readonly Token[] => [74, 1, reqId],
  optionParameters: (
    reqId: string,
    underConId: number,
    tradingClass: string,
    expiries: readonly string[],
    strikes: readonly string[],
  ): readonly Token[] => [...[75, reqId, EXCHANGE, underConId, tradingClass, 1, expiries.length, ...expiries, strikes.length, ...strikes]],
  optionParametersEnd: (reqId: string): readonly Token[] => [76, reqId],
  marketRule: (): readonly Token[] => [93, MARKET_RULE, 1, 0, '0.01'],
}
