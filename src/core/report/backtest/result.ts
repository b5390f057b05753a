import type { MarketId, SubjectId, TradeId, Venue } from '../../ids'
import type { OutcomeLabel } from '../../trade/plan'
import type { Millis, Money, Quantity } from '../../units'

/** `realised`: all of it is cash. `guaranteed`: locked pairs wait for their result, at the least their certificate pays. `open`: something unmatched is held. */
export type PnlKind = 'realised' | 'guaranteed' | 'open'

/** One order against the recorded book. */
export interface PaperOrder {
  readonly venue: Venue
  readonly market: MarketId
  /** a: the first leg. b: the second. c: a cure, or a sale of what an edge held. */
  readonly leg: 'a' | 'b' | 'c'
  readonly sentMs: Millis
  /** When it met the book. */
  readonly arrivedMs: Millis
  readonly wanted: Quantity
  /** Displayed at its limit or better when it arrived. */
  readonly displayed: Quantity
  readonly filled: Quantity
}

/** What an edge sold before its market was settled (ruling 13). */
export interface PaperSale {
  readonly quantity: Quantity
  /** Proceeds less the fees of the sale. */
  readonly brought: Money
  readonly lastMs: Millis
  /** By the result of its market, had it been held; null: none is recorded. */
  readonly wouldHavePaid: Money | null
}

export interface PaperTrade {
  readonly tradeId: TradeId
  readonly pair: SubjectId
  readonly decidedMs: Millis
  /** null: it had not ended when the frames did. */
  readonly endedMs: Millis | null
  readonly label: OutcomeLabel | null
  readonly reason: string
  /** Of the plan. */
  readonly quantity: Quantity
  readonly locked: Quantity
  readonly held: Quantity
  /** Net, of the whole plan, at the decision. */
  readonly edge: Money
  /** In 1e-4: probability by the prior that both legs fill as planned; what came of it is whether both did. */
  readonly fillPrior: number
  readonly filledAsPlanned: boolean
  /** Paid for contracts, fees apart, and not yet paid back when the trade ended. */
  readonly capital: Money
  readonly fees: Money
  readonly pnl: Money
  readonly pnlKind: PnlKind
  /** When its last contract was paid or sold; null: not yet. */
  readonly settledMs: Millis | null
  /** null: nothing of it was sold once it had ended. */
  readonly sold: PaperSale | null
  readonly orders: readonly PaperOrder[]
}

/** One opportunity from first sight to end. */
export interface PaperOpportunity {
  readonly pair: SubjectId
  readonly firstSeenMs: Millis
  readonly lastedMs: number
  readonly bestEdge: Money | null
  readonly outcome: string
}

/** What trading over a recording came to. */
export interface BacktestResult {
  readonly name: string
  readonly seed: string
  /** Of the first and the last frame. */
  readonly fromMs: Millis
  readonly toMs: Millis
  readonly messages: number
  /** What was assumed, as it was given. */
  readonly assumptions: Readonly<Record<string, string>>
  readonly opportunities: readonly PaperOpportunity[]
  /** In the order of their decisions; those the reserve refused among them. */
  readonly trades: readonly PaperTrade[]
  /** Looks by the check or gate that refused them, the reserve's checks among them. */
  readonly refused: Readonly<Record<string, number>>
  /** Opportunities of which any look was refused by it: each once by every reason, those that were taken in the end too. */
  readonly refusedOpportunities: Readonly<Record<string, number>>
  /** P&L of the account after each change: realised, fees included. */
  readonly equity: readonly { readonly atMs: Millis; readonly pnl: Money }[]
  readonly pnl: { readonly realised: Money; readonly guaranteed: Money; readonly open: Money }
  /** The most that was reserved and held at once, over all purses. */
  readonly capitalMost: Money
  readonly ledger: { readonly transfers: number; readonly sumMicros: number; readonly violations: readonly string[] }
  /** Of all decisions, fills and transfers: integers only. The same frames, seed and assumptions give the same one. */
  readonly sha256: string
  /** What these figures do not prove, in sentences. */
  readonly caveats: readonly string[]
}

/** A market's result, as its venue decided it. */
export interface PaperSettlement {
  readonly venue: Venue
  readonly market: MarketId
  /** µ$ that one YES contract pays. */
  readonly yesPays: Money
  readonly atMs: Millis
}
