import { quantity, type Price, type Quantity } from '../../core/units'
import { canAfford, fillOrder, positionOf } from './accounts'
import { type Book, opposite, type Incoming, type Resting } from './book'
import { pocketOf } from './cash/pockets'
import { bookOf, marketOf, updateMarket, usedOrderId, type Cause, type Floor } from './floor'
import { onGrid } from './grid'
import { isInCancelTail } from './lifecycle/cancel-tail'
import { checkGroup, countFill, isTriggered } from './orders/groups'
import { cancelResting, endOrder, reduceResting, rest } from './orders/resting'
import { refuse } from './refusal'
import type { BookSide, MarketRow, OrderRow, SelfTradePrevention, TimeInForce, TradeRow } from './rows'

/** An order as a client asked for it. */
export interface OrderRequest {
  readonly ticker: string
  readonly subaccount: number
  readonly groupId: string | null
  readonly clientOrderId: string
  readonly side: BookSide
  readonly price: Price
  readonly count: Quantity
  readonly timeInForce: TimeInForce
  readonly selfTradePrevention: SelfTradePrevention
  readonly postOnly: boolean
  readonly reduceOnly: boolean
  readonly cancelOnPause: boolean
  readonly expirationMs: number | null
}

/** @throws Refusal when the venue does not take it; a post-only cross leaves a cancelled order behind. */
export function placeOrder(floor: Floor, accountId: string, request: OrderRequest): OrderRow {
  const market = checkMarketOpen(floor, request.ticker)
  checkUnused(floor, accountId, request.clientOrderId)
  checkGroup(floor, { accountId, ...request })
  if (!onGrid(market.definition.price_level_structure, request.price)) throw refuse('invalid_price')
  const book = bookOf(floor, market.ticker)
  const count = request.reduceOnly ? reducible(floor, accountId, request) : request.count
  const claim = { ticker: market.ticker, side: request.side, price: request.price, remaining: count }
  const pocket = pocketOf(floor, { accountId, ...request })
  const rests = request.timeInForce === 'good_till_canceled'
  if (count > 0 && !canAfford(floor, pocket, claim, { rests })) throw refuse('insufficient_balance')
  thinOutside(floor, book, market.ticker, request, count)
  const crossing = book.crossing(request.side, request.price)
  const available = crossing.reduce((sum, order) => sum + order.remaining, 0)
  if (request.timeInForce === 'fill_or_kill' && available < request.count) throw refuse('fill_or_kill_insufficient_resting_volume')
  let order = createOrder(floor, accountId, request)
  if (request.postOnly && crossing.length > 0) {
    endOrder(floor, order, 'PostOnlyCrossCancel')
    throw refuse('invalid_order', 'post only cross')
  }
  if (count === 0) return endOrder(floor, order, 'ReduceOnlyCancel')
  if (isInCancelTail(floor, accountId)) return endOrder(floor, order, 'Canceled')
  order = matchOrder(floor, book, market, order, count)
  if (order.status !== 'resting') return order
  if (count < order.initial) return endOrder(floor, order, 'ReduceOnlyCancel')
  if (!rests) return endOrder(floor, order, 'Canceled')
  rest(floor, book, order)
  if (order.filled === 0) floor.emit({ kind: 'order', order })
  return order
}

export function checkMarketOpen(floor: Floor, ticker: string): MarketRow {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  if (floor.pauses.trading) throw refuse('trading_is_paused')
  const market = marketOf(floor, ticker)
  if (market.status === 'inactive') throw refuse('trading_is_paused')
  if (market.status !== 'active') throw refuse('market_inactive')
  return market
}

/** Client order ids are single-use for ever, also after a cancel (recorded). */
export function checkUnused(floor: Floor, accountId: string, clientOrderId: string): void {
  if (clientOrderId !== '' && floor.usedOrderIds.has(usedOrderId(accountId, clientOrderId))) throw refuse('order_already_exists')
}

function reducible(floor: Floor, accountId: string, request: OrderRequest): Quantity {
  const held = positionOf(floor, { accountId, ...request }).position
  const against = request.side === 'bid' ? Math.max(0, 0 - held) : Math.max(0, held)
  return Math.min(against, request.count) as Quantity
}

