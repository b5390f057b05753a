/** An invariant of execution.md §9 that does not hold, or one of those that have no number there. */
export interface Violation {
  readonly invariant: Invariant
  readonly detail: string
  readonly tradeId?: string
}
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I11'
  | 'I12'
  | 'I13'
  /** Cures are not paced: the plan's price more than once, or one after another without a pause. */
  | 'E22'
  /** A trade lost more than its budget and nobody was told. */
  | 'budget'
  /** A workflow that does not get on, or failed, and nobody was told. */
  | 'stuck'
  /** Venue and ledger are said to differ, and nobody has explained it. */
  | 'break'
  /** A process called something a bug. */
  | 'bug'
  /** The simulated venue contradicts itself: what else was found may be its fault. */
  | 'simulator'
