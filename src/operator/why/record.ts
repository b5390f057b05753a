import type { Decided } from '../../ports/frame-log'
import type { Plan, TradeResult, Verdict } from '../../core/trade/plan'
import type { JournalMark, TradeMark } from '../../ports/journal'
import type { FillRow, TransferRow } from '../../stores/postgres/results/bookings'
import type { OrderRow } from '../../stores/postgres/trades'
import type { PartsView } from '../results'

/** One of the places that a record is kept in, as far as it could be read. */
export type Source<T> = { readonly kind: 'read'; readonly found: T } | { readonly kind: 'missing'; readonly reason: string }

/** A frame as it was captured. `text`: Kalshi's bytes as they were, a gateway's call as JSON. */
export interface CapturedFrame {
  readonly n: number
  readonly atMs: number
  readonly venue: string
  readonly conn: number
  readonly process: string
  readonly text: string
}
/** An order's bytes. `epoch`: of the lease that its process held; null: no frame tells. */
export interface SentFrame extends CapturedFrame {
  readonly clientOrderId: string
  readonly epoch: number | null
}
export interface AnswerFrame extends CapturedFrame {
  readonly clientOrderId: string
  /** The message's type, or the callback's name. */
  readonly what: string
  /** How often the venue has told the same since. */
  readonly repeats: number
}
export interface Capture {
  readonly files: readonly string[]
  readonly decided: { readonly frame: CapturedFrame; readonly decided: Decided; readonly epoch: number | null } | null
  /** The frames that last touched the books that it was decided upon. */
  readonly led: readonly CapturedFrame[]
  readonly sent: readonly SentFrame[]
  readonly answers: readonly AnswerFrame[]
  /** What the reader said of the files: gaps, damage, clocks that were set. */
  readonly warnings: readonly string[]
}

/** The rows of the ledger. */
export interface Ledger {
  readonly subject: string
  readonly strategy: string
  readonly mode: string
  readonly state: string
  readonly outcome: string | null
  readonly plan: Plan
  readonly result: TradeResult | null
  /** Of the reserve. */
  readonly verdicts: readonly Verdict[]
  readonly startedMs: number
  readonly endedMs: number | null
  readonly pnlMicros: number
  readonly pnlKind: string
  /** null: nothing was granted. */
  readonly parts: PartsView | null
  readonly orders: readonly OrderRow[]
  readonly fills: readonly FillRow[]
  readonly transfers: readonly TransferRow[]
}

/** Rows of QuestDB, column by column as it tells them. */
export type Row = Readonly<Record<string, unknown>>
export interface History {
  readonly decisions: readonly Row[]
  readonly opportunities: readonly Row[]
  readonly latencies: readonly Row[]
}

/** All that is on record of a trade. */
export interface TradeRecord {
  readonly tradeId: string
  readonly ledger: Source<Ledger>
  readonly journal: Source<readonly (JournalMark | TradeMark)[]>
  readonly capture: Source<Capture>
  readonly history: Source<History>
}
