import { money, quantity, type Money, type Quantity } from '../../units'
import { column, figure, type Figure, type Table, type Value } from '../document'
import { sumOf } from '../quantiles'
import type { PaperSale, PaperTrade } from './result'

type Sold = PaperTrade & { readonly sold: PaperSale }
const soldOf = (trades: readonly PaperTrade[]): readonly Sold[] => trades.filter((trade): trade is Sold => trade.sold !== null)

/** What was sold before settlement, and what holding it would have come to where that is known. */
export interface SaleSums {
  /** That sold something, all of it or a part. */
  readonly trades: number
  readonly contracts: Quantity
  /** Fees of the sales paid. */
  readonly brought: Money
  /** Of trades whose market has a result: what their sales brought, and what those contracts would have been paid. */
  readonly decided: { readonly trades: number; readonly brought: Money; readonly wouldHavePaid: Money }
}

export function saleSums(trades: readonly PaperTrade[]): SaleSums {
  const sales = soldOf(trades).map(({ sold }) => sold)
  const decided = sales.filter(({ wouldHavePaid }) => wouldHavePaid !== null)
  return {
    trades: sales.length,
    contracts: quantity(sumOf(sales, (sale) => sale.quantity)),
    brought: money(sumOf(sales, ({ brought }) => brought)),
    decided: {
      trades: decided.length,
      brought: money(sumOf(decided, ({ brought }) => brought)),
      wouldHavePaid: money(sumOf(decided, ({ wouldHavePaid }) => wouldHavePaid ?? 0)),
    },
  }
}

export function saleFigures(trades: readonly PaperTrade[]): readonly Figure[] {
  const { trades: count, contracts, brought, decided } = saleSums(trades)
  return [
    figure('soldEarly', 'edges sold before settlement, in part too', 'count', count),
    figure('soldContracts', 'contracts of them sold', 'quantity', contracts),
    figure('soldFor', 'brought by that, fees paid', 'money', brought),
    figure(
      'soldGain',
      'of it more than holding would have, where a result is known',
      'money',
      decided.trades === 0 ? null : decided.brought - decided.wouldHavePaid,
    ),
  ]
}

export const salesTable = (trades: readonly PaperTrade[]): Table => ({
  name: 'sales',
  title: 'Edges sold before settlement',
  columns: [
    column('trade', 'trade', 'text'),
    column('pair', 'market', 'text'),
    column('sold', 'sold', 'quantity'),
    column('soldAt', 'last sold', 'time'),
    column('brought', 'brought, fees paid', 'money'),
    column('wouldHavePaid', 'held, it would have been paid', 'money'),
    column('held', 'still held', 'quantity'),
    column('pnl', 'P&L of the trade', 'money'),
    column('pnlKind', 'P&L is', 'text'),
  ],
  rows: soldOf(trades).map(({ tradeId, pair, sold, held, pnl, pnlKind }): readonly Value[] => [
    ...[tradeId, pair, sold.quantity, sold.lastMs, sold.brought, sold.wouldHavePaid, held, pnl, pnlKind],
  ]),
})
