import { isOurOrderId, parseOrderId } from '../../core/ids'
import { ONE_DOLLAR, parseFixed, PRICE_DECIMALS, QUANTITY_DECIMALS } from '../../core/units'
import type { WireLine } from '../where'
import type { Sighting, Terms } from './evidence'

/** What each contract of the gateway is: the market by its YES contract, and the outcome. */
export type Markets = ReadonlyMap<number, { readonly market: string; readonly outcome: 'yes' | 'no' }>
type Order = Terms & Pick<Sighting, 'clientOrderId' | 'tradeId'>

/** The gateway's message for an order, and where its fields stand from server version 178 on. */
const PLACE_ORDER = '3'
const FIELD = { conId: 2, action: 16, quantity: 17, limit: 19, orderRef: 26 } as const
const KALSHI_CREATE = /^POST \S*\/portfolio\/events\/orders (\{.*)$/s

/** An order's body as Kalshi takes it; null: none of ours. */
export function kalshiOrder(body: unknown): Order | null {
  const { client_order_id: id, ticker, side, count, price } = (body ?? {}) as Readonly<Record<string, string | undefined>>
  if (id === undefined || !isOurOrderId(id) || ticker === undefined || count === undefined || price === undefined) return null
  const { clientOrderId, tradeId } = parseOrderId(id)
  const terms = {
    sign: side === 'bid' ? 1 : -1,
    yesPrice: parseFixed(price, PRICE_DECIMALS),
    quantity: parseFixed(count, QUANTITY_DECIMALS),
  } as const
  return { clientOrderId, tradeId, venue: 'kalshi', market: ticker, ...terms }
}

/** An order as the gateway takes it, its figures as text; null: none of ours, or of a contract that is not listed. */
export function gatewayOrder(
  {
    orderRef,
    action,
    conId,
    quantity,
    limit,
  }: Readonly<Record<'orderRef' | 'action' | 'quantity' | 'limit', string>> & { readonly conId: number },
  markets: Markets,
): Order | null {
  const contract = markets.get(conId)
  if (!isOurOrderId(orderRef) || !contract) return null
  const { clientOrderId, tradeId } = parseOrderId(orderRef)
  const own = parseFixed(limit, PRICE_DECIMALS)
  const isYes = contract.outcome === 'yes'
  return {
    clientOrderId,
    tradeId,
    venue: 'forecastex',
    market: contract.market,
    sign: isYes === (action === 'BUY') ? 1 : -1,
    yesPrice: isYes ? own : ONE_DOLLAR - own,
    quantity: parseFixed(quantity, QUANTITY_DECIMALS),
  }
}

/** The orders that arrived at the simulated venues, oldest first. */
export function arrivals(wire: readonly WireLine[], markets: Markets): readonly Sighting[] {
  const orders = wire.flatMap((line) => {
    const order = line.dir === 'in' ? orderOf(line, markets) : null
    return order ? [{ ...order, atMs: line.at_ms, by: `${line.venue} life ${line.life} connection ${line.conn}`, n: line.n }] : []
  })
  return orders.toSorted((a, b) => a.atMs - b.atMs || a.n - b.n)
}

function orderOf({ venue, text }: WireLine, markets: Markets): Order | null {
  if (venue === 'kalshi') {
    const body = KALSHI_CREATE.exec(text)?.[1]
    return body === undefined ? null : kalshiOrder(JSON.parse(body))
  }
  const tokens = text.split('|')
  const at = (place: number): string => tokens[place] ?? ''
  if (at(0) !== PLACE_ORDER) return null
  const order = { orderRef: at(FIELD.orderRef), action: at(FIELD.action), conId: Number(at(FIELD.conId)) }
  return gatewayOrder({ ...order, quantity: at(FIELD.quantity), limit: at(FIELD.limit) }, markets)
}
