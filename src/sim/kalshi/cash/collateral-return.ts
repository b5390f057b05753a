import { money, NO_MONEY, ONE_DOLLAR, type Money, type Quantity } from '../../../core/units'
import type { Floor } from '../floor'
import { positionKey, type EventRow, type MarketRow, type Pocket } from '../rows'
import { addCash, pocketOf, pocketRow } from './pockets'

/**
 * Collateral return (kalshi.md §6.2): the least that the positions of one event can pay, whatever happens, is cash at once.
 * The venue does not publish its arithmetic; this is the guaranteed-minimum rule.
 */

export interface Holding {
  readonly market: Pick<MarketRow, 'result' | 'settlementValue' | 'definition'>
  readonly position: Quantity
}

/** What was paid out already holds nothing any more. @returns the guaranteed payout of what is held, in 1e-6 dollars; 0 for an event without collateral return. */
export function guaranteedPayout(kind: EventRow['definition']['collateral_return_type'], holdings: readonly Holding[]): Money {
  const outcomes = outcomesOf(kind, holdings).filter((outcome) => holdings.every((holding, at) => agrees(holding, outcome[at] ?? false)))
  if (outcomes.length === 0) return NO_MONEY
  return money(Math.min(...outcomes.map((outcome) => payout(holdings, outcome))))
}

/** Which markets can resolve YES together. MECNET: at most one. DIRECNET: nested thresholds, so YES of one implies YES of every easier one. */
function outcomesOf(kind: EventRow['definition']['collateral_return_type'], holdings: readonly Holding[]): boolean[][] {
  const none = holdings.map(() => false)
  if (kind === 'MECNET') return [none, ...holdings.map((_, at) => none.map((_no, each) => each === at))]
  if (kind !== 'DIRECNET') return []
  const easiest = holdings.map((_, at) => at).sort((a, b) => difficulty(holdings[a]) - difficulty(holdings[b]))
  return [none, ...holdings.map((_, count) => none.map((_no, each) => easiest.indexOf(each) <= count))]
}

/** "Above 4" is harder than "above 3"; "below 3" is harder than "below 4". */
function difficulty(holding: Holding | undefined): number {
  const definition = holding?.market.definition
  const isBelow = definition?.strike_type === 'less' || definition?.strike_type === 'less_or_equal'
  return isBelow ? -(definition?.cap_strike ?? 0) : (definition?.floor_strike ?? 0)
}

const agrees = ({ market }: Holding, isYes: boolean): boolean =>
  market.result === '' || market.result === 'scalar' || (market.result === 'yes') === isYes

function payout(holdings: readonly Holding[], outcome: readonly boolean[]): number {
  return holdings.reduce((sum, { market, position }, at) => {
    if (market.result === 'scalar') return sum
    const pays = outcome[at] === position > 0
    return sum + (pays ? Math.abs(position) * ONE_DOLLAR : 0)
  }, 0)
}

/** What one more fill would change of it. `change` is signed: + YES, − NO. */
export function returnAfter(floor: Floor, pocket: Pocket, ticker: string, change: number): number {
  const eventTicker = floor.tables.get('market', ticker)?.eventTicker ?? ''
  if (!pocketRow(floor, pocket).netting) return 0
  return due(floor, pocket, eventTicker, ticker, change) - returned(floor, pocket, eventTicker)
}

/** Brings what has been returned for the event of a position up to date: after a fill, and after a settlement. */
export function returnCollateral(
  floor: Floor,
  row: { readonly accountId: string; readonly subaccount: number; readonly ticker: string },
): void {
  const eventTicker = floor.tables.get('market', row.ticker)?.eventTicker ?? ''
  settleReturn(floor, pocketOf(floor, row), eventTicker)
}

/** With netting off everything that was returned is taken back. */
export function settleReturn(floor: Floor, pocket: Pocket, eventTicker: string): void {
  const before = returned(floor, pocket, eventTicker)
  const now = pocketRow(floor, pocket).netting ? due(floor, pocket, eventTicker, '', 0) : NO_MONEY
  if (now === before) return
  floor.tables.put('returned', returnedKey(pocket, eventTicker), { ...pocket, eventTicker, amount: now })
  addCash(floor, pocket, now - before)
}

const returnedKey = ({ accountId, subaccount }: Pocket, eventTicker: string): string => `${accountId}|${subaccount}|${eventTicker}`

const returned = (floor: Floor, pocket: Pocket, eventTicker: string): Money =>
  floor.tables.get('returned', returnedKey(pocket, eventTicker))?.amount ?? NO_MONEY

function due(floor: Floor, pocket: Pocket, eventTicker: string, ticker: string, change: number): Money {
  const event = floor.tables.get('event', eventTicker)
  if (!event) return NO_MONEY
  const holdings = event.markets.flatMap((each): Holding[] => {
    const market = floor.tables.get('market', each)
    const held = floor.tables.get('position', positionKey(pocket.accountId, each, pocket.subaccount))?.position ?? 0
    return market ? [{ market, position: (each === ticker ? held + change : held) as Quantity }] : []
  })
  return guaranteedPayout(event.definition.collateral_return_type, holdings)
}
