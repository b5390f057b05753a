import { backtestJson } from '../../../core/report/backtest/json'
import type { BacktestResult } from '../../../core/report/backtest/result'
import { money } from '../../../core/units'
import { dollars, table } from '../../render'

/** One run of a sweep: the values of its axes, and what came of it. */
export interface SweptRow {
  readonly values: readonly string[]
  readonly result: BacktestResult
}

const HEADINGS = ['trades', 'locked', 'unmatched', 'missed', 'refused', 'P&L', 'capital most'] as const
/** Fewer digits of a digest tell two runs apart as well; the whole is in the JSON. */
const SHOWN_DIGITS = 8

const countOf = ({ trades }: BacktestResult, ...labels: readonly string[]): number =>
  trades.filter(({ label }) => label !== null && labels.includes(label)).length
const countsOf = (result: BacktestResult): readonly number[] => [
  result.trades.length,
  countOf(result, 'locked'),
  countOf(result, 'held', 'partly-locked', 'unwound'),
  countOf(result, 'missed'),
  countOf(result, 'refused'),
]
const pnlOf = ({ pnl }: BacktestResult): number => pnl.realised + pnl.guaranteed + pnl.open

export const sweepText = (keys: readonly string[], rows: readonly SweptRow[]): string =>
  table(
    [...keys, ...HEADINGS, 'digest'],
    rows.map(({ values, result }) => [
      ...values,
      ...countsOf(result).map(String),
      dollars(money(pnlOf(result))),
      dollars(result.capitalMost),
      result.sha256.slice(0, SHOWN_DIGITS),
    ]),
    HEADINGS.map((_, at) => keys.length + at),
  )

/** Money in micro-dollars. */
export const sweepCsv = (keys: readonly string[], rows: readonly SweptRow[]): string =>
  [
    [...keys, 'trades', 'locked', 'unmatched', 'missed', 'refused', 'pnl_micros', 'capital_most_micros', 'sha256'],
    ...rows.map(({ values, result }) => [...values, ...countsOf(result), pnlOf(result), result.capitalMost, result.sha256]),
  ]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('')

export const sweepJson = (keys: readonly string[], rows: readonly SweptRow[]): object => ({
  runs: rows.map(({ values, result }) => ({
    values: Object.fromEntries(keys.map((key, at) => [key, values[at]])),
    ...backtestJson(result),
  })),
})
