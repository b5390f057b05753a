import type { TradeId, Venue } from '../ids'
import { money, NO_MONEY, type Millis, type Money, type Quantity } from '../units'
import { shareOut } from './shares'

/** Interest that a venue has paid, and the time in which it was earned. */
export interface PaidCoupon {
  readonly venue: Venue
  readonly amount: Money
  readonly fromMs: Millis
  readonly untilMs: Millis
}
/** A change of what a trade holds at a venue: bought positive; sold, netted or settled negative. */
export interface HoldingMove {
  readonly tradeId: TradeId
  readonly venue: Venue
  readonly quantity: Quantity
  readonly atMs: Millis
}
export interface Carry {
  readonly byTrade: ReadonlyMap<TradeId, Money>
  /** Of coupons for times in which no trade held anything. */
  readonly ofNobody: Money
}

/**
 * Whose contracts earned the coupons: each is shared out by quantity × time held while it was earned, to the micro-dollar. For display: the ledger books
 * a coupon in no trade, because the venue tells neither whose it is nor at what rate.
 */
export function carryOf(coupons: readonly PaidCoupon[], moves: readonly HoldingMove[]): Carry {
  const byTrade = new Map<TradeId, Money>()
  let ofNobody: number = NO_MONEY
  for (const coupon of coupons) {
    const held = [...heldFor(coupon, moves)].filter(([, weight]) => weight > 0)
    const shares =
      held.length === 0
        ? []
        : shareOut(
            coupon.amount,
            held.map(([, weight]) => weight),
          )
    held.forEach(([tradeId], place) => byTrade.set(tradeId, money((byTrade.get(tradeId) ?? 0) + (shares[place] ?? 0))))
    if (held.length === 0) ofNobody += coupon.amount
  }
  return { byTrade, ofNobody: money(ofNobody) }
}

/** Hundredths of contracts × milliseconds of each trade. A change counts from its time, or from the beginning when it was before, to the end. */
function heldFor({ venue, fromMs, untilMs }: PaidCoupon, moves: readonly HoldingMove[]): ReadonlyMap<TradeId, number> {
  const held = new Map<TradeId, number>()
  for (const move of moves) {
    if (move.venue !== venue || move.atMs >= untilMs) continue
    held.set(move.tradeId, (held.get(move.tradeId) ?? 0) + move.quantity * (untilMs - Math.max(move.atMs, fromMs)))
  }
  return held
}

/** Coupons of one day are one payment: they were earned since the last one before it. */
const ONE_PAYMENT_MS = 86_400_000

/** Each payment with the time in which it was earned: since the venue's last payment before it, or ever. */
export const earnedSince = (
  payments: readonly { readonly venue: Venue; readonly amount: Money; readonly atMs: Millis }[],
): readonly PaidCoupon[] =>
  payments.map(({ venue, amount, atMs }) => {
    const earlier = payments.filter((other) => other.venue === venue && other.atMs <= atMs - ONE_PAYMENT_MS).map((other) => other.atMs)
    return { venue, amount, fromMs: Math.max(0, ...earlier) as Millis, untilMs: atMs }
  })
