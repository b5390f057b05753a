import type { OutcomeLabel } from '../../trade/plan'
import { floorMulDiv, money, NO_MONEY, ONE_CONTRACT, quantity, type Money, type Quantity } from '../../units'
import { yearlyPpm } from '../capital'
import { ratioOf, sumOf } from '../quantiles'
import type { BacktestResult, PaperTrade } from './result'

const DAY_MS = 86_400_000

/** All labels in the order in which they are told, with the key of their figure. */
const KEYS: Readonly<Record<OutcomeLabel, string>> = {
  locked: 'locked',
  'partly-locked': 'partlyLocked',
  unwound: 'unwound',
  held: 'held',
  surrendered: 'surrendered',
  missed: 'missed',
  refused: 'refused',
}
export const LABELS = Object.entries(KEYS).map(([label, key]) => ({ label, key }))

/** Contracts that any order of it got. */
export const filledOf = ({ orders }: PaperTrade): Quantity => quantity(sumOf(orders, ({ filled }) => filled))
export const totalPnl = ({ pnl }: BacktestResult): Money => money(pnl.realised + pnl.guaranteed + pnl.open)
export const totalFees = ({ trades }: BacktestResult): Money => money(sumOf(trades, ({ fees }) => fees))

/** Ended, of what bought anything: all of it is cash. */
export const isCash = (trade: PaperTrade): boolean => trade.pnlKind === 'realised' && trade.endedMs !== null && filledOf(trade) > 0

/** P&L above zero, of the trades that bought something, ended, and hold nothing unmatched; null: there is none. */
export function winRate(trades: readonly PaperTrade[]): number | null {
  const decided = trades.filter((trade) => trade.endedMs !== null && trade.pnlKind !== 'open' && filledOf(trade) > 0)
  return ratioOf(decided.filter(({ pnl }) => pnl > 0).length, decided.length)
}

/** All P&L on the contracts that were locked, losses of what never locked included; null: none was locked. */
export function pnlPerContract(result: BacktestResult): Money | null {
  const locked = sumOf(result.trades, (trade) => trade.locked)
  return locked === 0 ? null : money(floorMulDiv(totalPnl(result), ONE_CONTRACT, locked))
}

/**
 * Simple return a year in 1e-6 (market-math §3.3): what all trades brought whose P&L is cash, on what those that were paid had tied up, for at least a
 * day each. null: nothing that was held has been paid, and a year of what took seconds would say nothing.
 */
export function yearlyOf(trades: readonly PaperTrade[]): number | null {
  const cash = trades.filter(isCash)
  const area = cash.reduce((sum, { capital, fees, settledMs, decidedMs }) => {
    if (capital <= 0 || settledMs === null) return sum
    return sum + BigInt(capital + fees) * BigInt(Math.max(DAY_MS, settledMs - decidedMs))
  }, 0n)
  const earned = sumOf(cash, ({ pnl }) => pnl)
  return yearlyPpm(earned, area)
}

export interface PairSum {
  readonly pair: string
  readonly opportunities: number
  readonly trades: number
  readonly locked: Quantity
  readonly edge: Money
  readonly fees: Money
  readonly pnl: Money
}

/** What came of each pair that was seen or traded, by name. */
export function pairSums({ opportunities, trades }: BacktestResult): readonly PairSum[] {
  const pairs = new Map<string, PairSum>()
  const of = (pair: string): PairSum =>
    pairs.get(pair) ?? { pair, opportunities: 0, trades: 0, locked: quantity(0), edge: NO_MONEY, fees: NO_MONEY, pnl: NO_MONEY }
  for (const { pair } of opportunities) pairs.set(pair, { ...of(pair), opportunities: of(pair).opportunities + 1 })
  for (const { pair, locked, edge, fees, pnl } of trades) {
    const sum = of(pair)
    pairs.set(pair, {
      ...sum,
      trades: sum.trades + 1,
      locked: quantity(sum.locked + locked),
      edge: money(sum.edge + edge),
      fees: money(sum.fees + fees),
      pnl: money(sum.pnl + pnl),
    })
  }
  return [...pairs.values()].toSorted((a, b) => (a.pair < b.pair ? -1 : 1))
}

export interface Refusal {
  readonly reason: string
  readonly opportunities: number
  readonly looks: number
}
/** What refused, by how many opportunities it did so, most first. */
export const refusals = ({ refused, refusedOpportunities }: BacktestResult): readonly Refusal[] =>
  Object.entries(refused)
    .map(([reason, looks]) => ({ reason, opportunities: refusedOpportunities[reason] ?? 0, looks }))
    .toSorted((a, b) => b.opportunities - a.opportunities || b.looks - a.looks || (a.reason < b.reason ? -1 : 1))
