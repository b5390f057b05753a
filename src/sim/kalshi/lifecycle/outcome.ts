import { ONE_DOLLAR, type Price } from '../../../core/units'
import { marketOf, updateMarket, type Floor } from '../floor'
import type { MarketRow } from '../rows'
import { armSettlement, closeMarket, emptyBook } from './markets'
import { amendSettlement, finalize } from './settlement'

/** How a market gets its outcome, and how that outcome may change before it is paid. */

export type Result = 'yes' | 'no' | 'scalar'

/** What a YES pays. @throws Error with one sentence when a scalar result has no value. */
function valueOf(result: Result, scalarValue: Price | null): Price {
  if (result === 'yes') return ONE_DOLLAR
  if (result === 'no') return 0 as Price
  if (scalarValue === null) throw new Error('a scalar settlement needs "settlement_value_dollars"')
  return scalarValue
}

/** The outcome is set and its settlement timer runs; trading ends if it has not. @throws Error when there is an outcome already. */
export function determine(floor: Floor, ticker: string, result: Result, scalarValue: Price | null): void {
  const known = marketOf(floor, ticker)
  const isLate = known.status === 'determined' || known.status === 'disputed' || known.status === 'amended' || known.status === 'finalized'
  if (isLate) throw new Error(`${ticker} is ${known.status} already as ${known.result}`)
  const settlementValue = valueOf(result, scalarValue)
  const atMs = floor.clock.nowMs()
  if (known.status !== 'closed') closeEarly(floor, known, atMs)
  emptyBook(floor, ticker)
  const market = updateMarket(floor, marketOf(floor, ticker), { status: 'determined', result, settlementValue })
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'determined', result, settlementValue }, atMs })
  armSettlement(floor, market)
}

function closeEarly(floor: Floor, market: MarketRow, atMs: number): void {
  closeMarket(floor, market.ticker)
  updateMarket(floor, marketOf(floor, market.ticker), { closeMs: Math.min(market.closeMs, atMs) })
  floor.emit({ kind: 'lifecycle', ticker: market.ticker, change: { event_type: 'close_date_updated' }, atMs })
}

/** Somebody contests the outcome: the timer stops. Nothing says so but REST. @throws Error unless it is determined. */
export function dispute(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  if (market.status !== 'determined') throw new Error(`${ticker} is ${market.status}: only a determined market can be disputed`)
  updateMarket(floor, market, { status: 'disputed' })
}

/** The outcome is changed and the timer begins anew. Nothing says so but REST. @throws Error unless there is an outcome that was not paid. */
export function amend(floor: Floor, ticker: string, result: Result, scalarValue: Price | null): void {
  const market = marketOf(floor, ticker)
  if (market.status !== 'determined' && market.status !== 'disputed' && market.status !== 'amended')
    throw new Error(`${ticker} is ${market.status}: only an outcome that was not paid yet can be amended`)
  const settlementValue = valueOf(result, scalarValue)
  armSettlement(floor, updateMarket(floor, market, { status: 'amended', result, settlementValue }))
}

/** Determined, or amended to this outcome, and finalized at once. @throws Error when it is settled already. */
export function settle(floor: Floor, ticker: string, result: Result, scalarValue: Price | null): void {
  const { status, result: paid } = marketOf(floor, ticker)
  if (status === 'finalized') throw new Error(`${ticker} is settled already as ${paid}`)
  if (status === 'determined' || status === 'disputed' || status === 'amended') amend(floor, ticker, result, scalarValue)
  else determine(floor, ticker, result, scalarValue)
  finalize(floor, ticker)
}

/** A paid outcome is changed, and what was paid with it. @throws Error unless it was paid, by another outcome. */
export const amendPaid = (floor: Floor, ticker: string, result: Result, scalarValue: Price | null): void =>
  amendSettlement(floor, ticker, result, valueOf(result, scalarValue))
