import { orderId, otherOutcome, otherVenue, type MarketId, type Outcome, type SubjectId, type TradeId, type Venue } from '../ids'
import type { Purse } from '../purse'
import { floorDiv, money, moneyOf, NO_MONEY, notional, price, quantity, type Millis, type Money, type Price, type Quantity } from '../units'
import { EXIT_LIMITS } from './cure'
import type { OrderIntent } from './order'
import type { BoxPlan, CureChoice, Mode } from './plan'

/** What an operator orders about contracts that he has adopted: out of them at their own venue, or the missing outcome at the other one. */
export interface OperatorsWord {
  readonly way: 'exit' | 'complete'
  /** What it may lose at most, against what the contracts were adopted for. */
  readonly maxLoss: Money
  readonly by: string
}

/** Two markets that ask the same; `polarity` opposite: YES at one is NO at the other. */
export interface AdoptingPair {
  readonly id: SubjectId
  readonly kalshiMarket: MarketId
  readonly forecastexMarket: MarketId
  readonly polarity: 'same' | 'opposite'
}
/** Contracts that no trade explains, and what they cost. */
export interface Found {
  readonly venue: Venue
  readonly market: MarketId
  readonly outcome: Outcome
  readonly quantity: Quantity
  readonly purse: Purse
  readonly price: Price
  readonly fee: Money
}

/** Of a difference in 1e-2 YES contracts: fewer YES are so many NO. */
export const heldBy = (contracts: number): Pick<Found, 'outcome' | 'quantity'> => ({
  outcome: contracts > 0 ? 'yes' : 'no',
  quantity: quantity(Math.abs(contracts)),
})

/**
 * What found contracts cost each, and what of the cash that they moved was fees. `told`: by the operator; null: what the venue's cash says, with
 * what is left of a ten-thousandth of a dollar as fee.
 * @param paid what the venue's cash has less because of them; 0: nobody knows
 * @throws RangeError when neither tells a price.
 */
export function costOf(of: Quantity, paid: Money, told: Price | null): Pick<Found, 'price' | 'fee'> {
  if (told === null && paid <= 0) throw new RangeError('the cash of this break does not tell what its contracts cost: say --price')
  const at = told ?? price(Number(floorDiv(BigInt(paid), BigInt(of))))
  if (at <= 0 || at >= 10_000) throw new RangeError('a contract costs more than nothing and less than a dollar: say --price')
  const rest = money(paid - notional(at, of))
  return { price: at, fee: isFee(rest, of) ? rest : NO_MONEY }
}
/** Venues charge some cents a contract at the most; more is a difference of another kind, and stands in suspense. */
const DEAREST_FEE = money('0.05')
const isFee = (rest: Money, of: Quantity): boolean => rest >= 0 && rest <= moneyOf((BigInt(DEAREST_FEE) * BigInt(of)) / 100n)

export interface AdoptionInput {
  readonly tradeId: TradeId
  readonly found: Found
  readonly pair: AdoptingPair
  readonly breakId: number
  readonly by: string
  readonly mode: Mode
  readonly nowMs: Millis
  readonly rules: BoxPlan['rules']
}

/**
 * A box whose first leg is filled already: what was found opens, the missing outcome at the pair's other venue is its second leg, which nobody sends.
 * All its orders are past their not-after; its budget is nothing, so that nothing is lost but by an operator's word.
 * @throws RangeError when the market is none of the pair's.
 */
export function adoptedPlan({ tradeId, found, pair, breakId, by, mode, nowMs, rules }: AdoptionInput): BoxPlan {
  const { venue, market, outcome, quantity: of, price: limit, fee, purse } = found
  if (market !== marketOf(pair, venue)) throw new RangeError(`${market} is no market of ${pair.id}`)
  const cost = money(notional(limit, of) + fee)
  const common = { tradeId, action: 'buy', quantity: of, timeInForce: 'ioc', notAfterMs: nowMs } as const
  const opening: OrderIntent = { ...common, clientOrderId: orderId(tradeId, 'a', 1), venue, market, outcome, limit, purpose: 'opening' }
  const missing = {
    ...common,
    venue: otherVenue(venue),
    market: marketOf(pair, otherVenue(venue)),
    outcome: pair.polarity === 'same' ? otherOutcome(outcome) : outcome,
    limit: EXIT_LIMITS.net, // the dearest that the order port lets through; what it may lose is the operator's to say
    purpose: 'reducing',
  } as const
  return {
    strategy: 'box',
    tradeId,
    mode,
    lossBudget: NO_MONEY,
    dearestCure: NO_MONEY,
    rules,
    adopted: { breakId, by },
    opportunity: {
      ...{ strategy: 'box', subject: pair.id, n: 0, seenAtMs: nowMs, netEdge: NO_MONEY, expectedValue: NO_MONEY },
      ...{ unwindLoss: cost, maximumLoss: cost, verdicts: [] },
    },
    legs: [
      { order: opening, costBound: cost, purse },
      { order: { ...missing, clientOrderId: orderId(tradeId, 'b', 2) }, costBound: NO_MONEY },
    ],
    cure: { ...missing, clientOrderId: orderId(tradeId, 'c', 3) },
  }
}

const marketOf = ({ kalshiMarket, forecastexMarket }: AdoptingPair, venue: Venue): MarketId =>
  venue === 'kalshi' ? kalshiMarket : forecastexMarket

/** What was adopted waits for nobody's books: it is held until an operator orders something that can be done now within his budget. */
export const orHold = ({ chosen, over, budgetLeft }: CureChoice, heldCost: Money): CureChoice =>
  chosen.way === 'wait' || chosen.way === 'hold'
    ? { chosen: { way: 'hold', loss: heldCost }, over, budgetLeft }
    : { chosen, over, budgetLeft }
