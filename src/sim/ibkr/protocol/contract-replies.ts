import { conIdOf, EXCHANGE, localSymbolOf, rightOf, type Contract, type Question } from '../exchange/listings'
import { UNSET_INTEGER } from './amounts'
import type { Token } from './frames'

/** Gateway → client: what contracts are (§10.4). */

/** The id of the only market rule: one cent everywhere. */
export const MARKET_RULE = '67'
const ORDER_TYPES = 'ACTIVETIM,AD,CANCEL,DAY,DEACT,GTC,IOC,LMT,WHATIF'

/** conId, symbol, secType, lastTradeDate, strike, right, multiplier, exchange, currency, localSymbol, tradingClass */
export const contractTokens = (contract: Contract): readonly Token[] => {
  const { listing, outcome } = contract
  const { symbol, strike, trading_class } = listing.question
  return [
    ...[conIdOf(contract), symbol, 'OPT', listing.lastTradeDate, strike, rightOf(outcome), 1, EXCHANGE, 'USD'],
    ...[localSymbolOf(contract), trading_class],
  ]
}

function contractDetails(reqId: string, contract: Contract, version: number, nowMs: number): readonly Token[] {
  const { listing, outcome } = contract
  const { symbol, trading_class, under_con_id, long_name, strike, time_zone, real_expiration_date } = listing.question
  const { lastTradeDate, lastTradeTime } = listing
  const expiration = real_expiration_date ?? lastTradeDate
  const hours = listing.hours.shown(nowMs)
  return [
    ...[10, reqId, symbol, 'OPT', `${lastTradeDate} ${lastTradeTime} ${time_zone}`],
    ...(version >= 182 ? [lastTradeDate] : []),
    ...[strike, rightOf(outcome), EXCHANGE, 'USD', localSymbolOf(contract), symbol, trading_class, conIdOf(contract), '0.01', 1],
    ...[ORDER_TYPES, EXCHANGE, 1, under_con_id, long_name, '', lastTradeDate.slice(0, 6)],
    ...['', '', '', time_zone, hours, hours, '', '', 0, UNSET_INTEGER, symbol, 'IND', MARKET_RULE, expiration, '', 1, 1, 1],
    ...(version >= 186 ? [0] : []),
  ]
}

/** The index that questions of a product are asked about: it has no market of its own (§2). */
function underlierDetails(reqId: string, question: Question, version: number): readonly Token[] {
  const { symbol, under_con_id, long_name, time_zone } = question
  return [
    ...[10, reqId, symbol, 'IND', '', ...(version >= 182 ? [''] : [])],
    ...[0, '', EXCHANGE, 'USD', symbol, symbol, symbol, under_con_id, '0.01', ''],
    ...['', EXCHANGE, 1, 0, long_name, '', ''],
    ...['', '', '', time_zone, '', '', '', '', 0, UNSET_INTEGER, '', '', '', '', '', 1, 1, 1],
    ...(version >= 186 ? [0] : []),
  ]
}

/** conId, symbol, secType, primaryExchange, currency, kinds of derivatives, description, issuer */
const symbolSample = ({ under_con_id, symbol, long_name }: Question): readonly Token[] => [
  ...[under_con_id, symbol, 'IND', EXCHANGE, 'USD', 1, 'OPT', long_name, ''],
]

export const contractReplies = {
  contractDetails,
  underlierDetails,
  contractDetailsEnd: (reqId: string): readonly Token[] => [52, 1, reqId],
  symbolSamples: (reqId: string, questions: readonly Question[]): readonly Token[] => [
    ...[79, reqId, questions.length, ...questions.flatMap(symbolSample)],
  ],
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
