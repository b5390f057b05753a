import { money, NO_MONEY, notional, ONE_DOLLAR, type Money, type Price, type Quantity } from '../../core/units'
import { chargeFee, tradeFee } from './fees'
import { marketFee, marketOf, precisionOf, type Floor } from './floor'
import { positionKey, type BookSide, type FillRow, type MarketRow, type OrderRow, type PositionRow } from './rows'

/** Cash, collateral and positions. Everything is paid in full: YES at p costs p, NO costs 1 − p, and a YES and a NO of one market are 1.00 at once. */

/** What a resting order reserves. */
export interface Claim {
  readonly ticker: string
  readonly side: BookSide
  readonly price: Price
  readonly remaining: Quantity
}

/** What opening one contract costs. */
const openingPrice = (side: BookSide, price: Price): Price => (side === 'bid' ? price : ((ONE_DOLLAR - price) as Price))

/** Collateral of resting orders: what closes a held position reserves nothing, best price first; the rest reserves its full cost. */
export function reserved(claims: readonly Claim[], positionIn: (ticker: string) => number): Money {
  let total = 0
  for (const ticker of new Set(claims.map((claim) => claim.ticker))) {
    const held = positionIn(ticker)
    for (const side of ['bid', 'ask'] as const) {
      let covered = side === 'bid' ? Math.max(0, -held) : Math.max(0, held)
      const queue = claims.filter((claim) => claim.ticker === ticker && claim.side === side)
      queue.sort((a, b) => (side === 'bid' ? b.price - a.price : a.price - b.price))
      for (const claim of queue) {
        const free = Math.min(covered, claim.remaining)
        covered -= free
        total += openingPrice(side, claim.price) * (claim.remaining - free)
      }
    }
  }
  return money(total)
}

/** Resting orders of an account as the books have them now. */
export function claimsOf(floor: Floor, accountId: string): Claim[] {
  const claims: Claim[] = []
  for (const [ticker, book] of floor.books) {
    for (const side of ['bid', 'ask'] as const) {
      for (const order of book.side(side)) {
        if (order.accountId === accountId) claims.push({ ticker, side, price: order.price, remaining: order.remaining })
      }
    }
  }
  return claims
}

export const positionOf = (floor: Floor, accountId: string, ticker: string): PositionRow =>
  floor.tables.get('position', positionKey(accountId, ticker)) ?? {
    accountId,
    ticker,
    position: 0 as Quantity,
    cost: NO_MONEY,
    realized: NO_MONEY,
    fees: NO_MONEY,
    traded: NO_MONEY,
    updatedMs: floor.clock.nowMs(),
    settled: false,
  }

/** Whether the account can pay for an order at its limit, with the taker fee there (a better price costs less in total: market-math §2.5). */
export function canAfford(floor: Floor, accountId: string, claim: Claim): boolean {
  const held = (ticker: string): number => positionOf(floor, accountId, ticker).position
  const now = claimsOf(floor, accountId)
  const before = reserved(now, held)
  const after = reserved([...now, claim], held)
  if (after <= before) return true
  const fee = tradeFee(marketFee(floor, marketOf(floor, claim.ticker)), true, claim.price, claim.remaining)
  return cashOf(floor, accountId) - after - fee >= 0
}

export const cashOf = (floor: Floor, accountId: string): Money => floor.tables.get('account', accountId)?.cash ?? NO_MONEY

export function addCash(floor: Floor, accountId: string, change: number): void {
  const account = floor.tables.get('account', accountId)
  if (account) floor.tables.put('account', accountId, { ...account, cash: money(account.cash + change) })
}

interface Booked {
  readonly position: PositionRow
  readonly cash: Money
  readonly opened: Quantity
}

/** One fill against a position: first it closes the other outcome, then it opens. Cash is without fees. */
export function book(position: PositionRow, side: BookSide, price: Price, quantity: Quantity, atMs: number): Booked {
  const held = position.position
  const closes = side === 'bid' ? Math.min(quantity, Math.max(0, 0 - held)) : Math.min(quantity, Math.max(0, held))
  const opened = (quantity - closes) as Quantity
  const closingPrice = (ONE_DOLLAR - openingPrice(side, price)) as Price
  const proceeds = notional(closingPrice, closes as Quantity)
  const costShare = closes === 0 ? 0 : Number((BigInt(position.cost) * BigInt(closes)) / BigInt(Math.abs(held)))
  const paid = notional(openingPrice(side, price), opened)
  const next: PositionRow = {
    ...position,
    position: (side === 'bid' ? held + quantity : held - quantity) as Quantity,
    cost: money(position.cost - costShare + paid),
    realized: money(position.realized + proceeds - costShare),
    traded: money(position.traded + proceeds + paid),
    updatedMs: atMs,
  }
  return { position: next, cash: money(proceeds - paid), opened }
}

/** Books one fill of an account's order: cash, fee, position, order and fill. Returns the order after it and how much was opened. */
export function fillOrder(
  floor: Floor,
  order: OrderRow,
  trade: { readonly tradeId: string; readonly price: Price; readonly quantity: Quantity; readonly isTaker: boolean },
): { order: OrderRow; opened: Quantity } {
  const atMs = floor.clock.nowMs()
  const market: MarketRow = marketOf(floor, order.ticker)
  const { position, cash, opened } = book(positionOf(floor, order.accountId, order.ticker), order.side, trade.price, trade.quantity, atMs)
  const charged = chargeFee(
    cash,
    tradeFee(marketFee(floor, market), trade.isTaker, trade.price, trade.quantity),
    order.accumulator,
    precisionOf(floor, order.accountId),
  )
  addCash(floor, order.accountId, charged.cashChange)
  floor.tables.put('position', positionKey(order.accountId, order.ticker), { ...position, fees: money(position.fees + charged.fee) })
  const updated = filledOrder(order, trade, charged.fee, charged.accumulator, atMs)
  floor.tables.put('order', order.orderId, updated)
  const fill: FillRow = {
    tradeId: trade.tradeId,
    orderId: order.orderId,
    accountId: order.accountId,
    ticker: order.ticker,
    side: order.side,
    price: trade.price,
    quantity: trade.quantity,
    isTaker: trade.isTaker,
    fee: charged.fee,
    atMs,
    positionAfter: position.position,
  }
  floor.tables.put('fill', `${trade.tradeId}|${order.orderId}`, fill)
  floor.emit({ kind: 'fill', fill, clientOrderId: order.clientOrderId })
  floor.emit({ kind: 'order', order: updated })
  return { order: updated, opened }
}

function filledOrder(
  order: OrderRow,
  trade: { readonly price: Price; readonly quantity: Quantity; readonly isTaker: boolean },
  fee: Money,
  accumulator: Money,
  atMs: number,
): OrderRow {
  const remaining = (order.remaining - trade.quantity) as Quantity
  const cost = notional(trade.price, trade.quantity)
  return {
    ...order,
    filled: (order.filled + trade.quantity) as Quantity,
    remaining,
    status: remaining === 0 ? 'executed' : order.status,
    reason: 'Trade',
    accumulator,
    takerCost: money(order.takerCost + (trade.isTaker ? cost : 0)),
    makerCost: money(order.makerCost + (trade.isTaker ? 0 : cost)),
    takerFees: money(order.takerFees + (trade.isTaker ? fee : 0)),
    makerFees: money(order.makerFees + (trade.isTaker ? 0 : fee)),
    updatedMs: atMs,
  }
}
