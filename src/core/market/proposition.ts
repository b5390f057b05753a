/** What one contract asks, in terms that every venue's texts are read into (market-math §8). Two with the same key are the same bet. */
export interface Proposition {
  /** Id of core/market/statistics, a place or seat appended: all that "which number" means but for what the texts leave open. */
  readonly statistic: string
  /** 'none': the statistic knows no seasons. */
  readonly adjustment: Told<'adjusted' | 'unadjusted' | 'none'>
  readonly source: Told<Source>
  /** `2025-03`, `2026-Q2`, `2026`, `2026-08-23` (a day, the last day of a week or of a meeting), `<2027-01-01` (before that day). */
  readonly period: Told<string>
  readonly condition: Condition
  /** Smallest step of the published value, a decimal; null: the statistic has none, or it is not told. */
  readonly grid: Told<string>
  /** The step to which the value that decides is rounded or published, a decimal. */
  readonly rounding: Told<string>
  /** Which print decides. */
  readonly revision: Told<'first-print' | 'latest-at-expiry' | 'final'>
  /** When and by which clock it is measured or published. */
  readonly measured: Told<{ readonly date: string; readonly zone: Told<string> }>
  /** What decides when the release is late, cancelled or missing: its own words, in one spelling. */
  readonly fallback: Told<string>
  /** How else than yes or no it may end, as its texts say; empty: they say nothing of it. */
  readonly branches: readonly Branch[]
}
/** null: the venue's texts do not say. Never the same as anything, not even as another null. */
export type Told<T> = T | null

export interface Source {
  readonly agency: string
  readonly document: Told<string>
}

export type Condition =
  /** Decimals as the venue has them; the operator as its text says, never by a ticker's suffix. */
  | { readonly kind: 'threshold'; readonly operator: Operator; readonly threshold: string }
  /** Both ends included, on the published grid. */
  | { readonly kind: 'between'; readonly low: string; readonly high: string }
  /** A code or a name in one spelling: `party:R`, `team:HOU`, `name:paul skenes`. */
  | { readonly kind: 'named'; readonly outcome: string }
export type Operator = '>' | '>=' | '<' | '<='

/** An end of a question that is neither yes nor no. */
export interface Branch {
  readonly state: 'tie' | 'void' | 'scalar'
  /** What YES then pays per contract in µ$, at the least and at the most. */
  readonly yesPays: { readonly least: number; readonly most: number }
  /** The words it rests on. */
  readonly text: string
}

export type Reading =
  | { readonly kind: 'read'; readonly proposition: Proposition }
  /** One sentence: which text was not understood. */
  | { readonly kind: 'not-read'; readonly because: string }
