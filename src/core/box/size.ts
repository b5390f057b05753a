import type { Level } from '../market/event'
import { forecastexCost } from '../market/fees-forecastex'
import { kalshiCostUpperBound, kalshiOrderFees, NEWEST_ROUNDING, type KalshiBound } from '../market/fees-kalshi'
import { depthOf, taken, wholeLevels } from '../market/ladder'
import { money, NO_MONEY, notional, ONE_CONTRACT, ONE_DOLLAR, wholeContracts, type Money, type Price, type Quantity } from '../units'

/** Asks of the two outcomes that make the box, best first, and what bounds its size. What is absent or null does not bound it. */
export interface SizingInput {
  readonly kalshiAsks: readonly Level[]
  readonly forecastexAsks: readonly Level[]
  readonly kalshiFees: KalshiBound
  readonly forecastexFeePerContract: Money
  /** Capital hurdles in 1e-6 of the capital at each venue. */
  readonly kalshiHurdle?: number
  readonly forecastexHurdle?: number
  /** Levels whose margin per contract is lower are left alone. */
  readonly minMargin?: Money
  readonly maxContracts?: Quantity | null
  readonly kalshiCash?: Money | null
  readonly forecastexCash?: Money | null
  readonly maxCapital?: Money | null
  /** In contracts, like every quantity: {@link ONE_CONTRACT} when absent. */
  readonly minLot?: Quantity | null
  readonly minProfit?: Money | null
}

export type BoxSize =
  | {
      readonly kind: 'nothing'
      readonly because: 'no margin' | 'below the minimum lot' | 'below the minimum profit' | 'worst case below zero'
    }
  | SizedBox
export interface SizedBox {
  readonly kind: 'sized'
  readonly quantity: Quantity
  readonly kalshiLimit: Price
  readonly forecastexLimit: Price
  /** Of buying the displayed levels. */
  readonly kalshiCostUpperBound: Money
  readonly forecastexCost: Money
  readonly snapshotProfitLowerBound: Money
  /** One fill per level. */
  readonly expectedKalshiDebit: Money
  readonly expectedProfit: Money
  /** All contracts at both limits. */
  readonly worstCaseProfit: Money
}

/** Margins are exact fractions of a µ$ over this: the fee's scale (1e-10 for one contract) times the hurdles' (1e-6). */
const FEE_PART = 10n ** 10n
const HURDLE_ONE = 10n ** 6n
const PAYOFF = 10n ** 6n * FEE_PART * HURDLE_ONE
const MICROS_PER_PRICE = 100n

/** What one more contract earns at these prices, slack and hurdles charged, in 1e-16 µ$ (market-math §3.2). */
function margin(kalshi: Price, forecastex: Price, input: SizingInput): bigint {
  const { rates, slackPerContract } = input.kalshiFees
  const p = BigInt(kalshi)
  const bought = (p * MICROS_PER_PRICE + BigInt(slackPerContract)) * FEE_PART + BigInt(rates.taker) * p * (BigInt(ONE_DOLLAR) - p)
  const other = (BigInt(forecastex) * MICROS_PER_PRICE + BigInt(input.forecastexFeePerContract)) * FEE_PART
  return PAYOFF - bought * (HURDLE_ONE + BigInt(input.kalshiHurdle ?? 0)) - other * (HURDLE_ONE + BigInt(input.forecastexHurdle ?? 0))
}

/** The greedy walk: optimal because margins only fall (market-math §3.2). Levels are whole already. */
function walk(kalshi: readonly Level[], forecastex: readonly Level[], cap: Quantity, input: SizingInput): Quantity {
  const least = BigInt(input.minMargin ?? 0) * FEE_PART * HURDLE_ONE
  let size = 0
  let i = 0
  let j = 0
  let leftI: number = kalshi[0]?.quantity ?? 0
  let leftJ: number = forecastex[0]?.quantity ?? 0
  for (let k = kalshi[i], f = forecastex[j]; k && f && size < cap; k = kalshi[i], f = forecastex[j]) {
    const earned = margin(k.price, f.price, input)
    if (earned <= 0n || earned < least) break
    const step = Math.min(leftI, leftJ, cap - size)
    size += step
    leftI -= step
    leftJ -= step
    if (leftI === 0) leftI = kalshi[++i]?.quantity ?? 0
    if (leftJ === 0) leftJ = forecastex[++j]?.quantity ?? 0
  }
  return size as Quantity
}