function createOrder(floor: Floor, accountId: string, request: OrderRequest): OrderRow {
  const now = floor.clock.nowMs()
  const zero = 0 as OrderRow['takerCost']
  const order: OrderRow = {
    orderId: floor.tables.uuid('order'),
    accountId,
    subaccount: request.subaccount,
    groupId: request.groupId,
    clientOrderId: request.clientOrderId,
    ticker: request.ticker,
    side: request.side,
    price: request.price,
    initial: request.count,
    filled: 0 as Quantity,
    remaining: request.count,
    status: 'resting',
    reason: '',
    timeInForce: request.timeInForce,
    selfTradePrevention: request.selfTradePrevention,
    postOnly: request.postOnly,
    cancelOnPause: request.cancelOnPause,
    expirationMs: request.expirationMs,
    accumulator: zero,
    takerCost: zero,
    makerCost: zero,
    takerFees: zero,
    makerFees: zero,
    createdMs: now,
    updatedMs: now,
    priority: floor.tables.next('priority'),
  }
  floor.tables.put('order', order.orderId, order)
  floor.usedOrderIds.add(usedOrderId(accountId, order.clientOrderId))
  return order
}

/** Matches up to `limit` of the order; it comes back executed, cancelled by self-trade prevention, or still resting with a remainder. */
export function matchOrder(floor: Floor, book: Book, market: MarketRow, taker: OrderRow, limit: Quantity): OrderRow {
  let order = taker
  const incoming: Incoming = {
    side: order.side,
    price: order.price,
    accountId: order.accountId,
    selfTradePrevention: order.selfTradePrevention,
  }
  for (let left = limit as number; left > 0 && order.status === 'resting';) {
    const maker = book.crossing(incoming.side, incoming.price)[0]
    if (!maker) return order
    if (maker.accountId === order.accountId) {
      if (order.selfTradePrevention === 'taker_at_cross') return endOrder(floor, order, 'SelfTradeCancel')
      cancelResting(floor, maker, market.ticker, 'SelfTradeCancel')
      continue
    }
    const quantity = Math.min(left, maker.remaining) as Quantity
    order = trade(floor, book, market.ticker, maker, quantity, order) ?? order
    left -= quantity
    if (order.status === 'resting' && isTriggered(floor, order.groupId)) return endOrder(floor, order, 'Canceled')
  }
  return order
}

/** One execution at the resting order's price. `taker` is null for an outside participant. */
export function trade(
  floor: Floor,
  book: Book,
  ticker: string,
  maker: Resting,
  quantity: Quantity,
  taker: OrderRow | null,
): OrderRow | null {
  const print: TradeRow = {
    tradeId: floor.tables.uuid('trade'),
    ticker,
    price: maker.price,
    quantity,
    takerSide: opposite(maker.side),
    atMs: floor.clock.nowMs(),
  }
  const causes: Cause[] = []
  const makerOrder = maker.accountId === null ? undefined : floor.tables.get('order', maker.id)
  if (makerOrder) causes.push(makerOrder)
  if (taker) causes.push(taker)
  reduceResting(floor, book, ticker, maker, quantity, causes)
  floor.tables.put('trade', print.tradeId, print)
  floor.emit({ kind: 'trade', trade: print })
  const made = makerOrder ? fillOrder(floor, makerOrder, { ...print, isTaker: false }) : null
  const took = taker ? fillOrder(floor, taker, { ...print, isTaker: true }) : null
  const market = marketOf(floor, ticker)
  updateMarket(floor, market, {
    lastPrice: print.price,
    previousPrice: market.lastPrice,
    volume: (market.volume + quantity) as Quantity,
    openInterest: (market.openInterest + (made?.opened ?? quantity) + (took?.opened ?? quantity) - quantity) as Quantity,
  })
  for (const filled of [made?.order, took?.order]) if (filled) countFill(floor, filled, quantity)
  return took?.order ?? null
}

const HUNDREDTHS = 100
/** What a fractional fill leaves unfilled by default: 0.37 of a contract. */
const FRACTION_LEFT = 37

/** Faults `partial:<fraction>` and `fractional_fill`: somebody else was faster, so that only a part of the outside volume is still there. */
function thinOutside(floor: Floor, book: Book, ticker: string, request: OrderRequest, count: Quantity): void {
  const match = { ticker, side: request.side, client_order_id: request.clientOrderId }
  const partial = floor.faults.take('partial', match)
  const fractional = partial ? null : floor.faults.take('fractional_fill', match)
  if (!partial && !fractional) return
  const share = Number(partial?.name.split(':')[1] ?? partial?.['fraction'] ?? 0.5)
  const whole = Math.floor((count * share) / HUNDREDTHS) * HUNDREDTHS
  const left = typeof fractional?.['left'] === 'string' ? quantity(fractional['left']) : FRACTION_LEFT
  let keep = partial ? whole : Math.max(1, count - left)
  for (const resting of [...book.crossing(request.side, request.price)]) {
    const kept = Math.min(keep, resting.remaining)
    keep -= kept
    if (resting.accountId === null && kept < resting.remaining) {
      reduceResting(floor, book, ticker, resting, (resting.remaining - kept) as Quantity, [])
    }
  }
}
