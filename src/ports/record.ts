import type { BookSide, ClientOrderId, MarketId, Outcome, SubjectId, TradeId, Venue } from '../core/ids'
import type { MarketStatus } from '../core/market/event'
import type { FeedState } from '../core/market/liveness'
import type { OrderIntent } from '../core/trade/order'
import type { Tier } from '../core/edge/confidence'
import type { Signal, SignalBook } from '../core/edge/claims/claims'
import type { DevigMethod } from '../core/edge/consensus/devig'
import type { Gate } from '../core/risk/gates'
import type { ShadowReason } from '../core/trade/shadow'
import type { Mode, Opportunity, Verdict } from '../core/trade/plan'
import type { Millis, Money, Price, Quantity } from '../core/units'
import type { TopRow } from './cache'

/** What goes into the record. All figures are exact integers: price 1e-4 USD, quantity 1e-2 contract, money 1e-6 USD. */
export type RecordRow =
  | TickRow
  | PrintRow
  | ChangeRow
  | MarketRow
  | OddsRow
  | SpreadRow
  | DecisionRow
  | OpportunityRow
  | ExecutionRow
  | LatencyRow
  | FeedRow
  | SignalRow
  | SignalBookRow
  | ShadowRow

/** A top of book: `kalshi_ticks` or `forecastex_ticks`. */
export interface TickRow extends TopRow {
  readonly kind: 'tick'
}
/** A public trade, in YES terms: `kalshi_trades`. */
export interface PrintRow {
  readonly kind: 'print'
  readonly ticker: MarketId
  readonly series: string
  readonly tradeId: string
  readonly takerSide: Outcome
  readonly price: Price
  readonly quantity: Quantity
  /** The venue's. */
  readonly atMs: Millis
}
/** One level of a book as it changed, in YES terms: `kalshi_orderbook`. */
export interface ChangeRow {
  readonly kind: 'change'
  readonly ticker: MarketId
  readonly side: BookSide
  readonly price: Price
  /** Signed; of a snapshot the level's whole quantity. */
  readonly delta: Quantity
  readonly snapshot: boolean
  /** What numbers the changes, and the number: ours, which nothing interrupts. */
  readonly subscription: number
  readonly seq: number
  /** Kalshi's own subscription and the message's place in it; null: not told, or not kept. */
  readonly venueSid: number | null
  readonly venueSeq: number | null
  readonly atMs: Millis
}
/** A market of Kalshi as its catalogue had it: `kalshi_markets`. */
export interface MarketRow extends MarketFigures {
  readonly kind: 'market'
  readonly ticker: MarketId
  readonly series: string
  readonly event: string
  readonly title: string
  readonly status: MarketStatus
  readonly openMs: Millis | null
  readonly closeMs: Millis
  readonly atMs: Millis
}
/** What a catalogue tells of a market that no trade needs. null: not told, or no quote. */
export interface MarketFigures {
  readonly subtitle: string
  readonly yesBid: Price | null
  readonly yesAsk: Price | null
  readonly lastPrice: Price | null
  readonly volume: Quantity | null
  readonly volume24h: Quantity | null
  readonly openInterest: Quantity | null
  readonly expirationMs: Millis | null
}
/** A line of a sportsbook as it was fetched: `sportsbook_odds`. */
export interface OddsRow {
  readonly kind: 'odds'
  /** The source's. */
  readonly eventId: string
  /** As the source names them: "draftkings", "h2h". */
  readonly book: string
  readonly marketType: string
  readonly outcome: string
  /** Of spreads and totals, in 1e-2. */
  readonly point: number | null
  /** 1e-4. */
  readonly oddsDecimal: number
  /** One over the odds, in 1e-6. */
  readonly impliedProbability: number
  /**
   * Without the book's margin, in 1e-6: 1 … 999_999. null: the consensus did not hear the book. Absent: nobody took the margin off, as of a recording
   * and of rows that waited on disk since before this column was filled.
   */
  readonly deviggedProbability?: number | null
  /** As the recording says it; null: it says decimal odds, which `oddsDecimal` has exactly. */
  readonly american: number | null
  /** The book's own time of its line: what freshness is judged by. null: not told. */
  readonly updatedMs: Millis | null
  /** Of the fetch. */
  readonly atMs: Millis
}
export interface SpreadRow {
  readonly kind: 'spread'
  readonly subject: SubjectId
  /** Which side is bought where, for example "kalshi-yes". */
  readonly direction: string
  readonly firstPrice: Price
  readonly secondPrice: Price
  readonly size: Quantity
  /** Of the whole size, after fees. */
  readonly netEdge: Money
  readonly atMs: Millis
}
type Figure = 'netEdge' | 'expectedValue' | 'unwindLoss' | 'maximumLoss'
export interface DecisionRow {
  readonly kind: 'decision'
  /** null: refused before it was known. */
  readonly opportunity: Pick<Opportunity, 'strategy' | 'subject' | 'n' | 'seenAtMs'> & { readonly [F in Figure]: Money | null }
  readonly mode: Mode
  readonly verdict: 'taken' | 'refused'
  /** The check or gate that refused; 'passed' when taken. */
  readonly reason: string
  /** What it came to and what it wants, as an operator reads it; null when taken. */
  readonly figures: Pick<Verdict, 'actual' | 'limit'> | null
  readonly tradeId: TradeId | null
}
/** One margin of a pair from first sight to end: `arb_opportunities`. Figures are of the look with the largest net edge; null: none was sized. */
export interface OpportunityRow {
  readonly kind: 'opportunity'
  readonly subject: SubjectId
  /** Of a box A, B, or both at once; of an edge what is bought. */
  readonly direction: 'A' | 'B' | 'both' | Outcome
  readonly mode: Mode
  /** Number of the look that ended it or came before its end: tells two of one millisecond apart. */
  readonly n: number
  readonly outcome: 'taken' | 'refused' | 'superseded' | 'vanished'
  /** The first reason that refused a look; 'none' where none did. */
  readonly reason: string
  /** Of its first trade. */
  readonly tradeId: TradeId | null
  readonly trades: number
  readonly firstSeenMs: Millis
  readonly lastSeenMs: Millis
  readonly endedMs: Millis
  readonly looks: number
  readonly finds: number
  readonly best: Sizing | null
  /** At the last look that was sized. */
  readonly last: Pick<Sizing, 'quantity' | 'netEdge'> | null
  /** Every reason with the looks it refused, the first one first: "cool-down 3, calendar 1". */
  readonly refusals: string
}
export interface Sizing {
  readonly quantity: Quantity
  readonly netEdge: Money
  /** Simple, in 1e-4 a year; null: the days are not known. */
  readonly annualReturn: number | null
  readonly unwindLoss: Money | null
  readonly maximumLoss: Money | null
  /** null: refused. */
  readonly capital: Money | null
  readonly lockedDays: number | null
}
export interface ExecutionRow {
  readonly kind: 'execution'
  readonly venue: Venue
  readonly market: MarketId
  readonly mode: Mode
  readonly strategy: Opportunity['strategy']
  readonly subject: SubjectId
  readonly outcome: Outcome
  readonly action: OrderIntent['action']
  readonly purpose: OrderIntent['purpose']
  readonly executionId: string
  /** The execution that this one takes the place of. */
  readonly corrects: string | null
  readonly tradeId: TradeId
  readonly clientOrderId: ClientOrderId
  readonly price: Price
  readonly quantity: Quantity
  /** null: the venue tells it later. */
  readonly fee: Money | null
  /** From detection to the time that the venue gives the fill, in its own precision and by its own clock; null for what the plan did not send: a cure. */
  readonly latencyMicros: number | null
  readonly atMs: Millis
}
export interface LatencyRow {
  readonly kind: 'latency'
  readonly measure: string
  readonly tradeId: TradeId | null
  readonly micros: number
  readonly atMs: Millis
}
/** How a venue's feed stood from this moment on: `feed_states`. Told when that changes, and now and then. */
export interface FeedRow {
  readonly kind: 'feed'
  readonly venue: Venue
  /** Whose connections they are. */
  readonly shard: string
  /** The connection that came or went; 0: it is the state that was looked at. */
  readonly conn: number
  readonly state: FeedState
  readonly atMs: Millis
}
/**
 * What was claimed of a market: the first find of an edge (`signals`). Probabilities are of YES, in 1e-6; `ask`, `limit` and `edge` of the side, for one
 * contract; `cost`, `netEdge` and `expectedValue` of all of them at the displayed prices, fees at their bound.
 */
