import type { MarketId, Outcome, TradeId, Venue } from '../ids'
import { venueOf, type Purse, type PurseBalance } from '../purse'
import { exact, money, moneyOf, NO_MONEY, type Millis, type Money, type Quantity } from '../units'
import { cash, position, reserved, type Account } from './accounts'

export interface TransferLeg {
  readonly account: Account
  /** Debit positive, credit negative. */
  readonly amount: Money
}
export type TransferKind =
  | 'deposit'
  | 'transferCash'
  | 'reserve'
  | 'release'
  | 'fillBuy'
  | 'fillSell'
  | 'netPair'
  | 'settle'
  | 'couponAccrue'
  | 'couponPay'
  | 'interest'
  | 'suspend'
  | 'correction'
/** One immutable entry of the ledger; its legs sum to zero, and none is zero. `id` makes it happen once. */
export interface Transfer {
  readonly id: string
  readonly kind: TransferKind
  readonly tradeId: TradeId | null
  readonly atMs: Millis
  readonly legs: readonly TransferLeg[]
}

interface Entry {
  readonly id: string
  readonly tradeId: TradeId | null
  readonly atMs: Millis
}
interface OfPurse extends Entry {
  readonly purse: Purse
  readonly amount: Money
}
interface Traded extends Entry {
  /** What the market is paid from, and pays into. */
  readonly purse: Purse
  readonly market: MarketId
  readonly side: Outcome
  /** Price × quantity. */
  readonly notional: Money
  /** What the venue reports; at Kalshi the net fee (market-math §2.2). */
  readonly fee: Money
  /** The part of the fee that no model explains: it stands in suspense until somebody does. */
  readonly suspended?: Money
}

const debit = (account: Account, amount: number): TransferLeg => ({ account, amount: money(amount) })
const credit = (account: Account, amount: number): TransferLeg => ({ account, amount: money(0 - amount) })

/** @throws RangeError when the legs do not sum to zero. */
export function transfer(kind: TransferKind, { id, tradeId, atMs }: Entry, legs: readonly TransferLeg[]): Transfer {
  const sum = legs.reduce((total, { amount }) => exact(total + amount), 0)
  if (sum !== 0) throw new RangeError(`transfer ${id} (${kind}) does not sum to zero: ${sum} µ$ are left`)
  return { id, kind, tradeId, atMs, legs: legs.filter(({ amount }) => amount !== 0) }
}
function notNegative(entry: Entry, amounts: Readonly<Record<string, Money>>): void {
  for (const [name, amount] of Object.entries(amounts))
    if (amount < 0) throw new RangeError(`transfer ${entry.id}: ${name} must not be negative, it is ${amount} µ$`)
}

/** Money that came in from outside, all of an account at once. */
export function deposit(entry: Entry & { readonly purses: readonly PurseBalance[] }): Transfer {
  const { purses } = entry
  for (const { purse, cash: amount } of purses) notNegative(entry, { [purse]: amount })
  const total = purses.reduce((sum, { cash: amount }) => sum + amount, 0)
  return transfer('deposit', entry, [
    ...purses.map(({ purse, cash: amount }) => debit(cash(purse), amount)),
    credit('equity:capital', total),
  ])
}
/**
 * Free cash that the venue moved from one purse to another, asked by us or by its own rebalancing (kalshi.md §5).
 * @throws RangeError for purses of two venues, whose money goes by `transit`, and for one and the same.
 */
export function transferCash(entry: Entry & { readonly from: Purse; readonly to: Purse; readonly amount: Money }): Transfer {
  const { from, to, amount } = entry
  notNegative(entry, { amount })
  if (from === to || venueOf(from) !== venueOf(to))
    throw new RangeError(`transfer ${entry.id}: cash moves between two purses of one venue, not from ${from} to ${to}`)
  return transfer('transferCash', entry, [debit(cash(to), amount), credit(cash(from), amount)])
}
/** E8: set aside for a trade's orders and its dearest cure. */
export function reserve(entry: OfPurse): Transfer {
  notNegative(entry, { amount: entry.amount })
  return transfer('reserve', entry, [debit(reserved(entry.purse), entry.amount), credit(cash(entry.purse), entry.amount)])
}
export function release(entry: OfPurse): Transfer {
  notNegative(entry, { amount: entry.amount })
  return transfer('release', entry, [debit(cash(entry.purse), entry.amount), credit(reserved(entry.purse), entry.amount)])
}

/** As charged in sum: what is explained is an expense, the rest waits in suspense (invariant 8). */
const feeLegs = ({ purse, fee, suspended = NO_MONEY }: Pick<Traded, 'purse' | 'fee' | 'suspended'>): readonly TransferLeg[] => [
  debit(`expense:fee:${venueOf(purse)}`, fee - suspended),
  debit(`suspense:${venueOf(purse)}`, suspended),
]

