import { z } from 'zod'
import { isOurOrderId } from '../../../core/ids'
import { MONEY_DECIMALS, money, ONE_DOLLAR, PRICE_DECIMALS, QUANTITY_DECIMALS, type Price, type Quantity } from '../../../core/units'
import { decimalText, isEventContract, marketRuleOf } from './contracts'
import type { Callback, ContractRow, Execution, OrderEcho } from './messages'

const BID = 1
const ASK = 2
const BID_SIZE = 0
const ASK_SIZE = 3

// made once: a schema costs a hundred times what reading by it does, and a busy gateway tells thousands of these
const number = z.number()
const string = z.string()
const whole = number.int()
const optional = number.nullish()
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0)
const contractSchema = z.object({ conId: z.number().int() })
const orderSchema = z.object({
  orderId: count,
  clientId: count,
  permId: count,
  orderRef: text,
  account: text,
  action: text,
  orderType: text,
  tif: text,
  totalQuantity: optional,
  lmtPrice: optional,
  filledQuantity: optional,
})
const stateSchema = z.object({ status: text })
const executionSchema = z.object({
  execId: z.string().min(1),
  orderId: count,
  clientId: count,
  permId: count,
  orderRef: text,
  acctNumber: text,
  side: z.string(),
  shares: z.number(),
  cumQty: z.number(),
  price: z.number(),
  time: text,
})
const detailsSchema = z.object({
  minTick: optional,
  longName: text,
  category: text,
  underConId: count,
  validExchanges: text,
  marketRuleIds: text,
  realExpirationDate: text,
  timeZoneId: text,
  tradingHours: text,
  liquidHours: text,
  contract: z.object({
    conId: z.number().int(),
    symbol: z.string(),
    secType: text,
    tradingClass: text,
    lastTradeDateOrContractMonth: text,
    strike: optional,
    right: z.enum(['C', 'P']).nullish(),
    localSymbol: text,
  }),
})
const optionParametersSchema = z.tuple([number, text, optional, text, optional, z.array(string)])
const tickSchema = z.tuple([number, number])
const sideSchema = z.union([z.literal(0), z.literal(1)])
const commissionSchema = z.object({ execId: string.min(1), commission: optional, currency: text })
const positionSchema = z.object({ conId: number.int(), secType: text, exchange: text, localSymbol: text })
const errorSchema = z.tuple([string, number, number])
const summarySchema = z.tuple([number, string, string, string])
const incrementsSchema = z.array(z.object({ lowEdge: optional, increment: optional }))

/** Far above the noise of a double read from decimal text, far below one unit of any grid. */
const GRID_NOISE = 1e-6

/** A double of the library as an integer with `decimals` implied decimals; null when it is not on that grid. */
export function onGrid(value: number | null | undefined, decimals: number): number | null {
  if (value === null || value === undefined) return null
  const scaled = value * 10 ** decimals
  const nearest = Math.round(scaled)
  return Number.isSafeInteger(nearest) && Math.abs(scaled - nearest) <= GRID_NOISE ? nearest : null
}

function contracts(value: number, what: string): Quantity {
  const units = onGrid(value, QUANTITY_DECIMALS)
  if (units === null) throw new RangeError(`${what} is finer than 0.01 contract: ${value}`)
  return units as Quantity
}
const priceOrNull = (value: number): Price | null => {
  const units = onGrid(value, PRICE_DECIMALS)
  return units !== null && units > 0 && units <= ONE_DOLLAR ? (units as Price) : null
}

