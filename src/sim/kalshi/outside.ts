import type { Price, Quantity } from '../../core/units'
import type { Resting } from './book'
import { bookOf, emitLevel, marketOf, type Floor } from './floor'
import { trade } from './matching'
import { reduceResting } from './orders/resting'
import type { BookSide, TradeRow } from './rows'

/** The outside world: participants without an account, whose volume is finite. What is taken of it is gone. */

export interface OutsideOrder {
  readonly side: BookSide
  readonly price: Price
  readonly count: Quantity
}

/** Matches an outside order first; what is left rests when `rests`. Remembered across restarts. */
export function placeOutside(floor: Floor, ticker: string, order: OutsideOrder, rests: boolean): void {
  const left = matchOutside(floor, ticker, order)
  if (left === 0 || !rests) return
  const row = {
    id: floor.tables.uuid('outside'),
    ticker,
    side: order.side,
    price: order.price,
    remaining: left,
    priority: floor.tables.next('priority'),
  }
  floor.tables.put('outside', row.id, row)
  restOutside(floor, ticker, row)
}

/** Whether an outside order would find its whole count. */
export const isFillable = (floor: Floor, ticker: string, order: OutsideOrder): boolean =>
  bookOf(floor, ticker)
    .crossing(order.side, order.price)
    .reduce((sum, resting) => sum + resting.remaining, 0) >= order.count

function matchOutside(floor: Floor, ticker: string, order: OutsideOrder): Quantity {
  const book = bookOf(floor, ticker)
  let left = order.count as number
  for (let maker = book.crossing(order.side, order.price)[0]; maker && left > 0; maker = book.crossing(order.side, order.price)[0]) {
    const quantity = Math.min(left, maker.remaining) as Quantity
    trade(floor, book, ticker, maker, quantity, null)
    left -= quantity
  }
  return left as Quantity
}

/** Puts an outside order into the book without matching it. */
export function restOutside(floor: Floor, ticker: string, order: Omit<Resting, 'accountId' | 'clientOrderId'>): void {
  bookOf(floor, ticker).add({
    id: order.id,
    accountId: null,
    clientOrderId: '',
    side: order.side,
    price: order.price,
    priority: order.priority,
    remaining: order.remaining,
  })
  emitLevel(floor, ticker, order.side, order.price, order.remaining, [])
}

/** A tape's quote of one side, under an id of its own: replaces the earlier one; null removes it. Not remembered across restarts. */
export function quote(floor: Floor, ticker: string, id: string, order: OutsideOrder | null): void {
  withdraw(floor, ticker, id)
  if (order === null || marketOf(floor, ticker).status !== 'active') return
  const left = matchOutside(floor, ticker, order)
  if (left > 0)
    restOutside(floor, ticker, { id, side: order.side, price: order.price, remaining: left, priority: floor.tables.next('priority') })
}

export function withdraw(floor: Floor, ticker: string, id: string): void {
  const book = bookOf(floor, ticker)
  const resting = book.find(id)
  if (resting) reduceResting(floor, book, ticker, resting, resting.remaining, [])
}

const levelId = (side: BookSide, price: Price): string => `level|${side}|${price}`

/** Sets the outside volume of one level to what a recording says: less is taken off the back of the queue, more joins it there. */
export function setLevel(floor: Floor, ticker: string, side: BookSide, price: Price, count: Quantity): void {
  if (marketOf(floor, ticker).status !== 'active') return
  const book = bookOf(floor, ticker)
  const id = levelId(side, price)
  const resting = book.find(id)
  const now = resting?.remaining ?? 0
  if (resting && count < now) return reduceResting(floor, book, ticker, resting, (now - count) as Quantity, [])
  if (count === now) return
  const left = matchOutside(floor, ticker, { side, price, count: (count - now) as Quantity })
  const still = book.find(id)
  if (still && left > 0) {
    still.remaining = (still.remaining + left) as Quantity
    emitLevel(floor, ticker, side, price, left, [])
  } else if (left > 0) restOutside(floor, ticker, { id, side, price, remaining: left, priority: floor.tables.next('priority') })
}

/** The levels that a recording has set on this market. */
export function recordedLevels(floor: Floor, ticker: string): readonly (readonly [BookSide, Price])[] {
  const book = bookOf(floor, ticker)
  return (['bid', 'ask'] as const).flatMap((side) =>
    book
      .side(side)
      .filter((order) => order.id === levelId(side, order.price))
      .map((order) => [side, order.price] as const),
  )
}

/** A trade between two outside participants, as a recording has it: the tape of the market moves, the book does not. */
export function printed(floor: Floor, ticker: string, takerSide: BookSide, price: Price, quantity: Quantity): void {
  const market = marketOf(floor, ticker)
  if (market.status !== 'active') return
  const row: TradeRow = { tradeId: floor.tables.uuid('trade'), ticker, price, quantity, takerSide, atMs: floor.clock.nowMs() }
  floor.tables.put('trade', row.tradeId, row)
  floor.tables.put('market', ticker, {
    ...market,
    lastPrice: price,
    previousPrice: market.lastPrice,
    volume: (market.volume + quantity) as Quantity,
    openInterest: (market.openInterest + quantity) as Quantity,
    updatedMs: row.atMs,
  })
  floor.emit({ kind: 'trade', trade: row })
}
