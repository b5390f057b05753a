import { floorMulDiv } from '../../units'
import { column, type Chart, type Table, type Value } from '../document'
import { PPM, ratioOf, sumOf } from '../quantiles'
import { inBuckets, WITHOUT_BOUND, type Bucket } from './buckets'
import type { PaperTrade } from './result'
import { isCash } from './sums'

/** Of 1e-4 to 1e-6. */
const PPM_PER_BASIS_POINT = 100

/** By the prior, in 1e-4; finer where most plans are. */
const PRIORS: readonly Bucket[] = [
  { label: 'up to 50 %', most: 5_000 },
  { label: '50 to 70 %', most: 7_000 },
  { label: '70 to 80 %', most: 8_000 },
  { label: '80 to 90 %', most: 9_000 },
  { label: '90 to 95 %', most: 9_500 },
  { label: '95 to 98 %', most: 9_800 },
  { label: 'above 98 %', most: 10_000 },
]
const EDGES: readonly Bucket[] = [
  { label: 'edge up to $0.10', most: 100_000 },
  { label: 'up to $0.50', most: 500_000 },
  { label: 'up to $1', most: 1_000_000 },
  { label: 'up to $5', most: 5_000_000 },
  { label: 'up to $20', most: 20_000_000 },
  { label: 'more', most: WITHOUT_BOUND },
]

/** What the prior can be held against: a trade that was sent, and ended. */
export const isTried = ({ endedMs, orders }: PaperTrade): boolean => endedMs !== null && orders.length > 0

export interface Calibrated {
  readonly label: string
  readonly trades: number
  /** The prior, on average, and what came of it; in 1e-6. */
  readonly predicted: number
  readonly observed: number
}
const calibrated = (label: string, own: readonly PaperTrade[]): Calibrated => ({
  label,
  trades: own.length,
  predicted: floorMulDiv(
    sumOf(own, ({ fillPrior }) => fillPrior),
    PPM_PER_BASIS_POINT,
    own.length,
  ),
  observed: ratioOf(own.filter(({ filledAsPlanned }) => filledAsPlanned).length, own.length) ?? 0,
})

/** Both by class of the prior, those without a trade left out. */
export const calibrationOf = (trades: readonly PaperTrade[]): readonly Calibrated[] =>
  inBuckets(PRIORS, trades.filter(isTried), ({ fillPrior }) => fillPrior)
    .filter(({ own }) => own.length > 0)
    .map(({ label, own }) => calibrated(label, own))

export function calibrationTable(trades: readonly PaperTrade[]): Table {
  const tried = trades.filter(isTried)
  const all = tried.length === 0 ? [] : [calibrated('all', tried)]
  return {
    name: 'calibration',
    title: 'Filled as planned: predicted and observed',
    columns: [
      column('prior', 'prior', 'text'),
      column('trades', 'trades', 'count'),
      column('predicted', 'predicted, on average', 'ratio'),
      column('observed', 'observed', 'ratio'),
      column('difference', 'observed less predicted', 'ratio'),
    ],
    rows: [...calibrationOf(trades), ...all].map(({ label, trades: count, predicted, observed }): readonly Value[] => [
      ...[label, count, predicted, observed, observed - predicted],
    ]),
  }
}

export const calibrationChart = (trades: readonly PaperTrade[]): Chart => ({
  kind: 'pairs',
  title: 'Filled as planned, by the prior',
  unit: 'ratio',
  names: ['predicted', 'observed'],
  pairs: calibrationOf(trades).map(({ label, predicted, observed }) => ({ label, values: [predicted, observed] })),
  whole: PPM,
})

const byEdge = (trades: readonly PaperTrade[]): readonly { readonly label: string; readonly own: readonly PaperTrade[] }[] =>
  inBuckets(EDGES, trades.filter(isCash), ({ edge }) => edge).filter(({ own }) => own.length > 0)

/** What the plans promised and what came of them, of trades whose P&L is cash: unwound ones too, with what they lost. */
export function edgesTable(trades: readonly PaperTrade[]): Table {
  return {
    name: 'edges',
    title: 'Edge at the decision and P&L, of trades that are cash',
    columns: [
      column('edge', 'edge', 'text'),
      column('trades', 'trades', 'count'),
      column('expected', 'edges', 'money'),
      column('pnl', 'P&L', 'money'),
      column('losses', 'of them losses', 'count'),
    ],
    rows: byEdge(trades).map(({ label, own }): readonly Value[] => [
      ...[label, own.length, sumOf(own, ({ edge }) => edge), sumOf(own, ({ pnl }) => pnl), own.filter(({ pnl }) => pnl < 0).length],
    ]),
  }
}

export function edgesChart(trades: readonly PaperTrade[]): Chart {
  const average = (own: readonly PaperTrade[], of: (trade: PaperTrade) => number): number => floorMulDiv(sumOf(own, of), 1, own.length)
  return {
    kind: 'pairs',
    title: 'Edge at the decision and P&L of a trade that is cash, on average',
    unit: 'money',
    names: ['edge', 'P&L'],
    pairs: byEdge(trades).map(({ label, own }) => ({
      label: `${label} (${own.length})`,
      values: [average(own, ({ edge }) => edge), average(own, ({ pnl }) => pnl)],
    })),
  }
}
