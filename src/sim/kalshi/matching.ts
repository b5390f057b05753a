import { quantity, type Price, type Quantity } from '../../core/units'
import { canAfford, fillOrder, positionOf } from './accounts'
import { type Book, opposite, type Incoming, type Resting } from './book'
import { bookOf, emitLevel, marketOf, updateMarket, usedOrderId, type Cause, type Floor } from './floor'
import { onGrid } from './grid'
import { refuse } from './refusal'
import type { BookSide, MarketRow, OrderRow, SelfTradePrevention, TimeInForce, TradeRow, UpdateReason } from './rows'

/** An order as a client asked for it. */
export interface OrderRequest {
  readonly ticker: string
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
  if (!onGrid(market.definition.price_level_structure, request.price)) throw refuse('invalid_price')
  const book = bookOf(floor, market.ticker)
  const count = request.reduceOnly ? reducible(floor, accountId, request) : request.count
  const claim = { ticker: market.ticker, side: request.side, price: request.price, remaining: count }
  if (count > 0 && !canAfford(floor, accountId, claim)) throw refuse('insufficient_balance')
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
  order = matchOrder(floor, book, market, order, count)
  if (order.status !== 'resting') return order
  if (count < order.initial) return endOrder(floor, order, 'ReduceOnlyCancel')
  if (request.timeInForce !== 'good_till_canceled') return endOrder(floor, order, 'Canceled')
  rest(floor, book, order)
  return order
}

function checkMarketOpen(floor: Floor, ticker: string): MarketRow {
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  if (floor.pauses.trading) throw refuse('trading_is_paused')
  const market = marketOf(floor, ticker)
  if (market.status === 'inactive') throw refuse('trading_is_paused')
  if (market.status !== 'active') throw refuse('market_inactive')
  return market
}

/** Client order ids are single-use for ever, also after a cancel (recorded). */
function checkUnused(floor: Floor, accountId: string, clientOrderId: string): void {
  if (clientOrderId !== '' && floor.usedOrderIds.has(usedOrderId(accountId, clientOrderId))) throw refuse('order_already_exists')
}

function reducible(floor: Floor, accountId: string, request: OrderRequest): Quantity {
  const held = positionOf(floor, accountId, request.ticker).position
  const against = request.side === 'bid' ? Math.max(0, 0 - held) : Math.max(0, held)
  return Math.min(against, request.count) as Quantity
}

function createOrder(floor: Floor, accountId: string, request: OrderRequest): OrderRow {
  const now = floor.clock.nowMs()
  const zero = 0 as OrderRow['takerCost']
  const order: OrderRow = {
    orderId: floor.tables.uuid('order'),
    accountId,
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
function matchOrder(floor: Floor, book: Book, market: MarketRow, taker: OrderRow, limit: Quantity): OrderRow {
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
  if (maker.accountId !== null) causes.push({ accountId: maker.accountId, clientOrderId: maker.clientOrderId })
  if (taker) causes.push({ accountId: taker.accountId, clientOrderId: taker.clientOrderId })
  reduceResting(floor, book, ticker, maker, quantity, causes)
  floor.tables.put('trade', print.tradeId, print)
  floor.emit({ kind: 'trade', trade: print })
  const makerOrder = maker.accountId === null ? undefined : floor.tables.get('order', maker.id)
  const made = makerOrder ? fillOrder(floor, makerOrder, { ...print, isTaker: false }) : null
  const took = taker ? fillOrder(floor, taker, { ...print, isTaker: true }) : null
  const market = marketOf(floor, ticker)
  updateMarket(floor, market, {
    lastPrice: print.price,
    previousPrice: market.lastPrice,
    volume: (market.volume + quantity) as Quantity,
    openInterest: (market.openInterest + (made?.opened ?? quantity) + (took?.opened ?? quantity) - quantity) as Quantity,
  })
  return took?.order ?? null
}

/** Takes volume off a resting order in the book and in what is remembered of outside participants. */
export function reduceResting(floor: Floor, book: Book, ticker: string, resting: Resting, by: Quantity, causes: readonly Cause[]): void {
  book.reduce(resting, by)
  emitLevel(floor, ticker, resting.side, resting.price, 0 - by, causes)
  const outside = floor.tables.get('outside', resting.id)
  if (outside && resting.remaining > 0) floor.tables.put('outside', resting.id, { ...outside, remaining: resting.remaining })
  if (outside && resting.remaining <= 0) floor.tables.remove('outside', resting.id)
}

/** Puts what is left of an order into the book, and arms its expiry. */
export function rest(floor: Floor, book: Book, order: OrderRow): void {
  book.add({
    id: order.orderId,
    accountId: order.accountId,
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: order.price,
    priority: order.priority,
    remaining: order.remaining,
  })
  emitLevel(floor, order.ticker, order.side, order.price, order.remaining, [order])
  if (order.filled === 0) floor.emit({ kind: 'order', order })
  armExpiry(floor, order)
}

export function armExpiry(floor: Floor, order: OrderRow): void {
  if (order.expirationMs === null) return
  floor.clock.after(order.expirationMs - floor.clock.nowMs(), () => {
    floor.transact(() => {
      const resting = bookOf(floor, order.ticker).find(order.orderId)
      if (resting) cancelResting(floor, resting, order.ticker, 'ExpiryCancel')
    })
  })
}

/** Cancels a resting order of an account; returns it with how much was taken off. */
export function cancelResting(
  floor: Floor,
  resting: Resting,
  ticker: string,
  reason: UpdateReason,
): { order: OrderRow; reducedBy: Quantity } {
  const reducedBy = resting.remaining
  const order = floor.tables.get('order', resting.id)
  if (!order) throw new Error(`resting order ${resting.id} is unknown`)
  reduceResting(floor, bookOf(floor, ticker), ticker, resting, reducedBy, [order])
  return { order: endOrder(floor, order, reason), reducedBy }
}

/** The order is over: what was left of it is cancelled. */
function endOrder(floor: Floor, order: OrderRow, reason: UpdateReason): OrderRow {
  const ended: OrderRow = { ...order, status: 'canceled', remaining: 0 as Quantity, reason, updatedMs: floor.clock.nowMs() }
  floor.tables.put('order', order.orderId, ended)
  floor.emit({ kind: 'order', order: ended })
  return ended
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
