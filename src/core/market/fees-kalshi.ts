import {
  ceilDiv,
  floorDiv,
  millis,
  money,
  moneyOf,
  ONE_CONTRACT,
  ONE_DOLLAR,
  type Millis,
  type Money,
  type Price,
  type Quantity,
} from '../units'
import type { Level } from './event'

/** Coefficient × multiplier of each role, in 1e-8 (both factors are in 1e-4): 0.07 × 1 = 7_000_000. */
export interface KalshiRates {
  readonly taker: number
  readonly maker: number
}
/** rate · quantity · price · (1 − price) in µ$: the scales 1e-8, 1e-2, 1e-4, 1e-4 over 1e-6. */
const FEE_SCALE = 10n ** 12n
/** 0.07 in 1e-4. */
export const TAKER_COEFFICIENT = 700
/** 0.0175 in 1e-4: a quarter of the taker's. */
export const MAKER_COEFFICIENT = 175
/** 0.035 in 1e-4: half of the taker's. */
const COMBO_MAKER_COEFFICIENT = 350
/** One whole cent in µ$, and as a price. */
const CENT = 10_000n
const CENT_TICK = 100

/** What the account's cash is a multiple of (market-math §2.2): direct members 1e-4 USD, members cleared by another firm whole cents. */
export const DIRECT_GRID = money(100)
export const CLEARED_GRID = money(10_000)

/** How Kalshi rounds, which changed twice in 2026 (market-math §2.2). */
export interface KalshiRounding {
  readonly effectiveFromMs: Millis
  /** The trade fee is rounded up to this. */
  readonly feeUnit: Money
  /** Rebates come in steps of this; 'grid' = the account's own balance grid. */
  readonly rebateStep: Money | 'grid'
  /** Whether the accumulator must exceed a step (true) or reach it (false). */
  readonly strict: boolean
}
/** 2026-04-01T00:00Z. */
const APRIL_2026 = millis(1_775_001_600_000)
/** 2026-09-01T00:00Z. */
const SEPTEMBER_2026 = millis(1_788_220_800_000)
/** Newest last. The venue named the months only: each rule starts on the first day on which its text is known. */
export const KALSHI_ROUNDING: readonly [KalshiRounding, ...KalshiRounding[]] = [
  { effectiveFromMs: APRIL_2026, feeUnit: money(100), rebateStep: money(10_000), strict: true },
  { effectiveFromMs: SEPTEMBER_2026, feeUnit: money(1), rebateStep: 'grid', strict: false },
]
export const NEWEST_ROUNDING: KalshiRounding = KALSHI_ROUNDING[KALSHI_ROUNDING.length - 1] ?? KALSHI_ROUNDING[0]
/** @throws RangeError before April 2026, whose rule is not modelled. */
export function roundingAt(ms: Millis): KalshiRounding {
  const rule = KALSHI_ROUNDING.findLast(({ effectiveFromMs }) => effectiveFromMs <= ms)
  if (!rule) throw new RangeError(`no Kalshi rounding rule is known for ${ms}: start at ${KALSHI_ROUNDING[0].effectiveFromMs} or later`)
  return rule
}

/** The rates of a series record; null when the venue publishes no formula for this fee type ('flat', or one we do not know). */
export function kalshiRates(feeType: string, multiplier: number): KalshiRates | null {
  const maker = MAKER_BY_FEE_TYPE.get(feeType)
  if (maker === undefined || !Number.isSafeInteger(multiplier) || multiplier < 0) return null
  return { taker: TAKER_COEFFICIENT * multiplier, maker: maker * multiplier }
}
const MAKER_BY_FEE_TYPE: ReadonlyMap<string, number> = new Map([
  ['quadratic', 0],
  ['quadratic_with_maker_fees', MAKER_COEFFICIENT],
  ['quadratic_with_combo_maker_fees', COMBO_MAKER_COEFFICIENT],
])