export interface SignalRow extends Signal {
  readonly kind: 'signal'
  readonly ticker: MarketId
  readonly mode: Mode
  readonly method: DevigMethod
  readonly lower: number
  readonly upper: number
  readonly limit: Price
  readonly edge: Money
  readonly expectedValue: Money
  readonly score: number
  readonly tier: Tier
  /** What refused the first find; null: it became a trade. */
  readonly gate: Gate | null
}
/** What one book of that consensus thought of YES, without its margin, in 1e-6 (`signal_books`). */
export interface SignalBookRow extends SignalBook {
  readonly kind: 'signal-book'
  readonly ticker: MarketId
  readonly family: string
  /** In 1e-3, age and family counted. */
  readonly weight: number
}
/** An order that was sent, and what its twin on paper came to: `paper_shadow`. Cost is Σ price × quantity. */
export interface ShadowRow {
  readonly kind: 'shadow'
  readonly venue: Venue
  readonly market: MarketId
  readonly mode: Mode
  /** null: this host's journal did not know its trade any more. */
  readonly strategy: Opportunity['strategy'] | null
  readonly outcome: Outcome
  readonly action: OrderIntent['action']
  readonly purpose: OrderIntent['purpose']
  readonly timeInForce: OrderIntent['timeInForce']
  readonly preset: string
  readonly clientOrderId: ClientOrderId
  readonly tradeId: TradeId
  readonly limit: Price
  readonly quantity: Quantity
  /** As drawn, and as it was in the end: a timer may be late. */
  readonly waitMicros: number
  readonly metMicros: number
  /** Since somebody vouched for the book that it met; null: nobody did, or not lately. */
  readonly bookAgeMicros: number | null
  /** Within the limit, with what the order itself took put back; null: no book, or not known. */
  readonly displayed: Quantity | null
  /** null, as its cost and fee: nothing is said of it (`own-fills`). */
  readonly filled: Quantity | null
  readonly cost: Money | null
  readonly fee: Money | null
  /** null: it filled whole. */
  readonly why: ShadowReason | null
  /** From the order's bytes to the venue's answer, by our monotonic clock; null: its first answer was no answer. */
  readonly answeredMicros: number | null
  /** When the order's bytes left. */
  readonly atMs: Millis
}
