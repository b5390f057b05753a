/** What a sweep of the accounts came to. Quiet when nothing is wrong: no lists. */
export interface ReconciliationReport {
  readonly venues: readonly VenueSwept[]
  /** A sentence for each break that was opened now. */
  readonly opened: readonly string[]
  readonly closed: readonly string[]
  /** Orders whose missed fills were booked, and cash that moved between our own purses. */
  readonly adopted: readonly string[]
  /** Open breaks after it, and how old the oldest is. */
  readonly openBreaks: number
  readonly oldestAgeMs: number | null
}
export interface VenueSwept {
  readonly venue: string
  /** Why nothing could be compared; null: it was. */
  readonly unread: string | null
  /** Differences that a look showed, whatever became of them. */
  readonly differences: number
  /** What was not judged because it moved: "cash", markets. */
  readonly moving: readonly string[]
  /** Explained for now: what settlement has still to post. */
  readonly waiting: readonly string[]
}

/** One day of one venue, ledger beside venue. Money in micro-dollars. */
export interface VenueTied {
  readonly venue: string
  /** Why it could not be read; null: it was. */
  readonly unread: string | null
  readonly cash: readonly { readonly purse: string; readonly ledgerMicros: number; readonly venueMicros: number }[]
  /** In 1e-2 YES contracts. */
  readonly positions: readonly { readonly market: string; readonly lots: number; readonly venue: number }[]
  readonly fees: {
    /** Of the fills that both have. */
    readonly ledgerMicros: number
    readonly venueMicros: number
    readonly fills: number
    /** Fills of the day that the venue does not tell (any more), and fees that it has not told yet: booked as their model says. */
    readonly untold: number
    readonly estimated: number
  }
  readonly interest: {
    /** Coupons booked in the day, and falls of interest owed for which none is. */
    readonly couponMicros: number
    readonly unbookedMicros: number
    /** Owed now; null: the venue does not tell. */
    readonly owedMicros: number | null
  }
  /** One sentence for each difference; empty: the day ties out. */
  readonly differences: readonly string[]
  /** What could not be compared, a sentence each. */
  readonly notCompared: readonly string[]
}
export interface TieOutReport {
  /** The day in New York that ended last, like "2026-11-22". */
  readonly day: string
  readonly fromMs: number
  readonly toMs: number
  readonly ties: boolean
  readonly venues: readonly VenueTied[]
  readonly openBreaks: number
}
export interface ReconciliationActivities {
  /** Compares both accounts with the ledger twice, books what was missed, opens and closes breaks. Never trades. */
  reconcileAccounts(): Promise<ReconciliationReport>
  /** Compares a day, and keeps the report. */
  tieOutDay(): Promise<TieOutReport>
}
