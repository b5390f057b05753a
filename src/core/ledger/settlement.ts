import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import { venueOf, type Purse } from '../purse'
import {
  formatMoney,
  formatQuantity,
  money,
  moneyOf,
  notional,
  ONE_CONTRACT,
  ONE_DOLLAR,
  quantity,
  type Millis,
  type Money,
  type Quantity,
} from '../units'
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

/** Kalshi pays whole cents: what a scalar value leaves below one is not paid, and stands among the fees of its record (kalshi.md §10). */
const CENT_MICROS = 10_000

/** A venue's own record of what it has paid for a position in a market. */
export interface ToldPayout {
  readonly yes: Quantity
  readonly no: Quantity
  readonly paid: Money
  /** Trading fees of the market, with what rounding has kept. */
  readonly fees: Money
  readonly atMs: Millis
}

/** Signed in YES contracts: the venue has one net position, whatever its record counts (kalshi.md §6.2). */
export const netOf = ({ yes, no }: Pick<ToldPayout, 'yes' | 'no'>): Quantity => quantity(yes - no)
/** What was paid for the net position: a record that counts pairs too has them among what it paid, and they were netted long before. */
export const paidForNet = ({ yes, no, paid }: ToldPayout): Money => money(paid - notional(ONE_DOLLAR, quantity(Math.min(yes, no))))

/** Whether a sum is what a result makes of contracts, as far as a venue that pays whole cents can pay it. */
export const isPaidAs = (paid: Money, due: Money): boolean => Math.abs(paid - due) < CENT_MICROS

/**
 * Why a venue's record cannot be the settlement of what we hold; null: it is.
 * @param held our lots, signed in YES contracts, those paid before included.
 */
export function disagreement(told: ToldPayout, yesPays: Money, held: Quantity): string | null {
  const net = netOf(told)
  if (net !== held) return `it has settled ${formatQuantity(net)} (YES), our lots are ${formatQuantity(held)}`
  const due = money(payoutOf('yes', told.yes, yesPays) + payoutOf('no', told.no, yesPays))
  if (!isPaidAs(told.paid, due))
    return `it has paid $${formatMoney(told.paid)}, its result of ${formatMoney(yesPays)} for a YES makes $${formatMoney(due)}`
  return null
}

/** What a venue's record of a settlement has become in the ledger. */
export type PostedAsTold =
  /** `lots`: those paid now, or paid otherwise now (`amended`). `paid`: by how much cash has changed. */
  | { readonly kind: 'posted'; readonly lots: number; readonly paid: Money; readonly amended: number }
  /** Nothing is posted. `isRunning`: a trade runs in the market, and may not have booked all its fills yet. */
  | { readonly kind: 'differs'; readonly why: string; readonly isRunning: boolean }

/** What the ledger has of a market that was paid. */
export interface PostedMarket {
  readonly market: MarketId
  readonly paid: Money
  /** Charged for the fills of the market. */
  readonly fees: Money
}

/** Where a venue's record and what was posted for it differ; null: nowhere. Fees of the record may have the rounding among them, or not (kalshi.md §10). */
export function differenceOf(posted: PostedMarket, told: ToldPayout): string | null {
  const paid = paidForNet(told)
  if (paid !== posted.paid) return `its record says $${formatMoney(paid)} were paid, posted are $${formatMoney(posted.paid)}`
  if (!isPaidAs(told.fees, posted.fees))
    return `its record says fees of $${formatMoney(told.fees)}, those of the fills are $${formatMoney(posted.fees)}`
  return null
}
