import type { Outcome } from '../ids'
import { buyingCostBound, type KalshiFees } from '../market/fees'
import { buyingPrice, type PriceBand } from '../market/grid'
import { ceilMulDiv, formatPrice, MICROS_PER_PRICE, money, ONE_CONTRACT, ONE_DOLLAR, type Money, type Price, type Quantity } from '../units'

/** µ$ that a contract pays which is certain to. */
export const DOLLAR_MICROS = MICROS_PER_PRICE * ONE_DOLLAR
/** What a rate of one is in the unit of {@link KalshiFees}: from there on a dearer price could cost less (market-math §2.5). */
const RATE_ONE = 100_000_000

/** What one contract costs, the exact fee of a taker included, in dollars: market-math §6. To show and to compare, never to pay: {@link edgeOf}. */
export function costOf(ask: Price, { rates }: Pick<KalshiFees, 'rates'>): number {
  const at = ask / ONE_DOLLAR
  return at + (rates.taker / RATE_ONE) * at * (1 - at)
}

/** A probability, or a difference of two, in µ$ of a contract that pays by it, rounded: to record and to show. */
export const microsOf = (probability: number): Money => money(Math.round(DOLLAR_MICROS * probability))
/** µ$ that a contract is worth which pays with this probability, rounded down: to decide by. */
export const worthOf = (probability: number): Money => money(Math.floor(DOLLAR_MICROS * probability))

export interface EdgeQuote {
  /** Of YES, with the bounds of the consensus: lower ≤ probability ≤ upper. */
  readonly probability: number
  readonly lower: number
  readonly upper: number
  /** What is asked for each side, in its own price; null: nobody asks (B8). */
  readonly yesAsk: Price | null
  readonly noAsk: Price | null
  readonly fees: KalshiFees
  /** To which the fees' rounding is spread: whole contracts, one at least. */
  readonly quantity: Quantity
}
export interface SideEdge {
  readonly outcome: Outcome
  readonly ask: Price
  /** In dollars per contract, as doubles: what is shown. The cost with its exact fee, the edge of the probability itself net and gross, and on its cost. */
  readonly cost: number
  readonly edge: number
  readonly gross: number
  readonly returned: number
  /** What decides: per contract on the bound against us, at the most that this quantity can cost, rounded down. */
  readonly net: Money
}
export interface Edges {
  /** null: nobody asks. */
  readonly yes: SideEdge | null
  readonly no: SideEdge | null
  /** The one that earns more on its bound, YES of equal ones; null: neither is asked. It may well be below zero. */
  readonly best: SideEdge | null
}

/**
 * What buying each side is worth now, fees deducted (ruling 8). A side that nobody asks for has no edge: the other side's price says nothing of it (B8).
 * @throws RangeError for bounds that do not hold the probability, an ask that no order can have, or less than one contract.
 */
export function edgeOf(quote: EdgeQuote): Edges {
  const { probability, lower, upper, yesAsk, noAsk, quantity } = quote
  if (!(lower >= 0 && lower <= probability && probability <= upper && upper <= 1))
    throw new RangeError(`no probability with its bounds: ${lower} ≤ ${probability} ≤ ${upper}`)
  if (quantity < ONE_CONTRACT) throw new RangeError(`an edge is of one contract at least, not of ${quantity} hundredths`)
  const yes = yesAsk === null ? null : sideEdge('yes', yesAsk, probability, lower, quote)
  const no = noAsk === null ? null : sideEdge('no', noAsk, 1 - probability, 1 - upper, quote)
  return { yes, no, best: no === null || (yes !== null && yes.net >= no.net) ? yes : no }
}

function sideEdge(outcome: Outcome, ask: Price, probability: number, bound: number, { fees, quantity }: EdgeQuote): SideEdge {
  if (ask <= 0 || ask >= ONE_DOLLAR) throw new RangeError(`nobody can ask ${formatPrice(ask)} for ${outcome}: give null where nobody asks`)
  const cost = costOf(ask, fees)
  const edge = probability - cost
  return {
    outcome,
    ask,
    cost,
    edge,
    gross: probability - ask / ONE_DOLLAR,
    returned: edge / cost,
    net: netEdge(worthOf(bound), ask, quantity, fees),
  }
}

/** Per contract, rounded down: what it is worth less the most that buying this quantity at this price costs each. */
export function netEdge(worth: Money, at: Price, quantity: Quantity, fees: KalshiFees): Money {
  const cost = buyingCostBound(fees, [{ price: at, quantity }])
  return money(worth - ceilMulDiv(cost, ONE_CONTRACT, quantity))
}

/** What an order for an outcome may be priced at, and for how many contracts its rounding counts. */
export interface PriceGrid {
  readonly outcome: Outcome
  /** As Kalshi lists them, in YES prices. */
  readonly bands: readonly PriceBand[]
  /** One contract bounds every size: rounding to the account's grid weighs most there. */
  readonly quantity: Quantity
}

/**
 * The dearest price on the market's grid at which the net edge on the lower bound is still the least that is wanted (ruling 13): no order of this edge
 * may ask more, nor any retry of it (B15). Fills below it earn more (the limit-price lemma). null: no price does.
 * @param lower of the probability that the outcome pays: of NO, one less the upper bound of YES.
 * @param minEdge per contract.
 */
export function maxPriceFor(lower: number, minEdge: Money, fees: KalshiFees, { outcome, bands, quantity }: PriceGrid): Price | null {
  if (!(lower >= 0 && lower <= 1)) throw new RangeError(`not a probability: ${lower}`)
  if (quantity < ONE_CONTRACT) throw new RangeError(`a price is for one contract at least, not for ${quantity} hundredths`)
  if (fees.rates.taker >= RATE_ONE) return null
  const worth = worthOf(lower)
  let [low, high] = [0, ONE_DOLLAR - 1] // no price costs nothing, so that 0 stands for none
  while (low < high) {
    const middle = Math.ceil((low + high) / 2) as Price
    if (netEdge(worth, middle, quantity, fees) >= minEdge) low = middle
    else high = middle - 1
  }
  return low === 0 ? null : buyingPrice(low as Price, { venue: 'kalshi', outcome }, bands)
}