function echo(contract: unknown, order: unknown, state: unknown): OrderEcho {
  const { conId } = contractSchema.parse(contract)
  const { tif, totalQuantity, lmtPrice, filledQuantity, ...same } = orderSchema.parse(order)
  return {
    ...same,
    conId,
    timeInForce: tif,
    quantity: onGrid(totalQuantity, QUANTITY_DECIMALS),
    limit: onGrid(lmtPrice, PRICE_DECIMALS),
    filled: onGrid(filledQuantity, QUANTITY_DECIMALS),
    status: stateSchema.parse(state).status,
  }
}
/** null: other hands trade other things, in fractions too fine for us to count. */
function readExecution(contract: unknown, execution: unknown): Execution | null {
  const { conId } = contractSchema.parse(contract)
  const { acctNumber, shares, cumQty, price, ...same } = executionSchema.parse(execution)
  const isCounted = [shares, cumQty].every((amount) => onGrid(amount, QUANTITY_DECIMALS) !== null)
  if (!isCounted && !isOurOrderId(same.orderRef)) return null
  return {
    ...same,
    account: acctNumber,
    conId,
    quantity: contracts(shares, 'shares'),
    cumulative: contracts(cumQty, 'cumQty'),
    price: priceOrNull(price),
  }
}
function readContract(details: unknown): ContractRow {
  const { contract, minTick, validExchanges, marketRuleIds, realExpirationDate, timeZoneId, ...told } = detailsSchema.parse(details)
  const { lastTradeDateOrContractMonth: lastTrade, right, strike, ...same } = contract
  return {
    ...same,
    ...told,
    lastTrade,
    date: lastTrade.split(' ')[0] ?? '',
    realExpiration: realExpirationDate,
    strike: decimalText(strike ?? null),
    right: right ?? null,
    minTick: onGrid(minTick, PRICE_DECIMALS),
    marketRule: marketRuleOf(validExchanges, marketRuleIds),
    timeZone: timeZoneId,
  }
}
function readOptionParameters(args: readonly unknown[]): Callback {
  const [reqId, , , tradingClass, , dates] = optionParametersSchema.parse(args.slice(0, 6))
  return { kind: 'optionParameters', reqId, parameters: { tradingClass, dates } }
}
function readMarketRule(args: readonly unknown[]): Callback {
  const increments = incrementsSchema.parse(args[1]).map(({ lowEdge, increment }) => ({
    lowEdge: onGrid(lowEdge, PRICE_DECIMALS),
    increment: onGrid(increment, PRICE_DECIMALS),
  }))
  return { kind: 'marketRule', ruleId: number.parse(args[0]), increments }
}
function readTick(name: 'tickPrice' | 'tickSize', args: readonly unknown[]): Callback | null {
  const [reqId, field] = tickSchema.parse(args.slice(0, 2))
  const value = optional.parse(args[2]) ?? null
  if (name === 'tickPrice') {
    if (field !== BID && field !== ASK) return null
    const price = value === null || value <= 0 ? null : priceOrNull(value)
    if (price === null && value !== null && value > 0) throw new RangeError(`a quote must lie between 0 and 1 dollar: ${value}`)
    return { kind: 'price', reqId, side: field === BID ? 'bid' : 'ask', price }
  }
  if (field !== BID_SIZE && field !== ASK_SIZE) return null
  return { kind: 'size', reqId, side: field === BID_SIZE ? 'bid' : 'ask', quantity: value === null ? null : contracts(value, 'size') }
}
const DEPTH_OPERATIONS = ['insert', 'update', 'delete'] as const
/** Side 1 is the bid, 0 the ask. Only L2 rows name their maker. */
function readDepth([reqId, position, ...rest]: readonly unknown[], isL2: boolean): Callback {
  const [maker, operation, side, price, size] = isL2 ? rest : ['', ...rest]
  const quantity = onGrid(optional.parse(size), QUANTITY_DECIMALS)
  return {
    kind: 'depth',
    reqId: number.parse(reqId),
    position: number.parse(position),
    operation: DEPTH_OPERATIONS[number.parse(operation)] ?? 'unknown',
    side: sideSchema.parse(side) === 1 ? 'bid' : 'ask',
    price: priceOrNull(optional.parse(price) ?? 0),
    quantity: quantity === null || quantity < 0 ? null : (quantity as Quantity),
    maker: text.parse(maker),
  }
}
/**
 * null: the report names no amount (the library leaves out a number that is not set). What cannot be booked is refused by name; the fill then waits for
 * its fee like one of which none was told.
 */
