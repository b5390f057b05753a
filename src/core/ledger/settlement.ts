import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import { venueOf, type Purse } from '../purse'
import { moneyOf, ONE_CONTRACT, type Millis, type Money, type Quantity } from '../units'
import { settle, type Transfer } from './postings'

/** What one winning contract pays, in µ$. */
const FULL_PAYOUT = 1_000_000

/** A trade's own contracts of one outcome, and what they cost without fees. */
export interface Lot {
  readonly tradeId: TradeId
  /** What it was bought from. */
  readonly purse: Purse
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly cost: Money
}

/** Anything between nothing and a dollar is a scalar decision (a void at a fair price, a tie): paid, but flagged for a person. */
export const isScalar = (yesPays: Money): boolean => yesPays !== 0 && yesPays !== FULL_PAYOUT

/**
 * What a position pays when one YES contract pays `yesPays` and one NO the rest of the dollar, rounded down to the µ$.
 * @throws RangeError outside 0 … 1.00.
 */
export function payoutOf(outcome: Outcome, quantity: Quantity, yesPays: Money): Money {
  if (yesPays < 0 || yesPays > FULL_PAYOUT) throw new RangeError(`a contract pays between 0 and 1.00, not ${yesPays} µ$`)
  const each = outcome === 'yes' ? yesPays : FULL_PAYOUT - yesPays
  return moneyOf((BigInt(each) * BigInt(quantity)) / BigInt(ONE_CONTRACT))
}

/** Settles every lot of a decided market, once each: the id is the lot's. Lots of other markets are left alone. */
export const settleLots = (
  lots: readonly Lot[],
  decision: { readonly venue: Venue; readonly market: MarketId; readonly yesPays: Money; readonly atMs: Millis },
): readonly Transfer[] =>
  lots

    .filter(({ purse, market, quantity }) => venueOf(purse) === decision.venue && market === decision.market && quantity > 0)
    .map(({ tradeId, purse, market, outcome, quantity, cost }) =>
      settle({
        id: `settle:${decision.venue}:${market}:${tradeId}:${outcome}`,
        tradeId,
        atMs: decision.atMs,
        purse,
        market,
        side: outcome,
        payout: payoutOf(outcome, quantity, decision.yesPays),
        costBasis: cost,
      }),
    )
