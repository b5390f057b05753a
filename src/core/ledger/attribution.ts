import type { MarketId, Outcome, Venue } from '../ids'
import type { OrderIntent } from '../trade/order'
import type { Plan } from '../trade/plan'
import { money, NO_MONEY, NO_QUANTITY, notional, ONE_DOLLAR, quantity, type Money, type Price, type Quantity } from '../units'

/** A fill as booked: what it was charged, suspense included. */
export interface Executed {
  readonly order: string
  readonly action: 'buy' | 'sell'
  readonly price: Price
  readonly quantity: Quantity
  readonly fee: Money
}
/** Contracts that a trade kept to the end, or still holds. */
export interface Kept {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
}
/** All that moved a trade's cash, and what it still holds. */
export interface TradeFlows {
  readonly plan: Plan
  readonly fills: readonly Executed[]
  /** Dollars that came back for pairs of both outcomes of one market. */
  readonly netted: Money
  readonly settled: readonly (Kept & { readonly paid: Money })[]
  readonly open: readonly Kept[]
  /** What the result counts open contracts as: what is guaranteed of them, or what they cost. */
  readonly openValue: Money
}

/** The parts of a trade's result; together they are all of it, to the micro-dollar (docs/ledger.md). */
export interface ResultParts {
  /** What the plan's prices leave of a dollar a pair, for every contract that was entered. */
  readonly price: Money
  /** Of the plan's own orders, as charged. */
  readonly fees: Money
  /** Coupons, shared out by quantity and time; not in the ledger's result of the trade. */
  readonly carry: Money
  /** What the plan's orders were filled at, against the plan's prices: better is positive. */
  readonly slippage: Money
  /** What cures brought, fees included, against completing at the plan's prices. */
  readonly cure: Money
  /** What kept contracts were paid, against a dollar a pair, or what they were decided at where unpaired. */
  readonly settlement: Money
}

/**
 * A trade's result by what made it so. The decision price of a leg is its limit: what the plan was judged by (E8, market-math §2.5).
 * Without carry, the parts sum to cash in less cash out, and `openValue`.
 */
export function attribute(flows: TradeFlows, carry: Money = NO_MONEY): ResultParts {
  const { plan, fills } = flows
  const [first, second] = plan.legs.map(({ order }) => legOf(order, flows))
  if (first === undefined) throw new RangeError(`trade ${plan.tradeId} has no leg`)
  const legs = second === undefined ? [first] : [first, second]
  const ids = new Set(plan.legs.map(({ order }) => order.clientOrderId as string))
  const cures = fills.filter(({ order }) => !ids.has(order))
  const own = fills.filter(({ order }) => ids.has(order))
  const cured = money(sum(cures, cashOf) - sum(cures, ({ fee }) => fee) + flows.netted)
  const paid = money(sum(flows.settled, (lot) => lot.paid) + flows.openValue)
  return {
    ...(second === undefined ? ofOneLeg(first, cured, paid) : ofPair(first, second, cured, paid)),
    fees: money(0 - sum(own, ({ fee }) => fee)),
    carry,
    slippage: money(sum(own, cashOf) + sum(legs, ({ limit, filled }) => notional(limit, filled))),
  }
}

export const totalOf = ({ price, fees, carry, slippage, cure, settlement }: ResultParts): Money =>
  money(price + fees + carry + slippage + cure + settlement)
/** What the ledger has of it in the trade's name. */
export const ledgerResultOf = (parts: ResultParts): Money => money(totalOf(parts) - parts.carry)

export const NO_PARTS: ResultParts = {
  price: NO_MONEY,
  fees: NO_MONEY,
  carry: NO_MONEY,
  slippage: NO_MONEY,
  cure: NO_MONEY,
  settlement: NO_MONEY,
}
/** Sums of parts by any key: a pair, a venue, a day. */
export function sumParts<T extends { readonly parts: ResultParts }>(
  results: readonly T[],
  keyOf: (result: T) => string,
): ReadonlyMap<string, { readonly trades: number; readonly parts: ResultParts }> {
  const sums = new Map<string, { readonly trades: number; readonly parts: ResultParts }>()
  for (const result of results) {
    const { trades, parts } = sums.get(keyOf(result)) ?? { trades: 0, parts: NO_PARTS }
    sums.set(keyOf(result), { trades: trades + 1, parts: add(parts, result.parts) })
  }
  return sums
}
const add = (a: ResultParts, b: ResultParts): ResultParts => ({
  price: money(a.price + b.price),
  fees: money(a.fees + b.fees),
  carry: money(a.carry + b.carry),
  slippage: money(a.slippage + b.slippage),
  cure: money(a.cure + b.cure),
  settlement: money(a.settlement + b.settlement),
})

/** A leg of the plan, what its own order filled, and how many of its contracts were kept, whoever bought them. */
interface Traded {
  readonly limit: Price
  readonly filled: Quantity
  readonly kept: Quantity
}
function legOf({ clientOrderId, venue, market, outcome, limit }: OrderIntent, { fills, settled, open }: TradeFlows): Traded {
  const isOwn = (kept: Kept): boolean => kept.venue === venue && kept.market === market && kept.outcome === outcome
  const filled = sum(
    fills.filter(({ order }) => order === clientOrderId),
    (fill) => fill.quantity,
  )
  return { limit, filled: quantity(filled), kept: quantity(sum([...settled, ...open].filter(isOwn), (lot) => lot.quantity)) }
}

type Ends = Pick<ResultParts, 'price' | 'cure' | 'settlement'>

/** A box: every contract entered was to be answered at the other leg's price, and to pay a dollar a pair. */
function ofPair(a: Traded, b: Traded, cured: Money, paid: Money): Ends {
  const entered = quantity(Math.max(a.filled, b.filled))
  const pairs = quantity(Math.min(a.kept, b.kept))
  const unpaired = a.kept > b.kept ? notional(a.limit, less(a.kept, b.kept)) : notional(b.limit, less(b.kept, a.kept))
  const missing = notional(a.limit, less(entered, a.filled)) + notional(b.limit, less(entered, b.filled))
  const expected = notional(ONE_DOLLAR, pairs) + unpaired
  return {
    price: money(notional(ONE_DOLLAR, entered) - notional(a.limit, entered) - notional(b.limit, entered)),
    cure: money(cured - notional(ONE_DOLLAR, entered) + missing + expected),
    settlement: money(paid - expected),
  }
}
const less = (more: Quantity, of: Quantity): Quantity => (more > of ? quantity(more - of) : NO_QUANTITY)

/** An edge has no other leg that says what it pays: what its contracts were paid is its price, for better or worse. */
function ofOneLeg(leg: Traded, cured: Money, paid: Money): Ends {
  return {
    price: money(paid - notional(leg.limit, leg.kept)),
    cure: money(cured - notional(leg.limit, quantity(leg.filled - leg.kept))),
    settlement: NO_MONEY,
  }
}

const cashOf = ({ action, price, quantity: of }: Executed): number => (action === 'buy' ? 0 - notional(price, of) : notional(price, of))
const sum = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((total, one) => total + of(one), 0)
