import { ceilDiv, floorDiv, money, moneyOf, parseFixed, type Money, type Price, type Quantity } from '../../core/units'
import type { FeeType } from '../schema'

/** The venue's fee rule (market-math §2.1, §2.2), written for the simulator alone so that one misreading cannot agree with itself. */

/** What is charged on a series at a moment. `multiplier` in 1e-4. */
export interface FeeTerms {
  readonly type: FeeType
  readonly multiplier: number
}
export type BalancePrecision = 'direct' | 'non_direct'

/** Rates in 1e-4; maker orders pay only on the series that say so. `flat` has no published formula: the simulator charges nothing. */
const RATES: Readonly<Record<FeeType, { readonly taker: bigint; readonly maker: bigint }>> = {
  quadratic: { taker: 700n, maker: 0n },
  quadratic_with_maker_fees: { taker: 700n, maker: 175n },
  quadratic_with_combo_maker_fees: { taker: 700n, maker: 350n },
  flat: { taker: 0n, maker: 0n },
}
/** The grid of cash changes in 1e-6 USD: 1e-4 dollars for direct members, a cent for those cleared through a broker. */
const GRID: Readonly<Record<BalancePrecision, bigint>> = { direct: 100n, non_direct: 10_000n }
/** rate (1e-4) × multiplier (1e-4) × count (1e-2) × p (1e-4) × (1 − p) (1e-4), back to 1e-6 dollars. */
const SCALE = 1_000_000_000_000n

export const multiplierOf = (value: number): number => parseFixed(String(value), 4)

/** The fee before rounding to the balance grid, rounded up to 1e-6 dollars. */
export function tradeFee(terms: FeeTerms, isTaker: boolean, price: Price, quantity: Quantity): Money {
  const rate = isTaker ? RATES[terms.type].taker : RATES[terms.type].maker
  return moneyOf(ceilDiv(rate * BigInt(terms.multiplier) * BigInt(quantity) * BigInt(price) * BigInt(10_000 - price), SCALE))
}

export interface ChargedFee {
  /** What the fill reports as its fee. */
  readonly fee: Money
  /** The change of cash, on the account's grid. */
  readonly cashChange: Money
  readonly accumulator: Money
}

/** @param gross the change of cash without any fee. */
export function chargeFee(gross: Money, fee: Money, accumulator: Money, precision: BalancePrecision): ChargedFee {
  const grid = GRID[precision]
  const before = BigInt(gross) - BigInt(fee)
  const aligned = floorDiv(before, grid) * grid
  const rounding = before - aligned
  const gathered = BigInt(accumulator) + rounding
  const affordable = (BigInt(fee) + rounding) / grid
  const due = gathered / grid
  const rebate = grid * (due < affordable ? due : affordable)
  return {
    fee: moneyOf(BigInt(fee) + rounding - rebate),
    cashChange: moneyOf(aligned + rebate),
    accumulator: money(Number(gathered - rebate)),
  }
}
