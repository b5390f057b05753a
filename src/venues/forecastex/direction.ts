import { OrderAction, OrderType, TimeInForce, type Contract, type Order } from '@stoqey/ib'
import { otherOutcome } from '../../core/ids'
import type { OrderIntent } from '../../core/trade/order'
import { isOnGrid, type PriceBand } from '../../core/market/grid'
import { formatPrice, NO_QUANTITY, ONE_CONTRACT, price, PRICE_DECIMALS, QUANTITY_DECIMALS } from '../../core/units'
import type { ContractPair } from './catalog'
import { EXCHANGE } from './gateway/contract-reads'
import type { OrderTerms, TimeInForce as Lasting } from './wire/order-state'

/** Where the market's own grid is not known: the tick of every ForecastEx contract (§4), and the range that pairs of 1.00 allow (§3). */
const USUAL_BANDS: readonly PriceBand[] = [{ start: price('0.01'), end: price('0.99'), step: price('0.01') }]

const TIMES: Readonly<Record<Lasting, TimeInForce>> = { IOC: TimeInForce.IOC, DAY: TimeInForce.DAY, GTC: TimeInForce.GTC }

export interface Spelled {
  readonly contract: Contract
  readonly order: Order
}

/** Why an intent cannot be spelled at ForecastEx, in words; null when it can. Each of these is a mistake of the caller. `bands`: null, not known. */
export function unspeakable(order: OrderIntent, bands: readonly PriceBand[] | null): string | null {
  if (order.action !== 'buy') return 'ForecastEx takes no sell orders: leave a position by buying the other outcome'
  if (order.timeInForce !== 'ioc') return `ForecastEx takes no ${order.timeInForce} orders: use ioc`
  if (order.quantity <= NO_QUANTITY || order.quantity % ONE_CONTRACT !== 0) return 'ForecastEx trades whole contracts'
  const grid = bands ?? USUAL_BANDS
  return isOnGrid(order.limit, grid) ? null : `the limit ${formatPrice(order.limit)} is no price of this market: ${inWords(grid)}`
}

const inWords = (bands: readonly PriceBand[]): string =>
  bands.map(({ start, end, step }) => `${formatPrice(start)} to ${formatPrice(end)} in steps of ${formatPrice(step)}`).join(', ')

/** The terms every echo is compared with: YES and NO are contracts of their own, and both are bought. */
export function termsOf(order: OrderIntent, contracts: ContractPair, account: string, clientId: number, timeInForce: Lasting): OrderTerms {
  const { clientOrderId, market, outcome, quantity, limit } = order
  const sides = { conId: contracts[outcome], oppositeConId: contracts[otherOutcome(outcome)] }
  return { clientOrderId, clientId, account, market, outcome, ...sides, quantity, limit, timeInForce }
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
      tif: TIMES[terms.timeInForce],
      account: terms.account,
      orderRef: terms.clientOrderId,
      transmit: true,
      outsideRth: false,
    },
  }
}
