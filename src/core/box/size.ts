import type { Level } from '../market/event'
import { forecastexCost } from '../market/fees-forecastex'
import { kalshiCostUpperBound, kalshiOrderFees, NEWEST_ROUNDING } from '../market/fees-kalshi'
import { money, NO_MONEY, ONE_CONTRACT, wholeContracts, type Money, type Price, type Quantity } from '../units'
import { isWorth, type Marginal } from './marginal'
import { DOLLAR, payoffOf } from './payoff'
import { worstCaseProfit } from './worst-case'

/** Asks of the two outcomes that make the box, best first, and what bounds its size. What is absent or null does not bound it. */
export interface SizingInput extends Marginal {
  readonly kalshiAsks: readonly Level[]
  readonly forecastexAsks: readonly Level[]
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
  /** All contracts at both limits. */
  readonly worstCaseProfit: Money
}
/** With one fill per level. */
export interface ExpectedBox extends SizedBox {
  readonly expectedKalshiDebit: Money
  readonly expectedProfit: Money
}

/** A ladder, walked in whole contracts, best first. */
class Steps {
  /** null: nothing is left. */
  price: Price | null = null
  left = 0
  readonly #levels: readonly Level[]
  #next = 0

  constructor(levels: readonly Level[]) {
    this.#levels = levels
    this.take(0)
  }

  take(quantity: number): void {
    this.left -= quantity
    while (this.left === 0) {
      const level = this.#levels[this.#next++]
      this.price = level?.price ?? null
      this.left = level ? wholeContracts(level.quantity) : Infinity
    }
  }
}

/** The greedy walk: optimal because margins only fall, and losses of leaving only rise (market-math §3.2). */
function walk(input: SizingInput, cap: number): number {
  const kalshi = new Steps(input.kalshiAsks)
  const forecastex = new Steps(input.forecastexAsks)
  const exit = new Steps(input.legRisk?.exit ?? [])
  let size = 0
  while (kalshi.price !== null && forecastex.price !== null && size < cap) {
    if (!isWorth({ kalshi: kalshi.price, forecastex: forecastex.price, exit: exit.price }, input)) break
    const step = Math.min(kalshi.left, forecastex.left, exit.left, cap - size)
    size += step
    kalshi.take(step)
    forecastex.take(step)
    exit.take(step)
  }
  return size
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

/** Whether a size may be, with the limits that buying it needs; only harder with size. */
export type Fits = (quantity: Quantity, kalshiLimit: Price, forecastexLimit: Price) => boolean

/**
 * How many boxes to buy: the largest profit within the caps, in whole contracts (market-math §3.2), as far as it fits. Within one step of the
 * account's balance grid of the integer optimum. A size whose limits would not earn their cost in every state is none: neither rounding nor
 * fragmentation nor a better price can then turn the box into a loss.
 */
export function sizeBox(input: SizingInput, fits: Fits): BoxSize {
  const depth = Math.min(wholeDepth(input.kalshiAsks), wholeDepth(input.forecastexAsks))
  const cap = wholeContracts(Math.min(depth, input.maxContracts ?? depth) as Quantity)
  if (depth > 0 && cap === 0) return { kind: 'nothing', because: 'below the minimum lot' }
  const walked = walk(input, cap) as Quantity
  if (walked === 0) return { kind: 'nothing', because: 'no margin' }
  const quantity = largestFitting(
    walked,
    (part) => part === 0 || fits(part, limitOf(input.kalshiAsks, part), limitOf(input.forecastexAsks, part)),
  )
  if (quantity < Math.max(input.minLot ?? ONE_CONTRACT, ONE_CONTRACT)) return { kind: 'nothing', because: 'below the minimum lot' }
  const sized = figures(input, quantity)
  if (sized.snapshotProfitLowerBound < (input.minProfit ?? NO_MONEY)) return { kind: 'nothing', because: 'below the minimum profit' }
  if (sized.worstCaseProfit < 0) return { kind: 'nothing', because: 'worst case below zero' }
  return sized
}

function figures(input: SizingInput, quantity: Quantity): SizedBox {
  const { kalshiFees, forecastexFeePerContract, payoff = DOLLAR } = input
  const kalshi = wholeTaken(input.kalshiAsks, quantity)
  const forecastex = wholeTaken(input.forecastexAsks, quantity)
  const kalshiLimit = limitOf(input.kalshiAsks, quantity)
  const forecastexLimit = limitOf(input.forecastexAsks, quantity)
  const pays = payoffOf(payoff, quantity)
  const cost = kalshiCostUpperBound(kalshi, kalshiFees)
  const otherCost = forecastexCost(forecastex, forecastexFeePerContract)
  const atLimit = kalshi.length === 1 ? cost : kalshiCostUpperBound([{ price: kalshiLimit, quantity }], kalshiFees)
  const otherAtLimit =
    forecastex.length === 1 ? otherCost : forecastexCost([{ price: forecastexLimit, quantity }], forecastexFeePerContract)
  return {
    kind: 'sized',
    quantity,
    kalshiLimit,
    forecastexLimit,
    kalshiCostUpperBound: cost,
    forecastexCost: otherCost,
    snapshotProfitLowerBound: money(pays - cost - otherCost),
    worstCaseProfit: worstCaseProfit(pays, atLimit, otherAtLimit),
  }
}

/** {@link sizeBox} within cash and capital at the displayed prices, with what one fill per level would cost. */
export function arbSize(input: SizingInput): Exclude<BoxSize, SizedBox> | ExpectedBox {
  const { kalshiFees, forecastexFeePerContract } = input
  const sized = sizeBox(input, (part) =>
    fitsCapital(
      input,
      kalshiCostUpperBound(wholeTaken(input.kalshiAsks, part), kalshiFees),
      forecastexCost(wholeTaken(input.forecastexAsks, part), forecastexFeePerContract),
    ),
  )
  if (sized.kind === 'nothing') return sized
  const fills = wholeTaken(input.kalshiAsks, sized.quantity).map((level) => ({ ...level, role: 'taker' as const }))
  const { rates, balanceGrid } = kalshiFees
  const charged = kalshiOrderFees({ action: 'buy', rates, balanceGrid, rounding: NEWEST_ROUNDING }, fills)
  const debit = -charged.reduce((sum, { balanceChange }) => sum + balanceChange, 0)
  const pays = payoffOf(input.payoff ?? DOLLAR, sized.quantity)
  return { ...sized, expectedKalshiDebit: money(debit), expectedProfit: money(pays - debit - sized.forecastexCost) }
}

/** The whole contracts of the levels: the common lot of a box is one contract (market-math §3.2). */
const wholeDepth = (levels: readonly Level[]): number => levels.reduce((sum, level) => sum + wholeContracts(level.quantity), 0)
/** The best `quantity` of a ladder in whole contracts. */
function wholeTaken(levels: readonly Level[], quantity: Quantity): Level[] {
  const part: Level[] = []
  let left: number = quantity
  for (const level of levels) {
    const size = Math.min(left, wholeContracts(level.quantity))
    if (size > 0) part.push({ price: level.price, quantity: size as Quantity })
    left -= size
    if (left === 0) break
  }
  return part
}
/** The dearest price that buying `quantity` of a ladder in whole contracts needs. */
function limitOf(levels: readonly Level[], quantity: Quantity): Price {
  let left: number = quantity
  for (const level of levels) {
    left -= wholeContracts(level.quantity)
    if (left <= 0) return level.price
  }
  throw new RangeError(`a ladder of ${quantity - left} (1e-2 contract) has no ${quantity}`)
}
