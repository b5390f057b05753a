import type { EdgeGiven, SeenLine, SeenOdds } from '../../core/edge/decided'
import type { SeenBook } from '../../core/trade/seen'
import type { BoxPlan, EdgePlan, TradeResult, Verdict } from '../../core/trade/plan'
import type { FillRow, TransferRow } from '../../stores/postgres/results/bookings'
import type { PartsView } from '../results'
import type { AnswerFrame, CapturedFrame, Row, SentFrame } from './record'

export const PARTS = ['seen', 'decided', 'sent', 'answered', 'booked'] as const
export type Part = (typeof PARTS)[number]

/** Something that a full record would have. */
export interface Missing {
  readonly part: Part
  readonly what: string
  readonly reason: string
}
/** One thing that happened. Times are those of this machine. */
export interface Step {
  readonly atMs: number
  /** Since the step before it, and since the first one. */
  readonly sincePreviousMs: number
  readonly sinceFirstMs: number
  readonly part: Part
  readonly what: string
  /** Where it is on record. */
  readonly source: string
}
export interface Latency {
  readonly what: string
  readonly ms: number
}

export interface Seen {
  /** Time of the event that showed it; then what was judged by it. */
  readonly seenMs: number
  readonly books: readonly (SeenBook & {
    /** Since its venue last vouched for it; null: it had not. */
    readonly confirmedAgeMs: number | null
    readonly bidAgeMs: number | null
    readonly askAgeMs: number | null
  })[]
  /** Of an edge; null: it is a box. */
  readonly odds: SeenOddsThen | null
  /** The frames that last touched these books, and the one that told the odds. */
  readonly frames: readonly CapturedFrame[]
}
/** What an edge was judged by. */
export interface SeenOddsThen extends SeenOdds {
  readonly fetchedAgeMs: number
  readonly lines: readonly (SeenLine & { readonly ageMs: number })[]
  readonly movedAgeMs: number | null
  readonly profile: string
  readonly given: EdgeGiven
}
export interface DecidedPart {
  readonly atMs: number
  readonly netEdgeMicros: number
  readonly expectedValueMicros: number
  /** Of the worst case that was planned for. */
  readonly unwindLossMicros: number
  readonly maximumLossMicros: number
  readonly lossBudgetMicros: number
  readonly legs: BoxPlan['legs'] | EdgePlan['legs']
  readonly cure: BoxPlan['cure'] | null
  readonly rules: BoxPlan['rules']
  /** Of the detector and the launcher's calendar, and of the reserve. */
  readonly checks: readonly Verdict[]
  readonly reserve: readonly Verdict[]
}
export interface SentOrder {
  readonly clientOrderId: string
  readonly venue: string
  readonly action: string
  readonly outcome: string
  readonly market: string
  readonly purpose: string
  /** null: only a capture has the order. */
  readonly limit: number | null
  readonly quantity: number | null
  /** When the mark of it was on disk, before its bytes; null: no journal tells. */
  readonly markedMs: number | null
  /** What left, when, from which process under which lease; null: no capture tells. */
  readonly bytes: SentFrame | null
}
export interface Answered {
  readonly clientOrderId: string
  readonly frames: readonly AnswerFrame[]
  /** What the process made of it, and when; null: the journal does not tell. */
  readonly outcome: string | null
  readonly answeredMs: number | null
  readonly finalMs: number | null
  readonly executions: readonly FillRow[]
}
export interface Booked {
  readonly transfers: readonly TransferRow[]
  readonly feesMicros: number
  readonly pnlMicros: number
  readonly pnlKind: string
  readonly parts: PartsView | null
  readonly outcome: string | null
  readonly result: TradeResult | null
}

/** The answer to why a trade was made and what became of it, from the record alone. A part of which nothing is on record is null, and `missing` says why. */
export interface WhyTrade {
  readonly kind: 'trade'
  readonly tradeId: string
  readonly pair: string | null
  readonly mode: string | null
  readonly outcome: string | null
  readonly state: string | null
  readonly seen: Seen | null
  readonly decided: DecidedPart | null
  readonly sent: readonly SentOrder[] | null
  readonly answered: readonly Answered[] | null
  readonly booked: Booked | null
  readonly steps: readonly Step[]
  readonly latencies: readonly Latency[]
  /** As the process measured them by its own monotonic clock, in microseconds. */
  readonly measured: readonly Row[]
  readonly missing: readonly Missing[]
  /** What the reader said of damaged files, gaps and clocks. */
  readonly warnings: readonly string[]
  readonly files: readonly string[]
}