const feeNumerator = (rate: number, price: Price, quantity: Quantity): bigint =>
  BigInt(rate) * BigInt(quantity) * BigInt(price) * BigInt(ONE_DOLLAR - price)

/** The fee of one fill: rate × C × P × (1 − P), rounded up (market-math §2.1). Symmetric in P and 1 − P. */
export function kalshiTradeFee(rate: number, price: Price, quantity: Quantity, feeUnit: Money = NEWEST_ROUNDING.feeUnit): Money {
  const unit = BigInt(feeUnit)
  return moneyOf(ceilDiv(feeNumerator(rate, price, quantity), FEE_SCALE * unit) * unit)
}

export interface RoleFill extends Level {
  readonly role: 'taker' | 'maker'
}
export interface KalshiFillFee {
  readonly tradeFee: Money
  readonly roundingFee: Money
  readonly rebate: Money
  readonly netFee: Money
  /** Of the account's cash: negative for a purchase. Always a multiple of the grid under the newest rule. */
  readonly balanceChange: Money
}
export interface KalshiOrder {
  readonly action: 'buy' | 'sell'
  readonly rates: KalshiRates
  readonly balanceGrid: Money
  readonly rounding: KalshiRounding
}

/** The fees of one order's fills in their order: the accumulator of roundings is per order (market-math §2.2). */
export function kalshiOrderFees(order: KalshiOrder, fills: readonly RoleFill[]): readonly KalshiFillFee[] {
  const grid = BigInt(order.balanceGrid)
  const step = order.rounding.rebateStep === 'grid' ? grid : BigInt(order.rounding.rebateStep)
  let accumulated = 0n
  return fills.map(({ price, quantity, role }) => {
    const value = BigInt(price) * BigInt(quantity)
    const trade = BigInt(kalshiTradeFee(order.rates[role], price, quantity, order.rounding.feeUnit))
    const before = (order.action === 'buy' ? -value : value) - trade
    const aligned = floorDiv(before, grid) * grid
    const rounding = before - aligned
    accumulated += rounding
    const due = order.rounding.strict && accumulated > 0n ? accumulated - 1n : accumulated
    const steps = min(due / step, (trade + rounding) / step) // the cap keeps every net fee at or above zero
    const rebate = steps * step
    accumulated -= rebate
    return {
      tradeFee: moneyOf(trade),
      roundingFee: moneyOf(rounding),
      rebate: moneyOf(rebate),
      netFee: moneyOf(trade + rounding - rebate),
      balanceChange: moneyOf(aligned + rebate),
    }
  })
}
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** How an account's cash and a market's fills decide what rounding can cost at most per contract. */
export interface KalshiFragmentation {
  readonly balanceGrid: Money
  readonly fractionalFills: boolean
  readonly subCentTicks: boolean
}
/** One µ$ per fill where every fill lies on the balance grid: at most 100 fills a contract with fractions, one without (market-math §2.5). */
export function slackPerContract({ balanceGrid, fractionalFills, subCentTicks }: KalshiFragmentation): Money {
  const fillsPerContract = fractionalFills ? ONE_CONTRACT : 1
  const smallestFill = (fractionalFills ? 1 : ONE_CONTRACT) * (subCentTicks ? 1 : CENT_TICK)
  const isAligned = smallestFill % balanceGrid === 0
  return money(fillsPerContract * (isAligned ? 1 : balanceGrid))
}

export interface KalshiBound {
  readonly rates: KalshiRates
  readonly balanceGrid: Money
  /** {@link slackPerContract}: 100 µ$ for a direct account on cent ticks. */
  readonly slackPerContract: Money
}

/** Quotients of integers up to this are told apart from the next integer by a 64-bit float, so that rounding them is exact. */
const EXACT_RATIO_MAX = 2 ** 50
/** A fee of one contract, in 1e-12 of a µ$ per hundredth, is split here: each part times a quantity stays exact. */
const FEE_SPLIT = 1_000_000

