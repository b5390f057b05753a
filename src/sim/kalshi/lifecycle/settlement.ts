import { money, NO_MONEY, notional, ONE_DOLLAR, type Money, type Price, type Quantity } from '../../../core/units'
import { returnCollateral } from '../cash/collateral-return'
import { addCash, pocketOf } from '../cash/pockets'
import { marketOf, updateMarket, type Floor } from '../floor'
import { positionKey, type MarketRow, type PositionRow, type SettlementRow } from '../rows'

/** From an outcome to money: determined, sometimes disputed and amended, then finalized (kalshi.md §10). */

/** Positions become cash and a settlement record remains. */
export function finalize(floor: Floor, ticker: string): void {
  const market = marketOf(floor, ticker)
  const value = market.settlementValue
  if (value === null) throw new Error(`${ticker} has no outcome: it cannot be finalized`)
  const atMs = floor.clock.nowMs()
  for (const position of [...floor.tables.all('position')]) {
    if (position.ticker === ticker && !position.settled) settlePosition(floor, position, market, value, atMs)
  }
  updateMarket(floor, marketOf(floor, ticker), { status: 'finalized', settledMs: atMs })
  floor.emit({ kind: 'lifecycle', ticker, change: { event_type: 'settled' }, atMs })
}

/** A payout is in whole cents: what a scalar value leaves below a cent is booked as a fee (kalshi.md §10). */
const CENT = 10_000

function settlePosition(floor: Floor, position: PositionRow, market: MarketRow, value: Price, atMs: number): void {
  const held = position.position
  const { due, paid } = payoutOf(held, value)
  addCash(floor, pocketOf(floor, position), paid)
  const fees = money(position.fees + due - paid)
  const settled: PositionRow = {
    ...position,
    position: 0 as typeof held,
    cost: NO_MONEY,
    realized: money(position.realized + due - position.cost),
    fees,
    updatedMs: atMs,
    settled: true,
  }
  floor.tables.put('position', positionKey(position.accountId, position.ticker, position.subaccount), settled)
  returnCollateral(floor, position)
  floor.emit({ kind: 'position', position: settled })
  const row: SettlementRow = {
    accountId: position.accountId,
    subaccount: position.subaccount,
    ticker: position.ticker,
    eventTicker: market.eventTicker,
    result: market.result,
    yesCount: (held > 0 ? held : 0) as typeof held,
    yesCost: held > 0 ? position.cost : NO_MONEY,
    noCount: Math.max(0, 0 - held) as typeof held,
    noCost: held < 0 ? position.cost : NO_MONEY,
    revenue: paid,
    value,
    fees,
    atMs,
  }
  floor.tables.put('settlement', positionKey(position.accountId, position.ticker, position.subaccount), row)
}

/** @param held signed: + YES, − NO */
function payoutOf(held: number, value: Price): { readonly due: Money; readonly paid: Money } {
  const perContract = held >= 0 ? value : ((ONE_DOLLAR - value) as Price)
  const due = notional(perContract, Math.abs(held) as Quantity)
  return { due, paid: money(due - (due % CENT)) }
}

/**
 * A market that was paid is paid by another result: the positions are gone, so cash and records are corrected by the difference.
 * @throws Error with one sentence unless it is finalized, and by another result.
 */
export function amendSettlement(floor: Floor, ticker: string, result: MarketRow['result'], value: Price): void {
  const market = marketOf(floor, ticker)
  if (market.status !== 'finalized') throw new Error(`${ticker} is ${market.status}: only a settlement that was paid can be amended`)
  if (market.settlementValue === value) throw new Error(`${ticker} is settled as ${market.result} already`)
  const atMs = floor.clock.nowMs()
  for (const row of [...floor.tables.all('settlement')].filter((each) => each.ticker === ticker)) {
    const held = row.yesCount - row.noCount
    const [before, now] = [payoutOf(held, row.value), payoutOf(held, value)]
    addCash(floor, pocketOf(floor, row), now.paid - before.paid)
    const fees = money(row.fees - (before.due - before.paid) + (now.due - now.paid))
    floor.tables.put('settlement', positionKey(row.accountId, ticker, row.subaccount), {
      ...row,
      result,
      value,
      revenue: now.paid,
      fees,
      atMs,
    })
  }
  updateMarket(floor, market, { result, settlementValue: value, settledMs: atMs })
}
