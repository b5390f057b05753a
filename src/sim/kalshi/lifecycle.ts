import { money, notional, ONE_DOLLAR, type Money, type Price } from '../../core/units'
import { addCash } from './accounts'
import { bookOf, marketOf, setStatus, updateMarket, type Floor } from './floor'
import { cancelResting, reduceResting } from './matching'
import { positionKey, type MarketRow, type PositionRow, type SettlementRow, type UpdateReason } from './rows'

/** Opening, pausing, closing and settling markets (kalshi.md §10). */

/** Arms what time alone does to a market: opening and closing send no message. */
export function armTimers(floor: Floor, market: MarketRow): void {
  const now = floor.clock.nowMs()
  if (market.status === 'initialized' && market.openMs > now) {
    floor.clock.after(market.openMs - now, () => floor.transact(() => openMarket(floor, market.ticker)))
  }
  if (market.status === 'initialized' || market.status === 'active' || market.status === 'inactive') {
    floor.clock.after(market.closeMs - now, () => floor.transact(() => closeMarket(floor, market.ticker)))
  }
}

function openMarket(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  if (market.status === 'initialized') setStatus(floor, market, 'active')
}

/** Cancels all resting orders and sends an empty book (recorded at a real close). */
export function closeMarket(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  if (market.status !== 'initialized' && market.status !== 'active' && market.status !== 'inactive') return
  setStatus(floor, market, 'closed')
  emptyBook(floor, ticker)
  floor.emit({ kind: 'emptied', ticker })
}

function emptyBook(floor: Floor, ticker: string): void {
  cancelAll(floor, ticker, 'CloseCancel')
  const book = bookOf(floor, ticker)
  for (const side of ['bid', 'ask'] as const) {
    for (const resting of [...book.side(side)]) reduceResting(floor, book, ticker, resting, resting.remaining, [])
  }
}

/** Cancels the orders of accounts on a market, all of them or those that ask for it. */
export function cancelAll(floor: Floor, ticker: string, reason: UpdateReason, onlyOnPause = false): void {
  const book = bookOf(floor, ticker)
  for (const side of ['bid', 'ask'] as const) {
    for (const resting of [...book.side(side)]) {
      if (resting.accountId === null) continue
      if (onlyOnPause && !floor.tables.get('order', resting.id)?.cancelOnPause) continue
      cancelResting(floor, resting, ticker, reason)
    }
  }
}

/** @throws Error with one sentence when the market cannot take that status. */
export function changeStatus(floor: Floor, ticker: string, status: 'inactive' | 'active' | 'closed'): void {
  const market = marketOf(floor, ticker)
  if (market.status === 'determined' || market.status === 'finalized') throw new Error(`${ticker} is settled: its status cannot change`)
  if (market.status === status) return
  const atMs = floor.clock.nowMs()
  if (status === 'closed') return closeMarket(floor, ticker)
  if (status === 'inactive') {
    setStatus(floor, market, 'inactive')
    cancelAll(floor, ticker, 'HaltCancel', true)
    return floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'deactivated' }, atMs })
  }
  cancelAll(floor, ticker, 'HaltCancel')
  setStatus(floor, market, 'active')
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'activated' }, atMs })
}

export function pause(floor: Floor, scope: 'trading' | 'exchange', on: boolean): void {
  floor.pauses[scope] = on
  if (on) for (const ticker of floor.books.keys()) cancelAll(floor, ticker, 'HaltCancel', true)
}

/** Determined and finalized at once: positions become cash, and a settlement record remains. @throws Error when it is settled already. */
export function settle(floor: Floor, ticker: string, result: 'yes' | 'no' | 'scalar', scalarValue: Price | null): void {
  const known = marketOf(floor, ticker)
  if (known.status === 'finalized') throw new Error(`${ticker} is settled already as ${known.result}`)
  if (result === 'scalar' && scalarValue === null) throw new Error('a scalar settlement needs "settlement_value_dollars"')
  const value = result === 'yes' ? ONE_DOLLAR : result === 'no' ? (0 as Price) : (scalarValue ?? (0 as Price))
  const atMs = floor.clock.nowMs()
  if (known.status !== 'closed' && known.status !== 'determined') {
    closeMarket(floor, ticker)
    updateMarket(floor, marketOf(floor, ticker), { closeMs: Math.min(known.closeMs, atMs) })
    floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'close_date_updated' }, atMs })
  }
  updateMarket(floor, marketOf(floor, ticker), { status: 'determined', result, settlementValue: value })
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'determined', result, settlementValue: value }, atMs })
  for (const position of [...floor.tables.all('position')]) {
    if (position.ticker === ticker && !position.settled) settlePosition(floor, position, marketOf(floor, ticker), value, atMs)
  }
  updateMarket(floor, marketOf(floor, ticker), { status: 'finalized', settledMs: atMs })
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'settled' }, atMs })
}

/** A payout is in whole cents: what a scalar value leaves below a cent is booked as a fee (kalshi.md §10). */
const CENT = 10_000

function settlePosition(floor: Floor, position: PositionRow, market: MarketRow, value: Price, atMs: number): void {
  const held = position.position
  const perContract = held >= 0 ? value : ((ONE_DOLLAR - value) as Price)
  const due = notional(perContract, Math.abs(held) as typeof held)
  const paid = money(due - (due % CENT))
  addCash(floor, position.accountId, paid)
  const fees = money(position.fees + due - paid)
  floor.tables.put('position', positionKey(position.accountId, position.ticker), {
    ...position,
    position: 0 as typeof held,
    cost: 0 as Money,
    realized: money(position.realized + due - position.cost),
    fees,
    updatedMs: atMs,
    settled: true,
  })
  const none = 0 as Money
  const row: SettlementRow = {
    accountId: position.accountId,
    ticker: position.ticker,
    eventTicker: market.eventTicker,
    result: market.result,
    yesCount: (held > 0 ? held : 0) as typeof held,
    yesCost: held > 0 ? position.cost : none,
    noCount: Math.max(0, 0 - held) as typeof held,
    noCost: held < 0 ? position.cost : none,
    revenue: paid,
    value,
    fees,
    atMs,
  }
  floor.tables.put('settlement', positionKey(position.accountId, position.ticker), row)
}
