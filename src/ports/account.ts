import type { MarketId, Outcome, Venue } from '../core/ids'
import type { Seen } from '../core/ledger/breaks'
import type { KnownAccount, ToldAccount } from '../core/ledger/differences/accounts'
import type { Comparison } from '../core/ledger/differences/compare'
import type { PurseBalance } from '../core/purse'
import type { Fill } from '../core/trade/order'
import type { Millis, Money, Price, Quantity } from '../core/units'

export interface Payout {
  readonly market: MarketId
  readonly paid: Money
  readonly atMs: Millis
}
export interface Position {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}
/** An execution in the account that is no fill of an order of ours. */
export interface StrangeExecution {
  readonly executionId: string
  /** The reference of its order; empty when it has none: a person's, or the venue's own. */
  readonly order: string
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  /** Both outcomes of a market cancelled each other out: nobody bought anything. */
  readonly isNetting: boolean
  /** null: not told. */
  readonly fee: Money | null
  /** Of the outcome that it names; absent or null: not told. */
  readonly price?: Price | null
  readonly atMs: Millis
}
export interface Statement {
  readonly asOfMs: Millis
  /** Free cash over all purses. */
  readonly cash: Money
  /** The same by place, one row each: what is not named holds nothing. */
  readonly purses: readonly PurseBalance[]
  readonly fills: readonly Fill[]
  /** Venue order ids that rest. */
  readonly openOrders: readonly string[]
  readonly positions: readonly Position[]
  readonly payouts: readonly Payout[]
  /** Interest that the venue owes and has not paid; absent or null: it does not tell. */
  readonly accrued?: Money | null
  readonly strange?: readonly StrangeExecution[]
  /** Fills and strange executions may be this connection's own alone: of what is not among them nothing is known. */
  readonly ownExecutionsOnly?: boolean
  /** Cash that is not counted, because it is no dollars: each like "12.30 EUR". */
  readonly otherCash?: readonly string[]
}
export interface VenueAccount {
  readonly venue: Venue
  readonly account: string
  statement(sinceMs: Millis, signal: AbortSignal): Promise<Statement>
}

/** One venue and the ledger, read so that neither moved meanwhile, or with what did. */
export interface Look extends Seen {
  readonly statement: Statement
  readonly known: KnownAccount
  readonly told: ToldAccount
  readonly comparison: Comparison
}
