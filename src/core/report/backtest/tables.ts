import type { LegLetter } from '../../ids'
import { column, type Table, type Value } from '../document'
import { sumOf } from '../quantiles'
import { LABELS, pairSums, refusals } from './sums'
import type { BacktestResult, PaperTrade } from './result'

const PPM_PER_BASIS_POINT = 100
/** What stands for the label of a trade that had not ended when the frames did. */
export const UNFINISHED = 'not ended'

const filledBy = ({ orders }: PaperTrade, leg: LegLetter): number =>
  sumOf(
    orders.filter((order) => order.leg === leg),
    ({ filled }) => filled,
  )

/** One line for each: what CSV has. */
export function tradesTable(trades: readonly PaperTrade[]): Table {
  return {
    name: 'trades',
    title: 'Trades',
    columns: [
      column('trade', 'trade', 'text'),
      column('pair', 'pair', 'text'),
      column('decided', 'decided', 'time'),
      column('ended', 'ended', 'time'),
      column('took', 'took', 'duration'),
      column('label', 'outcome', 'text'),
      column('planned', 'planned', 'quantity'),
      column('locked', 'locked', 'quantity'),
      column('held', 'held', 'quantity'),
      column('edge', 'edge', 'money'),
      column('pnl', 'P&L', 'money'),
      column('pnlKind', 'P&L is', 'text'),
      column('fees', 'fees', 'money'),
      column('capital', 'capital', 'money'),
      column('settled', 'paid', 'time'),
      column('fillPrior', 'fill predicted', 'ratio'),
      column('asPlanned', 'filled as planned', 'text'),
      column('orders', 'orders', 'count'),
      column('filledFirst', 'first leg filled', 'quantity'),
      column('filledSecond', 'second leg filled', 'quantity'),
      column('filledCures', 'cures and sales filled', 'quantity'),
      column('sold', 'sold before settlement', 'quantity'),
      column('soldFor', 'for, fees paid', 'money'),
      column('wouldHavePaid', 'held, it would have been paid', 'money'),
      column('reason', 'reason', 'text'),
    ],
    rows: trades.map((trade): readonly Value[] => [
      ...[trade.tradeId, trade.pair, trade.decidedMs, trade.endedMs, trade.endedMs === null ? null : trade.endedMs - trade.decidedMs],
      ...[trade.label ?? UNFINISHED, trade.quantity, trade.locked, trade.held, trade.edge, trade.pnl, trade.pnlKind, trade.fees],
      ...[trade.capital, trade.settledMs, trade.fillPrior * PPM_PER_BASIS_POINT, trade.filledAsPlanned ? 'yes' : 'no', trade.orders.length],
      ...[filledBy(trade, 'a'), filledBy(trade, 'b'), filledBy(trade, 'c')],
      ...[trade.sold?.quantity ?? null, trade.sold?.brought ?? null, trade.sold?.wouldHavePaid ?? null, trade.reason],
    ]),
  }
}

export function pairsTable(result: BacktestResult): Table {
  return {
    name: 'byPair',
    title: 'By pair',
    columns: [
      column('pair', 'pair', 'text'),
      column('opportunities', 'opportunities', 'count'),
      column('trades', 'trades', 'count'),
      column('locked', 'locked', 'quantity'),
      column('edge', 'edges', 'money'),
      column('fees', 'fees', 'money'),
      column('pnl', 'P&L', 'money'),
    ],
    rows: pairSums(result).map(({ pair, opportunities, trades, locked, edge, fees, pnl }) => [
      ...[pair, opportunities, trades, locked, edge, fees, pnl],
    ]),
  }
}

/** By how they ended; labels that no trade has are left out. */
export function labelsTable(trades: readonly PaperTrade[]): Table {
  const rows = [...LABELS.map(({ label }) => label), null].map((label) => ({ label, own: trades.filter((trade) => trade.label === label) }))
  return {
    name: 'labels',
    title: 'By outcome',
    columns: [
      column('label', 'outcome', 'text'),
      column('trades', 'trades', 'count'),
      column('planned', 'planned', 'quantity'),
      column('locked', 'locked', 'quantity'),
      column('held', 'held', 'quantity'),
      column('edge', 'edges', 'money'),
      column('fees', 'fees', 'money'),
      column('pnl', 'P&L', 'money'),
    ],
    rows: rows
      .filter(({ own }) => own.length > 0)
      .map(({ label, own }) => [
        ...[label ?? UNFINISHED, own.length, sumOf(own, ({ quantity }) => quantity), sumOf(own, ({ locked }) => locked)],
        ...[sumOf(own, ({ held }) => held), sumOf(own, ({ edge }) => edge), sumOf(own, ({ fees }) => fees), sumOf(own, ({ pnl }) => pnl)],
      ]),
  }
}

export const refusedTable = (result: BacktestResult): Table => ({
  name: 'refused',
  title: 'What refused opportunities, by check or gate',
  columns: [
    column('reason', 'check or gate', 'text'),
    column('opportunities', 'opportunities', 'count'),
    column('looks', 'looks and tries', 'count'),
  ],
  rows: refusals(result).map(({ reason, opportunities, looks }) => [reason, opportunities, looks]),
})

/** What it takes to make the same figures again. */
export const runTable = ({ name, seed, messages, sha256, assumptions }: BacktestResult): Table => ({
  name: 'run',
  title: 'Made from',
  columns: [column('what', 'what', 'text'), column('value', 'value', 'text')],
  rows: [
    ['frames', name],
    ['messages', String(messages)],
    ['seed', seed],
    ...Object.entries(assumptions),
    ['SHA-256 of decisions, fills and transfers', sha256],
  ],
})