/** The value of these levels in µ$ and what is charged on them at most; null where plain numbers would not be exact. Each decision asks for several. */
function plainTotals(
  levels: readonly Level[],
  { rates, slackPerContract }: KalshiBound,
): { readonly value: number; readonly charges: number } | null {
  let value = 0
  let high = 0
  let low = 0
  let quantity = 0
  for (const level of levels) {
    const fee = rates.taker * level.price * (ONE_DOLLAR - level.price)
    if (fee > EXACT_RATIO_MAX) return null
    const part = Math.floor(fee / FEE_SPLIT)
    value += level.price * level.quantity
    high += part * level.quantity
    low += (fee - part * FEE_SPLIT) * level.quantity
    quantity += level.quantity
  }
  const carried = Math.floor(low / FEE_SPLIT)
  const slack = slackPerContract * quantity
  // no term is negative: had a sum on the way lost a digit, its end would be beyond the limit
  if (Math.max(value, high + carried, low, slack) > EXACT_RATIO_MAX) return null
  const whole = Math.floor((high + carried) / FEE_SPLIT)
  const isExact = whole * FEE_SPLIT === high + carried && carried * FEE_SPLIT === low
  return { value, charges: whole + (isExact ? 0 : 1) + Math.ceil(slack / ONE_CONTRACT) }
}

function totals(levels: readonly Level[], { rates, slackPerContract }: KalshiBound): { readonly value: bigint; readonly charges: bigint } {
  let value = 0n
  let fees = 0n
  let quantity = 0n
  for (const level of levels) {
    value += BigInt(level.price) * BigInt(level.quantity)
    fees += feeNumerator(rates.taker, level.price, level.quantity)
    quantity += BigInt(level.quantity)
  }
  return { value, charges: ceilDiv(fees, FEE_SCALE) + ceilDiv(BigInt(slackPerContract) * quantity, BigInt(ONE_CONTRACT)) }
}

/** No fragmentation of one taking order that buys these levels debits more (market-math §2.5). */
export function kalshiCostUpperBound(levels: readonly Level[], bound: KalshiBound): Money {
  const plain = plainTotals(levels, bound)
  if (plain) return money(Math.ceil((plain.value + plain.charges) / bound.balanceGrid) * bound.balanceGrid)
  const { value, charges } = totals(levels, bound)
  const grid = BigInt(bound.balanceGrid)
  return moneyOf(ceilDiv(value + charges, grid) * grid)
}
/** No fragmentation of one taking order that sells into these levels credits less. */
export function kalshiProceedsLowerBound(levels: readonly Level[], bound: KalshiBound): Money {
  const plain = plainTotals(levels, bound)
  if (plain) return money(Math.floor((plain.value - plain.charges) / bound.balanceGrid) * bound.balanceGrid)
  const { value, charges } = totals(levels, bound)
  const grid = BigInt(bound.balanceGrid)
  return moneyOf(floorDiv(value - charges, grid) * grid)
}

/** Model-free bound for whole contracts on cent ticks: the fee of one contract rounded up to a cent, for each. */
export function perContractCeilFee(takerRate: number, price: Price, quantity: Quantity): Money {
  const cents = ceilDiv(feeNumerator(takerRate, price, ONE_CONTRACT), FEE_SCALE * CENT)
  return moneyOf(ceilDiv(cents * CENT * BigInt(quantity), BigInt(ONE_CONTRACT)))
}
/** "7 % of the winning leg's profit": over-charges by 1/P. Kept to compare with, never to trade by (market-math §2.3). */
export const simplifiedProfitFee = (price: Price, quantity: Quantity): Money =>
  moneyOf(ceilDiv(BigInt(TAKER_COEFFICIENT) * BigInt(ONE_DOLLAR - price) * BigInt(quantity), BigInt(ONE_DOLLAR)))
