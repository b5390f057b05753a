import type { Span } from './span'

/**
 * What a figure counts. Values are integers in the smallest part of it: money and a price per contract in 1e-6 and 1e-4 USD, contracts in 1e-2,
 * times and durations in ms, `micros` in microseconds, a ratio in 1e-6 (so 10,000 is one per cent), dollar-seconds in 1e-3.
 */
export type Unit = 'text' | 'count' | 'money' | 'price' | 'quantity' | 'time' | 'duration' | 'micros' | 'ratio' | 'dollarSeconds'
/** null: not known, or it does not apply. */
export type Value = string | number | null

export interface Column {
  /** Stable: what JSON and CSV call it. */
  readonly key: string
  readonly heading: string
  readonly unit: Unit
}
export interface Figure {
  readonly key: string
  readonly label: string
  readonly unit: Unit
  readonly value: Value
}
export interface Table {
  /** Stable: what JSON calls it. */
  readonly name: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly Value[])[]
}
/**
 * `bars`: a value for each label. `steps`: values that stay until the next time, below zero too. `pairs`: two values for each label, that are to be
 * compared; null: there is none. `whole`: what a bar across the page stands for, where that is not the largest value.
 */
export type Chart = { readonly title: string; readonly unit: Unit } & (
  | { readonly kind: 'bars'; readonly bars: readonly { readonly label: string; readonly value: number }[] }
  | { readonly kind: 'steps'; readonly steps: readonly { readonly atMs: number; readonly value: number }[]; readonly untilMs: number }
  | {
      readonly kind: 'pairs'
      readonly names: readonly [string, string]
      readonly pairs: readonly { readonly label: string; readonly values: readonly [number | null, number | null] }[]
      readonly whole?: number
    }
)

export const REPORT_KINDS = ['session', 'pnl', 'execution', 'tax', 'capital', 'missed', 'calibration', 'paper-live', 'audit'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

/** A report before anybody has decided how it looks. */
export interface Report {
  /** A backtest has a command of its own: `crossbook report` makes the others. */
  readonly kind: ReportKind | 'backtest'
  readonly title: string
  readonly span: Span
  readonly madeAtMs: number
  readonly figures: readonly Figure[]
  /** The first one is what CSV has. */
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  /** What the figures leave out, or what is not known, in sentences. */
  readonly notes: readonly string[]
  /** Sums that do not tie out: defects. */
  readonly violations: readonly string[]
}
/** What one report says; the rest is the same for all. */
export type Findings = Pick<Report, 'figures' | 'tables' | 'charts' | 'notes' | 'violations'>

export const figure = (key: string, label: string, unit: Unit, value: Value): Figure => ({ key, label, unit, value })
export const column = (key: string, heading: string, unit: Unit): Column => ({ key, heading, unit })

/** Where nothing can be said, and why, in one sentence. */
export const unknownFindings = (sentence: string): Findings => ({ figures: [], tables: [], charts: [], notes: [sentence], violations: [] })