/** A purchase, paid from the trade's reserve unless it is released already (a late fill, E14). */
export function fillBuy(entry: Traded & { readonly paidFrom?: 'reserved' | 'cash' }): Transfer {
  const { purse, market, side, notional, fee, paidFrom = 'reserved' } = entry
  notNegative(entry, { notional, fee })
  return transfer('fillBuy', entry, [
    debit(position(venueOf(purse), market, side), notional),
    ...feeLegs(entry),
    credit(`${paidFrom}:${purse}`, notional + fee),
  ])
}
/** A sale. `costBasis` is what the sold contracts had cost (see {@link costShare}). */
export function fillSell(entry: Traded & { readonly costBasis: Money }): Transfer {
  const { purse, market, side, notional, fee, costBasis } = entry
  const venue = venueOf(purse)
  notNegative(entry, { notional, fee, costBasis })
  return transfer('fillSell', entry, [
    debit(cash(purse), notional - fee),
    ...feeLegs(entry),
    credit(position(venue, market, side), costBasis),
    credit(`income:trading:${venue}`, notional - costBasis),
  ])
}
/** A YES and a NO of one market are a dollar at once, at either venue (execution.md §8). `proceeds` = 1.00 per pair. */
export function netPair(
  entry: Entry & {
    readonly purse: Purse
    readonly market: MarketId
    readonly proceeds: Money
    readonly yesCost: Money
    readonly noCost: Money
  },
): Transfer {
  const { purse, market, proceeds, yesCost, noCost } = entry
  const venue = venueOf(purse)
  notNegative(entry, { proceeds, yesCost, noCost })
  return transfer('netPair', entry, [
    debit(cash(purse), proceeds),
    credit(position(venue, market, 'yes'), yesCost),
    credit(position(venue, market, 'no'), noCost),
    credit(`income:trading:${venue}`, proceeds - yesCost - noCost),
  ])
}
/** The venue's decision about a position: what it paid, into the purse that the market is paid from, against what it had cost. */
export function settle(
  entry: Entry & {
    readonly purse: Purse
    readonly market: MarketId
    readonly side: Outcome
    readonly payout: Money
    readonly costBasis: Money
  },
): Transfer {
  const { purse, market, side, payout, costBasis } = entry
  const venue = venueOf(purse)
  notNegative(entry, { payout, costBasis })
  return transfer('settle', entry, [
    debit(cash(purse), payout),
    credit(position(venue, market, side), costBasis),
    credit(`income:settlement:${venue}`, payout - costBasis),
  ])
}
export function couponAccrue(entry: Entry & { readonly venue: Venue; readonly amount: Money }): Transfer {
  notNegative(entry, { amount: entry.amount })
  return transfer('couponAccrue', entry, [
    debit(`receivable:coupon:${entry.venue}`, entry.amount),
    credit(`income:coupon:${entry.venue}`, entry.amount),
  ])
}
export function couponPay(entry: OfPurse): Transfer {
  notNegative(entry, { amount: entry.amount })
  return transfer('couponPay', entry, [
    debit(cash(entry.purse), entry.amount),
    credit(`receivable:coupon:${venueOf(entry.purse)}`, entry.amount),
  ])
}
/** Interest on cash that the venue has paid and tells by no call: earned and received at once, in nobody's trade. */
export function interest(entry: OfPurse): Transfer {
  notNegative(entry, { amount: entry.amount })
  return transfer('interest', entry, [
    debit(cash(entry.purse), entry.amount),
    credit(`income:interest:${venueOf(entry.purse)}`, entry.amount),
  ])
}
/** An unexplained difference to the venue's cash, positive when the venue has more: booked apart, never hidden in a result. */
export const suspend = (entry: OfPurse): Transfer =>
  transfer('suspend', entry, [debit(cash(entry.purse), entry.amount), credit(`suspense:${venueOf(entry.purse)}`, entry.amount)])

/** Reverses a posting as it was; what is right is posted anew under its own id (execution.md §8). */
export const correction = (
  entry: Entry & { readonly reverses: readonly { readonly account: string; readonly amount: Money }[] },
): Transfer =>
  transfer(
    'correction',
    entry,
    entry.reverses.map(({ account, amount }) => credit(account as Account, amount)),
  )

/** A fee that was booked as an estimate, and is told now: `fee` is what it is more (less: negative), from free cash. */
export const correctFee = (entry: Entry & Pick<Traded, 'purse' | 'fee' | 'suspended'>): Transfer =>
  transfer('correction', entry, [...feeLegs(entry), credit(cash(entry.purse), entry.fee)])

/** Takes back what a settlement paid, as it was: the venue has changed the result, and the new one is posted anew (execution.md §8). */
export const unsettle = (entry: Parameters<typeof correction>[0]): Transfer => ({ ...correction(entry), kind: 'settle' })

/**
 * The cost of a part of a lot at average cost, rounded down: the last contract takes what is left, so that no contracts means no cost.
 * @throws RangeError when the part exceeds the lot.
 */
export function costShare(cost: Money, held: Quantity, part: Quantity): Money {
  if (part < 0 || part > held) throw new RangeError(`${part} is not a part of ${held} held (in 1e-2 contract)`)
  return part === held ? cost : moneyOf((BigInt(cost) * BigInt(part)) / BigInt(held))
}