function readCommission(report: unknown): Callback | null {
  const { execId, commission, currency } = commissionSchema.parse(report)
  if (commission === undefined || commission === null) return null
  if (currency !== '' && currency !== 'USD')
    throw new RangeError(`execution ${execId} is charged ${commission} ${currency}: fees are counted in USD`)
  const fee = onGrid(commission, MONEY_DECIMALS)
  if (fee === null) throw new RangeError(`a commission is finer than a micro-dollar: execution ${execId} is charged ${commission}`)
  if (fee < 0) throw new RangeError(`execution ${execId} is charged less than nothing: ${commission}`)
  return { kind: 'commission', execId, fee: money(fee) }
}
function readStatus(args: readonly unknown[]): Callback {
  const orderId = number.parse(args[0])
  const status = string.parse(args[1])
  return {
    kind: 'orderStatus',
    orderId,
    status,
    filled: onGrid(optional.parse(args[2]), QUANTITY_DECIMALS),
    permId: count.parse(args[5]),
    clientId: count.parse(args[8]),
  }
}
function readPosition(args: readonly unknown[]): Callback {
  const { conId, secType, ...named } = positionSchema.parse(args[1])
  const contracts = number.parse(args[2])
  return { kind: 'position', account: string.parse(args[0]), conId, secType, contracts, isEventContract: isEventContract(named) }
}
function readError(args: readonly unknown[]): Callback {
  const [message, code, id] = errorSchema.parse(args.slice(0, 3))
  return id < 0 ? { kind: 'notice', code, message } : { kind: 'error', id, code, message }
}

/**
 * Reads one captured callback `[name, …args]` as the client library emits it (an error's first argument is its message text).
 * @returns null for a callback that means nothing to us.
 * @throws ZodError or RangeError when a callback we use has another shape or a number off its grid.
 */
export function readCallback(payload: readonly unknown[]): Callback | null {
  const [name, ...args] = payload
  switch (name) {
    case 'disconnected':
    case 'openOrderEnd':
    case 'completedOrdersEnd':
    case 'positionEnd':
      return { kind: name }
    case 'nextValidId':
      return { kind: name, orderId: whole.parse(args[0]) }
    case 'managedAccounts':
      return {
        kind: name,
        accounts: string
          .parse(args[0])
          .split(',')
          .map((account) => account.trim())
          .filter((account) => account !== ''),
      }
    case 'currentTime':
      return { kind: name, seconds: number.parse(args[0]) }
    case 'info':
      return { kind: 'notice', message: string.parse(args[0]), code: number.parse(args[1]) }
    case 'error':
      return readError(args)
    case 'tickPrice':
    case 'tickSize':
      return readTick(name, args)
    case 'updateMktDepth':
    case 'updateMktDepthL2':
      return readDepth(args, name === 'updateMktDepthL2')
    case 'marketDataType':
      return { kind: name, reqId: number.parse(args[0]), type: number.parse(args[1]) }
    case 'openOrder':
      return { kind: name, order: echo(args[1], args[2], args[3]) }
    case 'completedOrder':
      return { kind: name, order: echo(args[0], args[1], args[2]) }
    case 'orderStatus':
      return readStatus(args)
    case 'execDetails': {
      const execution = readExecution(args[1], args[2])
      return execution && { kind: 'execution', reqId: number.parse(args[0]), execution }
    }
    case 'commissionReport':
      return readCommission(args[0])
    case 'position':
      return readPosition(args)
    case 'accountSummary': {
      const [reqId, account, tag, value] = summarySchema.parse(args.slice(0, 4))
      return { kind: name, reqId, account, tag, value, currency: text.parse(args[4]) }
    }
    case 'contractDetails':
      return { kind: 'contract', reqId: number.parse(args[0]), contract: readContract(args[1]) }
    case 'execDetailsEnd':
      return { kind: 'executionsEnd', reqId: number.parse(args[0]) }
    case 'contractDetailsEnd':
      return { kind: 'contractEnd', reqId: number.parse(args[0]) }
    case 'accountSummaryEnd':
      return { kind: name, reqId: number.parse(args[0]) }
    case 'securityDefinitionOptionParameter':
      return readOptionParameters(args)
    case 'securityDefinitionOptionParameterEnd':
      return { kind: 'optionParametersEnd', reqId: number.parse(args[0]) }
    case 'marketRule':
      return readMarketRule(args)
    default:
      return null
  }
}
