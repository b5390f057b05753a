import { money, NO_MONEY, notional, ONE_DOLLAR, type Money, type Price, type Quantity } from '../../core/units'
import { chargeFee, tradeFee } from './fees'
import { returnAfter, returnCollateral } from './cash/collateral-return'
import { addCash, cashIn, pocketOf, shardOf } from './cash/pockets'
import { marketFee, marketOf, precisionOf, type Floor } from './floor'
import { positionKey, type BookSide, type FillRow, type MarketRow, type OrderRow, type Pocket, type PositionRow } from './rows'

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
  const queues = new Map<string, Claim[]>()
  for (const claim of claims) {
    const key = `${claim.side}|${claim.ticker}`
    const queue = queues.get(key)
    if (queue) queue.push(claim)
    else queues.set(key, [claim])
  }
  let total = 0
  for (const queue of queues.values()) total += reservedBy(queue, positionIn)
  return money(total)
}

/** Claims of one market on one side. */
function reservedBy(queue: Claim[], positionIn: (ticker: string) => number): number {
  const [first] = queue
  if (!first) return 0
  const held = positionIn(first.ticker)
  let covered = first.side === 'bid' ? Math.max(0, -held) : Math.max(0, held)
  queue.sort((a, b) => (first.side === 'bid' ? b.price - a.price : a.price - b.price))
  return queue.reduce((sum, claim) => {
    const free = Math.min(covered, claim.remaining)
    covered -= free
    return sum + openingPrice(claim.side, claim.price) * (claim.remaining - free)
  }, 0)
}

/** What rests on the shard of a pocket; `except` leaves out an order that is about to change. */
export const claimsOf = (floor: Floor, pocket: Pocket, except = ''): readonly Claim[] =>
  floor.tables
    .resting(pocket.accountId)
    .filter((order) => order.subaccount === pocket.subaccount && order.orderId !== except && shardOf(floor, order.ticker) === pocket.shard)

/** Cash that resting orders do not reserve. */
export const availableIn = (floor: Floor, pocket: Pocket): Money =>
  money(cashIn(floor, pocket) - reserved(claimsOf(floor, pocket), holdings(floor, pocket)))

const holdings =
  (floor: Floor, pocket: Pocket) =>
  (ticker: string): number =>
    positionOf(floor, { ...pocket, ticker }).position

export const positionOf = (
  floor: Floor,
  { accountId, subaccount, ticker }: { readonly accountId: string; readonly subaccount: number; readonly ticker: string },
): PositionRow =>
  floor.tables.get('position', positionKey(accountId, ticker, subaccount)) ?? {
    accountId,
    subaccount,
    ticker,
    position: 0 as Quantity,
    cost: NO_MONEY,
    realized: NO_MONEY,
    fees: NO_MONEY,
    traded: NO_MONEY,
    updatedMs: floor.clock.nowMs(),
    settled: false,
  }

/**
 * Whether a pocket can pay for an order at its limit, with the taker fee there (a better price costs less in total: market-math §2.5).
 * Collateral that was returned and would no longer be guaranteed has to be there too; what an order would newly guarantee counts only when it cannot rest.
 */
export function canAfford(
  floor: Floor,
  pocket: Pocket,
  claim: Claim,
  options: { readonly rests: boolean; readonly instead?: string },
): boolean {
  const held = holdings(floor, pocket)
  const others = claimsOf(floor, pocket, options.instead)
  const before = reserved(options.instead === undefined ? others : claimsOf(floor, pocket), held)
  const after = reserved([...others, claim], held)
  const change = returnAfter(floor, pocket, claim.ticker, claim.side === 'bid' ? claim.remaining : 0 - claim.remaining)
  const freed = options.rests ? Math.min(0, change) : change
  if (after <= before && freed >= 0) return true
  const fee = tradeFee(marketFee(floor, marketOf(floor, claim.ticker)), true, claim.price, claim.remaining)
  return cashIn(floor, pocket) - after - fee + freed >= 0
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
  const { position, cash, opened } = book(positionOf(floor, order), order.side, trade.price, trade.quantity, atMs)
  const charged = chargeFee(
    cash,
    tradeFee(marketFee(floor, market), trade.isTaker, trade.price, trade.quantity),
    order.accumulator,
    precisionOf(floor, order.accountId),
  )
  addCash(floor, pocketOf(floor, order), charged.cashChange)
  const held: PositionRow = { ...position, fees: money(position.fees + charged.fee) }
  floor.tables.put('position', positionKey(order.accountId, order.ticker, order.subaccount), held)
  returnCollateral(floor, order)
  const updated = filledOrder(order, trade, charged.fee, charged.accumulator, atMs)
  floor.tables.put('order', order.orderId, updated)
  const fill: FillRow = {
    tradeId: trade.tradeId,
    orderId: order.orderId,
    accountId: order.accountId,
    subaccount: order.subaccount,
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
  floor.emit({ kind: 'position', position: held })
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
