import type { PlainLevel } from '../books'
import { down, up } from '../digits'
import type { PlainBand } from '../house'

/** Coefficient of a taker in 1e-4 by fee type: all published formulas have the same; `flat` has none (market-math §2.1). */
const TAKER = 700n
const PRICED = ['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees']
/** 0.07 · M · C · P · (1 − P) with all four factors in their scales, over µ$. */
const FEE_SCALE = 10n ** 12n
/** Cash of a direct member moves in steps of 1e-4 dollars. */
const GRID = 100n
/** What rounding may cost a contract: fills may be as small as a hundredth of it (market-math §2.5). */
const ALIGNED_SLACK = 100n
const UNALIGNED_SLACK = 10_000n
const CENT = 100
/** Of each executed contract at ForecastEx. */
export const FORECASTEX_FEE = 10_000n

export interface PlainFees {
  /** Coefficient × multiplier, in 1e-8. */
  readonly rate: bigint
  readonly slack: bigint
}

/** null: the venue publishes no formula. */
export function plainFees(feeType: string, multiplier: number, bands: readonly PlainBand[]): PlainFees | null {
  if (!PRICED.includes(feeType) || !Number.isInteger(multiplier) || multiplier < 0) return null
  const isAligned = bands.every(({ step }) => step % CENT === 0)
  return { rate: TAKER * BigInt(multiplier), slack: isAligned ? ALIGNED_SLACK : UNALIGNED_SLACK }
}

function sums(levels: readonly PlainLevel[], { rate, slack }: PlainFees): { value: bigint; charges: bigint } {
  let value = 0n
  let fee = 0n
  let contracts = 0n
  for (const level of levels) {
    const p = BigInt(level.price)
    const q = BigInt(level.quantity)
    value += p * q
    fee += rate * q * p * (10_000n - p)
    contracts += q
  }
  return { value, charges: up(fee, FEE_SCALE) + up(slack * contracts, 100n) }
}

/** costUB (market-math §2.5), in µ$. */
export function kalshiCost(levels: readonly PlainLevel[], fees: PlainFees): bigint {
  const { value, charges } = sums(levels, fees)
  return up(value + charges, GRID) * GRID
}
/** proceedsLB. */
export function kalshiProceeds(levels: readonly PlainLevel[], fees: PlainFees): bigint {
  const { value, charges } = sums(levels, fees)
  return down(value - charges, GRID) * GRID
}
export function forecastexCost(levels: readonly PlainLevel[]): bigint {
  let cost = 0n
  for (const { price, quantity } of levels) cost += BigInt(price) * BigInt(quantity) + up(FORECASTEX_FEE * BigInt(quantity), 100n)
  return cost
}

/** What one contract leaves at these prices, in whole µ$, rounded down; fees that nobody can price are left out. */
export function marginOf(kalshi: number, forecastex: number, fees: PlainFees | null): number {
  const gross = 1_000_000n - BigInt(kalshi + forecastex) * 100n - FORECASTEX_FEE
  if (fees === null) return Number(gross)
  const p = BigInt(kalshi)
  return Number(gross - fees.slack - up(fees.rate * p * (10_000n - p), 10n ** 10n))
}
