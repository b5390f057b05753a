import { assertNever } from '../assert'
import type { VenueFees } from '../market/fees'
import { forecastexFee, regimeAt } from '../market/fees-forecastex'
import { kalshiOrderFees, NEWEST_ROUNDING } from '../market/fees-kalshi'
import type { Fill } from '../trade/order'
import { money, NO_MONEY, type Money } from '../units'

/** What the model says that an order's fills cost in fees; each one stands at the place of its fill. */
export interface FeeModel {
  readonly fees: readonly Money[]
  /** How far from that a fee may be without meaning anything: what the account's cash is a multiple of. */
  readonly grid: Money
}
/** A fee that is not what the model says, beyond the grid: the part that stands in suspense is `charged − modelled`. */
export interface FeeDifference {
  readonly key: string
  readonly charged: Money
  readonly modelled: Money
}

/** Per contract and known exactly: any difference is another rule than ours. */
const PER_CONTRACT_GRID = NO_MONEY

/**
 * The fees of one order's fills. Kalshi rounds by an accumulator over the order, so its fills count in the order in which they happened; all our
 * orders take (E15). Told only a part of an order, the model is off by less than a grid step for each fill. ForecastEx charges a fill by the regime
 * in force when it was executed, however late it is booked.
 * @throws RangeError when no regime covers a fill.
 */
export function modelFees(terms: VenueFees, fills: readonly Fill[]): FeeModel {
  switch (terms.venue) {
    case 'kalshi':
      return { fees: kalshiFeesOf(terms, fills), grid: terms.balanceGrid }
    case 'forecastex':
      return {
        fees: fills.map(({ quantity, atMs }) => forecastexFee(quantity, regimeAt(atMs, terms.regimes))),
        grid: PER_CONTRACT_GRID,
      }
    default:
      return assertNever(terms, 'venue')
  }
}

function kalshiFeesOf({ rates, balanceGrid }: Extract<VenueFees, { venue: 'kalshi' }>, fills: readonly Fill[]): readonly Money[] {
  const happened = fills.map((fill, place) => ({ fill, place })).sort((a, b) => a.fill.atMs - b.fill.atMs || a.place - b.place)
  const action = fills[0]?.action ?? 'buy'
  const charged = kalshiOrderFees(
    { action, rates, balanceGrid, rounding: NEWEST_ROUNDING },
    happened.map(({ fill }) => ({ price: fill.price, quantity: fill.quantity, role: 'taker' as const })),
  )
  const fees = fills.map(() => NO_MONEY)
  happened.forEach(({ place }, n) => (fees[place] = charged[n]?.netFee ?? NO_MONEY))
  return fees
}

/** What of a charged fee is unexplained (market-math §9, invariant 8): nothing within the grid, or without a model. */
export const suspendedFee = (charged: Money, modelled: Money | null, grid: Money): Money =>
  modelled !== null && Math.abs(charged - modelled) > grid ? money(charged - modelled) : NO_MONEY