/** The largest whole quantity up to `atMost` that fits, for a condition that only gets harder with size. */
export function largestFitting(atMost: Quantity, fits: (quantity: Quantity) => boolean): Quantity {
  if (fits(atMost)) return atMost // nearly always
  let low = 0
  let high = atMost / ONE_CONTRACT - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits((middle * ONE_CONTRACT) as Quantity)) low = middle
    else high = middle - 1
  }
  return (low * ONE_CONTRACT) as Quantity
}

/** Whether two costs fit the venues' cash and the trade's capital. */
export const fitsCapital = (
  input: Pick<SizingInput, 'kalshiCash' | 'forecastexCash' | 'maxCapital'>,
  kalshiCost: Money,
  otherCost: Money,
): boolean =>
  kalshiCost <= (input.kalshiCash ?? Infinity) &&
  otherCost <= (input.forecastexCash ?? Infinity) &&
  kalshiCost + otherCost <= (input.maxCapital ?? Infinity)

/**
 * How many boxes to buy: the largest profit for identical contracts within the caps, in whole contracts (market-math §3.2).
 * Within one step of the account's balance grid of the integer optimum. Pays: one dollar per pair.
 */
export function arbSize(input: SizingInput): BoxSize {
  const kalshi = wholeLevels(input.kalshiAsks)
  const forecastex = wholeLevels(input.forecastexAsks)
  const depth = Math.min(depthOf(kalshi), depthOf(forecastex))
  const cap = wholeContracts(Math.min(depth, input.maxContracts ?? depth) as Quantity)
  if (depth > 0 && cap === 0) return { kind: 'nothing', because: 'below the minimum lot' }
  const walked = walk(kalshi, forecastex, cap, input)
  if (walked === 0) return { kind: 'nothing', because: 'no margin' }
  const fits = (quantity: Quantity): boolean =>
    fitsCapital(
      input,
      kalshiCostUpperBound(taken(kalshi, quantity), input.kalshiFees),
      forecastexCost(taken(forecastex, quantity), input.forecastexFeePerContract),
    )
  const quantity = largestFitting(walked, fits)
  if (quantity < Math.max(input.minLot ?? ONE_CONTRACT, ONE_CONTRACT)) return { kind: 'nothing', because: 'below the minimum lot' }
  const sized = figures(taken(kalshi, quantity), taken(forecastex, quantity), quantity, input)
  if (sized.snapshotProfitLowerBound < (input.minProfit ?? NO_MONEY)) return { kind: 'nothing', because: 'below the minimum profit' }
  if (sized.worstCaseProfit < 0) return { kind: 'nothing', because: 'worst case below zero' }
  return sized
}

function figures(kalshi: readonly Level[], forecastex: readonly Level[], quantity: Quantity, input: SizingInput): SizedBox {
  const { kalshiFees, forecastexFeePerContract } = input
  const kalshiLimit = kalshi[kalshi.length - 1]?.price ?? ONE_DOLLAR
  const forecastexLimit = forecastex[forecastex.length - 1]?.price ?? ONE_DOLLAR
  const payoff = notional(ONE_DOLLAR, quantity)
  const costUpperBound = kalshiCostUpperBound(kalshi, kalshiFees)
  const otherCost = forecastexCost(forecastex, forecastexFeePerContract)
  const order = { action: 'buy', rates: kalshiFees.rates, balanceGrid: kalshiFees.balanceGrid, rounding: NEWEST_ROUNDING } as const
  const fills = kalshiOrderFees(
    order,
    kalshi.map((level) => ({ ...level, role: 'taker' as const })),
  )
  const debit = -fills.reduce((sum, { balanceChange }) => sum + balanceChange, 0)
  const worstKalshi = kalshiCostUpperBound([{ price: kalshiLimit, quantity }], kalshiFees)
  const worstOther = forecastexCost([{ price: forecastexLimit, quantity }], forecastexFeePerContract)
  return {
    kind: 'sized',
    quantity,
    kalshiLimit,
    forecastexLimit,
    kalshiCostUpperBound: costUpperBound,
    forecastexCost: otherCost,
    snapshotProfitLowerBound: money(payoff - costUpperBound - otherCost),
    expectedKalshiDebit: money(debit),
    expectedProfit: money(payoff - debit - otherCost),
    worstCaseProfit: money(payoff - worstKalshi - worstOther),
  }
}
