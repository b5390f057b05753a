import { bookOf, marketOf, setStatus, updateMarket, type Floor } from '../floor'
import { cancelResting, reduceResting } from '../orders/resting'
import type { MarketRow, UpdateReason } from '../rows'
import { finalize } from './settlement'

/** Opening, pausing and closing markets (kalshi.md §10). */

/** Arms what time alone does to a market: opening and closing send no message. */
export function armTimers(floor: Floor, market: MarketRow): void {
  const now = floor.clock.nowMs()
  if (market.status === 'initialized' && market.openMs > now) {
    floor.clock.after(market.openMs - now, () => floor.transact(() => openMarket(floor, market.ticker)))
  }
  if (isBeforeClose(market)) armClose(floor, market)
  if (market.status === 'closed') armCloseCancel(floor, market.ticker)
  if (market.status === 'determined' || market.status === 'amended') armSettlement(floor, market)
}

/** Trading has ended: nobody may cancel any more. */
export const isOver = (market: MarketRow): boolean => !isBeforeClose(market)

const isBeforeClose = ({ status }: MarketRow): boolean => status === 'initialized' || status === 'active' || status === 'inactive'

function armClose(floor: Floor, market: MarketRow): void {
  floor.clock.after(market.closeMs - floor.clock.nowMs(), () => floor.transact(() => closeOnTime(floor, market.ticker)))
}

/** The close time may have moved since the timer was armed: the timer of the new time closes. */
function closeOnTime(floor: Floor, ticker: string): void {
  if (marketOf(floor, ticker).closeMs <= floor.clock.nowMs()) closeMarket(floor, ticker)
}

function openMarket(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  if (market.status === 'initialized') setStatus(floor, market, 'active')
}

/** Trading ends. What rests stays for a moment, and nobody may cancel it: the venue does so itself. */
export function closeMarket(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  if (!isBeforeClose(market)) return
  setStatus(floor, market, 'closed')
  armCloseCancel(floor, ticker)
}

function armCloseCancel(floor: Floor, ticker: string): void {
  floor.clock.after(floor.section.settings.close_cancel_ms, () => floor.transact(() => emptyBook(floor, ticker)))
}

/** Cancels what rests and sends the empty book alone: at a real close no deltas came with it (recorded). */
export function emptyBook(floor: Floor, ticker: string): void {
  const book = bookOf(floor, ticker)
  if (!book.best('bid') && !book.best('ask')) return
  const silent: Floor = { ...floor, emit: (event) => (event.kind === 'level' ? undefined : floor.emit(event)) }
  cancelAll(silent, ticker, 'CloseCancel')
  for (const side of ['bid', 'ask'] as const) {
    for (const resting of [...book.side(side)]) reduceResting(silent, book, ticker, resting, resting.remaining, [])
  }
  floor.emit({ kind: 'emptied', ticker })
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

/** An operator's pause, its end, or an early close. @throws Error with one sentence when the market cannot take that status. */
export function changeStatus(floor: Floor, ticker: string, status: 'inactive' | 'active' | 'closed'): void {
  const market = marketOf(floor, ticker)
  if (market.status === status) return
  if (!isBeforeClose(market)) throw new Error(`${ticker} is ${market.status}: its status cannot become ${status}`)
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

/** Moves the close. @throws Error with one sentence when it is too late for that. */
export function moveClose(floor: Floor, ticker: string, closeMs: number): void {
  const market = marketOf(floor, ticker)
  if (!isBeforeClose(market)) throw new Error(`${ticker} is ${market.status}: its close time cannot move`)
  armClose(floor, updateMarket(floor, market, { closeMs }))
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'close_date_updated' }, atMs: floor.clock.nowMs() })
}

/** The settlement timer begins when the outcome is set, and anew when it is amended. */
export function armSettlement(floor: Floor, market: MarketRow): void {
  const dueMs = market.updatedMs + market.definition.settlement_timer_seconds * 1_000
  const { result, updatedMs, ticker } = market
  if (result === '') return
  floor.clock.after(dueMs - floor.clock.nowMs(), () =>
    floor.transact(() => {
      const now = marketOf(floor, ticker)
      const isSame = now.updatedMs === updatedMs && (now.status === 'determined' || now.status === 'amended')
      if (isSame) finalize(floor, ticker)
    }),
  )
}

export function pause(floor: Floor, scope: 'trading' | 'exchange', on: boolean): void {
  floor.pauses[scope] = on
  if (on) for (const ticker of floor.books.keys()) cancelAll(floor, ticker, 'HaltCancel', true)
}
