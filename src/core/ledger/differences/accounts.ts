import type { MarketId, Outcome, Venue } from '../../ids'
import type { Purse, PurseBalance } from '../../purse'
import type { Millis, Money, Price, Quantity } from '../../units'
import type { StandingBreak } from '../breaks'

interface Held {
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}
/** A fill as either side has it; `key` is the same on both. */
export interface ComparedFill extends Held {
  readonly key: string
  readonly action: 'buy' | 'sell'
  readonly price: Price
  readonly atMs: Millis
}
export interface KnownFill extends ComparedFill {
  readonly fee: Money
  /** The venue has not told its fee: it was booked as the model says. */
  readonly isEstimate: boolean
}
/** What the ledger knows of one venue, in one snapshot. */
export interface KnownAccount {
  readonly venue: Venue
  /** Free and reserved together. */
  readonly purses: readonly PurseBalance[]
  readonly lots: readonly Held[]
  readonly fills: readonly KnownFill[]
  /** What a market is paid from; the venue's default purse for the rest. */
  readonly pursesOf: ReadonlyMap<MarketId, Purse>
  /** Markets that are decided, or do not trade any more: what is held there may be paid at any time, and is posted by `settle`. */
  readonly ended: ReadonlySet<MarketId>
  /** Interest that is owed no longer and for which no coupon is booked. */
  readonly falls: readonly { readonly atMs: Millis; readonly amount: Money }[]
  /** Contracts that a statement has not shown any more, and since when. */
  readonly gone: ReadonlyMap<MarketId, Millis>
  /** Executions of others that the ledger has: nettings whose charge is booked, and what was adopted. */
  readonly bookedExecutions: ReadonlySet<string>
  readonly standing: readonly StandingBreak[]
}

export interface ToldFill extends ComparedFill {
  /** null: not told yet. */
  readonly fee: Money | null
}
export interface ToldExecution extends Held {
  readonly executionId: string
  readonly isNetting: boolean
  /** null: not told. */
  readonly fee: Money | null
  readonly price: Price | null
  readonly atMs: Millis
}
/** What the venue says. */
export interface ToldAccount {
  readonly purses: readonly PurseBalance[]
  /** Cash that is no dollars, each like "12.30 EUR". */
  readonly otherCash: readonly string[]
  readonly positions: readonly Held[]
  readonly fills: readonly ToldFill[]
  /** Executions that no order of ours made. */
  readonly strange: readonly ToldExecution[]
  readonly openOrders: readonly string[]
  readonly payouts: readonly { readonly market: MarketId; readonly paid: Money }[]
  /** Purchases by others may be untold: they show in position and cash alone. */
  readonly ownExecutionsOnly: boolean
  /** Between these every fill is told; null: the venue does not promise that. */
  readonly complete: { readonly sinceMs: Millis; readonly untilMs: Millis } | null
}
