import type { OrderIntent } from '../../../core/trade/order'
import type { VenueFill } from '../../evidence/evidence'
import type { FillRow, TradeRow } from '../../evidence/tables'
import { grouped, type Case } from '../case'

const ONE_CONTRACT = 100
const ONE_DOLLAR = 10_000

/** What became of the contracts that a trade's first leg bought (§5), in 1e-2. */
export interface Vector {
  readonly locked: number
  readonly flat: number
  readonly held: number
  readonly dust: number
}

/** A trade by its venues' word alone. */
export interface Executed extends Vector {
  readonly fills: readonly VenueFill[]
  /** What its plan has no place for: another market, or a direction that neither opens, completes nor leaves. */
  readonly astray: readonly VenueFill[]
}

/**
 * Bought at the second leg's place in the missing outcome: locked. Undone at the first leg's own place: flat (E21; of an edge a sale). What is left is
 * held; of a box less than one contract is dust (E15), of an edge what is not whole.
 */
export function executedOf({ tradeId, plan }: Pick<TradeRow, 'tradeId' | 'plan'>, { fillsOf }: Pick<Case, 'fillsOf'>): Executed {
  const fills = [...fillsOf].flatMap(([id, own]) => (id.startsWith(`cb-${tradeId}-`) ? own : []))
  const [opening, answering] = [plan.legs[0].order, plan.strategy === 'box' ? plan.legs[1].order : null]
  const isOpening = (fill: VenueFill): boolean => fill.clientOrderId === opening.clientOrderId && isAt(fill, opening, 1)
  const completes = (fill: VenueFill): boolean => answering !== null && isAt(fill, answering, 1)
  const leaves = (fill: VenueFill): boolean => isAt(fill, opening, -1)
  const [locked, flat] = [sumOf(fills.filter(completes)), sumOf(fills.filter(leaves))]
  const left = sumOf(fills.filter(isOpening)) - locked - flat
  const part = left % ONE_CONTRACT
  const dust = answering === null || left === part ? Math.max(0, part) : 0
  const astray = fills.filter((fill) => !isOpening(fill) && !completes(fill) && !leaves(fill))
  return { locked, flat, held: left - dust, dust, fills, astray }
}

const sumOf = (fills: readonly VenueFill[]): number => fills.reduce((sum, { quantity }) => sum + quantity, 0)

/** Whether an execution is at an order's place, in its direction (1) or against it (−1). */
const isAt = (fill: VenueFill, { venue, market, outcome, action }: OrderIntent, way: 1 | -1): boolean =>
  fill.venue === venue && fill.market === market && fill.sign === ((outcome === 'yes') === (action === 'buy') ? way : -way)

/**
 * Cash that came in less cash that went out, with a dollar for each netted pair. Buying NO at 1 − p is told as selling YES at p: what of it did not meet
 * YES of the same trade is a purchase. A fee that was never told counts as none.
 */
export function cashOf(fills: readonly VenueFill[]): number {
  let cash = 0
  for (const { fee } of fills) cash -= fee ?? 0
  for (const inMarket of grouped(fills, ({ venue, market }) => `${venue} ${market}`).values()) {
    const bought = inMarket.filter(({ sign }) => sign > 0)
    const sold = inMarket.filter(({ sign }) => sign < 0)
    for (const fill of inMarket) cash -= premiumOf(fill)
    cash += ONE_DOLLAR * Math.min(sumOf(bought), sumOf(sold))
  }
  return cash
}

/** What an execution pays for its outcome, without its fee. */
export const premiumOf = ({ sign, yesPrice, quantity }: VenueFill): number => (sign > 0 ? yesPrice : ONE_DOLLAR - yesPrice) * quantity

const DOLLAR_MICROS = 1_000_000

/** What so many locked contracts pay at least, in the worst state of the plan's certificate. */
export const payoffOf = ({ opportunity }: TradeRow['plan'], locked: number): number =>
  Math.floor(((opportunity.leastPayoff ?? DOLLAR_MICROS) * locked) / ONE_CONTRACT)

/** A booked fill in the venue's terms: what its money is, whatever it is called. */
export const bookedTerms = ({ outcome, action, price }: Pick<FillRow, 'outcome' | 'action' | 'price'>) => ({
  sign: (outcome === 'yes') === (action === 'buy') ? 1 : -1,
  yesPrice: outcome === 'yes' ? price : ONE_DOLLAR - price,
})
