import type { TradeId } from '../ids'
import { money, notional, ONE_DOLLAR, type Money, type Quantity } from '../units'
import { classOf, type AccountClass } from './accounts'
import { balanceOf, balancesOf, type Balances } from './balances'
import type { Transfer } from './postings'

function sumOf(balances: Balances, classes: readonly AccountClass[]): number {
  let sum = 0
  for (const [account, amount] of balances) if (classes.includes(classOf(account))) sum += amount
  return sum
}

/** Profit from results: −(Σ income + Σ expense), since income is credited (market-math §9, invariant 13). */
export const netPnl = (balances: Balances): Money => money(0 - sumOf(balances, ['income', 'expense']))
/** The same profit from holdings: assets less what was deposited, differences in suspense included. Must equal {@link netPnl}. */
export const changeOfAssets = (balances: Balances): Money =>
  money(sumOf(balances, ['asset', 'transit', 'suspense']) + balanceOf(balances, 'equity:capital'))

/** What one trade has earned so far: fees, sales, nettings and settlements posted in its name. */
export const netPnlOfTrade = (transfers: readonly Transfer[], tradeId: TradeId): Money =>
  netPnl(balancesOf(transfers.filter((transfer) => transfer.tradeId === tradeId)))

/** What a settled full box earns whatever the outcome: a dollar per pair less all debits (invariant 14). */
export const lockedProfit = (pairs: Quantity, debits: Money): Money => money(notional(ONE_DOLLAR, pairs) - debits)
