import type { PlainBand } from '../house'
import type { PlainLevel } from '../books'
import { up } from '../digits'
import { FORECASTEX_FEE, forecastexCost, kalshiCost, kalshiProceeds, type PlainFees } from './fees'
import { totalOf, wholeOnly, type VenueName } from './sight'

const DOLLAR = 1_000_000n
/** The collar of orders at both venues. */
const DEAREST = 9_900
const PART = 10n ** 10n

export interface Ends {
  readonly quantity: number
  readonly first: VenueName
  readonly limits: Readonly<Record<VenueName, number>>
  readonly fees: PlainFees
  readonly payoff: number
  readonly ceiling: number
  readonly exit: readonly PlainLevel[]
  readonly completion: readonly PlainLevel[]
}
export interface PlainWorst {
  readonly first: number
  readonly second: number
  readonly unwindLoss: number
  readonly modelledLoss: number
  readonly limitLoss: number
  readonly maximumLoss: number
}

/** The highest price of the market at or below the limit and the allowance. @param isSentAsYes Kalshi's NO, whose grid is that of the YES price */
export function ceilingOf(limit: number, allowance: number, bands: readonly PlainBand[] | null, isSentAsYes: boolean): number {
  const most = Math.min(limit + Math.floor(allowance / 100), DEAREST)
  if (bands === null) return most
  for (let price = most; price > 0; price--) {
    const sent = isSentAsYes ? 10_000 - price : price
    if (bands.some(({ start, end, step }) => sent >= start && sent <= end && (sent - start) % step === 0)) return price
  }
  return limit
}

export const orderCost = (venue: VenueName, price: number, quantity: number, fees: PlainFees): bigint =>
  venue === 'kalshi' ? kalshiCost([{ price, quantity }], fees) : forecastexCost([{ price, quantity }])
const positive = (value: bigint): bigint => (value > 0n ? value : 0n)
const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/**
 * The dearest of the fills that a trade may end with (E10, E15): all of the first leg and nothing of the second; the same with the most dust that
 * fractions leave; the dust alone. Kalshi fills hundredths, ForecastEx whole contracts.
 */
export function worstOf(ends: Ends): PlainWorst {
  const { quantity, first, limits, fees } = ends
  const whole: readonly [number, number] = [quantity, 0]
  const dusty: readonly (readonly [number, number])[] = first === 'kalshi' ? [[quantity - 1, 0], [99, 0]] : [[quantity, 1], [100, 1]] // prettier-ignore
  const unwind = lossOf(ends, whole, cured(ends, quantity))
  let worst = whole
  let modelled = unwind
  let limit = lossOf(ends, whole, curedAtCeiling(ends, quantity))
  for (const vector of dusty) {
    const rest = vector[0] - vector[1]
    const loss = lossOf(ends, vector, cured(ends, rest))
    limit = larger(limit, lossOf(ends, vector, curedAtCeiling(ends, rest)))
    if (loss > modelled) [worst, modelled] = [vector, loss]
  }
  const premium = orderCost(first, limits[first], quantity, fees)
  return {
    first: worst[0],
    second: worst[1],
    unwindLoss: Number(positive(unwind)),
    modelledLoss: Number(positive(modelled)),
    limitLoss: Number(positive(limit)),
    maximumLoss: Number(larger(premium, positive(limit))),
  }
}

const secondOf = ({ first }: Ends): VenueName => (first === 'kalshi' ? 'forecastex' : 'kalshi')

function lossOf(ends: Ends, [q1, q2]: readonly [number, number], worth: bigint): bigint {
  const { first, limits, fees, payoff } = ends
  const second = secondOf(ends)
  const paid = orderCost(first, limits[first], q1, fees) + (q2 > 0 ? orderCost(second, limits[second], q2, fees) : 0n)
  return paid - (BigInt(payoff) * BigInt(q2)) / 100n - worth
}

function curedAtCeiling(ends: Ends, rest: number): bigint {
  const quantity = rest - (rest % 100)
  if (quantity === 0) return 0n
  return (BigInt(ends.payoff) * BigInt(quantity)) / 100n - orderCost(secondOf(ends), ends.ceiling, quantity, ends.fees)
}

/** One contract after the other leaves by the way that brings more; when neither brings anything it stays, as dust always does. */
function cured(ends: Ends, rest: number): bigint {
  const { first, limits, fees, payoff, ceiling } = ends
  const second = secondOf(ends)
  const exits = contracts(ends.exit, rest)
  const completions = contracts(
    ends.completion.filter(({ price }) => price > limits[second] && price <= ceiling),
    rest,
  )
  const fee = (price: number): bigint => up(fees.rate * BigInt(price) * BigInt(10_000 - price), PART)
  const cost = (venue: VenueName, price: number): bigint =>
    BigInt(price) * 100n + (venue === 'kalshi' ? fee(price) + fees.slack : FORECASTEX_FEE)
  const leaving = (price: number): bigint =>
    first === 'kalshi' ? BigInt(price) * 100n - fee(price) - fees.slack : DOLLAR - cost('forecastex', price)
  const completing = (price: number): bigint => BigInt(payoff) - cost(second, price)
  const left: PlainLevel[] = []
  const completed: PlainLevel[] = []
  let [i, j] = [0, 0]
  for (let contract = 100; contract <= rest; contract += 100) {
    const out = exits[i] === undefined ? 0n : leaving(exits[i] ?? 0)
    const on = completions[j] === undefined ? 0n : completing(completions[j] ?? 0)
    if (out <= 0n && on <= 0n) break
    if (on > out) completed.push({ price: completions[j++] ?? 0, quantity: 100 })
    else left.push({ price: exits[i++] ?? 0, quantity: 100 })
  }
  return gained(ends, left) + bought(second, completed, ends, payoff)
}

function gained(ends: Ends, left: readonly PlainLevel[]): bigint {
  if (ends.first === 'kalshi') return left.length === 0 ? 0n : positive(kalshiProceeds(left, ends.fees))
  return bought('forecastex', left, ends, Number(DOLLAR))
}
function bought(venue: VenueName, levels: readonly PlainLevel[], { fees }: Ends, payoff: number): bigint {
  if (levels.length === 0) return 0n
  const cost = venue === 'kalshi' ? kalshiCost(levels, fees) : forecastexCost(levels)
  return positive((BigInt(payoff) * BigInt(totalOf(levels))) / 100n - cost)
}

/** The price of each of the first contracts of a ladder. */
function contracts(levels: readonly PlainLevel[], atMost: number): readonly number[] {
  const prices: number[] = []
  for (const { price, quantity } of wholeOnly(levels))
    for (let contract = 0; contract < quantity && prices.length * 100 < atMost + 100; contract += 100) prices.push(price)
  return prices
}
