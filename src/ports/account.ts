import type { ClientOrderId, MarketId, Outcome, Venue } from '../core/ids'
import type { Seen } from '../core/ledger/breaks'
import type { KnownAccount, ToldAccount } from '../core/ledger/differences/accounts'
import type { Comparison } from '../core/ledger/differences/compare'
import type { Purse, PurseBalance } from '../core/purse'
import type { Fill, OrderIntent } from '../core/trade/order'
import type { Rejected } from '../core/trade/outcome'
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

/** An order that a paper venue is to take. */
export interface PaperOrder {
  readonly order: OrderIntent
  /** What it is paid from. null: not known now, then the purse of what is held in its market. */
  readonly purse: Purse | null
  readonly sentMs: Millis
  /** null: what it does not get at once is cancelled. */
  readonly restsUntilMs: Millis | null
}
/** `known`: there is an order of this id already. `no-purse`: the account has none of this name. */
export type PaperTaking = 'taken' | 'known' | 'no-purse'
/** Nothing about it changes any more. `fills`: none, or each with its fee. */
export type PaperEnd = { readonly kind: 'done'; readonly fills: readonly Fill[] } | Rejected
/** `unheard`: no order of this id, and one may still come. `differs`: another order has this id. */
export type PaperState = PaperEnd | { readonly kind: 'under-way' | 'resting' | 'unheard' | 'differs' }
/** What a market has paid for the net position. */
export interface PaperPayout {
  readonly market: MarketId
  /** In 1e-2 YES contracts; negative: NO. */
  readonly net: Quantity
  readonly paid: Money
  /** Of all fills in the market. */
  readonly fees: Money
  readonly atMs: Millis
}

/** The durable account of the paper venues: orders, fills, cash and payouts. Every method may be repeated. All throw LedgerUnreachable. */
export interface PaperBooks {
  /** Once for a venue, whatever is asked later. */
  open(venue: Venue, purses: readonly PurseBalance[], atMs: Millis, signal: AbortSignal): Promise<void>
  take(order: PaperOrder, signal: AbortSignal): Promise<PaperTaking>
  /**
   * Ends an order that is under way; one that has ended stays as it is. Refused as `funds` where the purse has less than `needs`, as `closed` where the
   * market has paid, as `size` where more is sold than is held. @returns how it has ended
   */
  end(
    order: OrderIntent,
    by: { readonly fills: readonly Fill[]; readonly needs: Money } | Rejected,
    atMs: Millis,
    signal: AbortSignal,
  ): Promise<PaperEnd>
  /** @returns what has become of it: it rests, or had ended before. */
  rest(order: OrderIntent, atMs: Millis, signal: AbortSignal): Promise<PaperState>
  /**
   * After its not-after an order that is still under way ends without a fill, and one that nobody has heard of can come no more: both by this question,
   * and for ever.
   */
  find(order: OrderIntent, nowMs: Millis, signal: AbortSignal): Promise<PaperState>
  /** Of every order in a market. */
  ordersIn(venue: Venue, market: MarketId, signal: AbortSignal): Promise<readonly ClientOrderId[]>
  /** What rests now. */
  resting(venue: Venue, nowMs: Millis, signal: AbortSignal): Promise<readonly ClientOrderId[]>
  cancelResting(venue: Venue, atMs: Millis, signal: AbortSignal): Promise<void>
  /** In one snapshot. */
  statement(venue: Venue, sinceMs: Millis, nowMs: Millis, signal: AbortSignal): Promise<Statement>
  /** Pays the net position of a market, once: one that has paid is not paid otherwise later. null: nothing is held there, and nothing was paid. */
  pay(venue: Venue, market: MarketId, yesPays: Money, atMs: Millis, signal: AbortSignal): Promise<PaperPayout | null>
  /** Newest first. */
  payouts(venue: Venue, sinceMs: Millis, signal: AbortSignal): Promise<readonly PaperPayout[]>
}
