import { OrderAction, OrderType, TimeInForce, type Contract, type Order } from '@stoqey/ib'
import type { OrderIntent } from '../../core/trade/order'
import { NO_QUANTITY, ONE_CONTRACT, ONE_DOLLAR, PRICE_DECIMALS, QUANTITY_DECIMALS, type Price } from '../../core/units'
import type { ContractPair } from './catalog'
import { EXCHANGE } from './gateway/contract-reads'
import type { OrderTerms } from './wire/order-state'

/** 0.01 USD as a price: the tick of every ForecastEx contract (§4). */
const TICK = 100 as Price

export interface Spelled {
  readonly contract: Contract
  readonly order: Order
}

/** Why an intent cannot be spelled at ForecastEx, in words; null when it can. Each of these is a mistake of the caller. */
export function unspeakable(order: OrderIntent): string | null {
  if (order.action !== 'buy') return 'ForecastEx takes no sell orders: leave a position by buying the other outcome'
  if (order.timeInForce !== 'ioc') return `ForecastEx takes no ${order.timeInForce} orders: use ioc`
  if (order.quantity <= NO_QUANTITY || order.quantity % ONE_CONTRACT !== 0) return 'ForecastEx trades whole contracts'
  if (order.limit % TICK !== 0) return 'a ForecastEx limit is a whole number of cents'
  if (order.limit < TICK || order.limit > ONE_DOLLAR - TICK) return 'a ForecastEx limit lies between 0.01 and 0.99'
  return null
}

/** The terms every echo is compared with: YES and NO are contracts of their own, and both are bought. */
export function termsOf(order: OrderIntent, contracts: ContractPair, account: string, clientId: number): OrderTerms {
  const { clientOrderId, market, outcome, quantity, limit } = order
  return { clientOrderId, clientId, account, market, outcome, conId: contracts[outcome], quantity, limit }
}

/** Exactly the fields of §4 and nothing else. Numbers print as the decimals they mean: each is the double nearest to whole cents or contracts. */
export function spell(terms: OrderTerms): Spelled {
  return {
    contract: { conId: terms.conId, exchange: EXCHANGE },
    order: {
      action: OrderAction.BUY,
      orderType: OrderType.LMT,
      totalQuantity: terms.quantity / 10 ** QUANTITY_DECIMALS,
      lmtPrice: terms.limit / 10 ** PRICE_DECIMALS,
      tif: TimeInForce.IOC,
      account: terms.account,
      orderRef: terms.clientOrderId,
      transmit: true,
      outsideRth: false,
    },
  }
}
