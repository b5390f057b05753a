import type { Venue } from '../ids'
import type { Level } from '../market/event'
import { FEE_PART } from '../market/fees'
import type { KalshiBound } from '../market/fees-kalshi'
import { MICROS_PER_PRICE, NO_MONEY, ONE_DOLLAR, type Money, type Price } from '../units'
import { CERTAIN } from './leg-order'
import { DOLLAR } from './payoff'

/** What decides whether one more contract of both legs is worth buying. */
export interface Marginal {
  readonly kalshiFees: KalshiBound
  readonly forecastexFeePerContract: Money
  /** What one pair pays at least; a dollar when absent. */
  readonly payoff?: Money
  /** Capital hurdles in 1e-6 of the capital at each venue. */
  readonly kalshiHurdle?: number
  readonly forecastexHurdle?: number
  /** Levels whose margin per contract is lower are left alone. */
  readonly minMargin?: Money
  readonly legRisk?: LegRisk | null
}
/** That the second leg misses, so that a contract of the first is unwound: (1 − p) · margin − p · loss must be above zero (market-math §3.2). */
export interface LegRisk {
  readonly first: Venue
  /** Probability in 1e-4. */
  readonly failure: number
  /** Out of the first leg, best first: Kalshi's bids for its outcome, or ForecastEx's asks of the opposite one. */
  readonly exit: readonly Level[]
}

const HURDLE_ONE = 1_000_000

/** Up to these rates (fifty times the usual) and hurdles (a thousand times the capital) no product leaves the exact integers. */
const PLAIN_RATE_MAX = 350_000_000
const PLAIN_HURDLE_MAX = 1_000_000_000

/** Prices of the next contract of each leg, and at what the first one could leave; null: nowhere. */
export interface Next {
  readonly kalshi: Price
  readonly forecastex: Price
  readonly exit: Price | null
}
type Rounding = 'against us' | 'for us'

/**
 * Whether one more contract is worth its price, fees, slack, hurdles and the risk of its leg (market-math §3.2). Only fees are no whole µ$: when
 * the answer is the same with each of them rounded up and rounded down, it is the answer. Otherwise exact fractions decide.
 */
export function isWorth(next: Next, input: Marginal): boolean {
  const { kalshiFees, kalshiHurdle = 0, forecastexHurdle = 0 } = input
  if (kalshiFees.rates.taker > PLAIN_RATE_MAX || kalshiHurdle + forecastexHurdle > PLAIN_HURDLE_MAX) return isWorthExactly(next, input)
  const surely = isWorthRounded(next, input, 'against us')
  return surely === isWorthRounded(next, input, 'for us') ? surely : isWorthExactly(next, input)
}

function isWorthRounded({ kalshi, forecastex, exit }: Next, input: Marginal, rounding: Rounding): boolean {
  const { kalshiFees, forecastexFeePerContract, payoff = DOLLAR, minMargin = NO_MONEY, legRisk } = input
  const bought = MICROS_PER_PRICE * kalshi + kalshiFees.slackPerContract + feeOf(kalshi, kalshiFees, rounding)
  const other = MICROS_PER_PRICE * forecastex + forecastexFeePerContract
  const margin =
    payoff * HURDLE_ONE - bought * (HURDLE_ONE + (input.kalshiHurdle ?? 0)) - other * (HURDLE_ONE + (input.forecastexHurdle ?? 0))
  if (margin <= 0 || margin < minMargin * HURDLE_ONE) return false
  if (!legRisk) return true
  const held = legRisk.first === 'kalshi' ? bought : other
  const loss = Math.max(0, held - Math.max(0, exit === null ? 0 : leavingAt(exit, legRisk, input, rounding)))
  const earned = (rounding === 'for us' ? Math.ceil : Math.floor)(margin / HURDLE_ONE)
  return (CERTAIN - legRisk.failure) * earned > legRisk.failure * loss
}
/** The fee of one contract in whole µ$. A quotient of integers whose sum is below 2^53 is never rounded to a whole number that it is not. */
const feeOf = (price: Price, { rates }: KalshiBound, rounding: Rounding): number =>
  (rounding === 'against us' ? Math.ceil : Math.floor)((rates.taker * price * (ONE_DOLLAR - price)) / FEE_PART)
/** What one contract of the first leg brings back: the sale, or the dollar of a netted pair less its other half. */
const leavingAt = (exit: Price, { first }: LegRisk, { kalshiFees, forecastexFeePerContract }: Marginal, rounding: Rounding): number =>
  first === 'kalshi'
    ? MICROS_PER_PRICE * exit - kalshiFees.slackPerContract - feeOf(exit, kalshiFees, rounding)
    : DOLLAR - MICROS_PER_PRICE * exit - forecastexFeePerContract

/** The same in 1e-16 µ$, where every fee and hurdle is whole. */
export function isWorthExactly({ kalshi, forecastex, exit }: Next, input: Marginal): boolean {
  const { kalshiFees, forecastexFeePerContract, payoff = DOLLAR, minMargin = NO_MONEY, legRisk } = input
  const feeAt = (price: Price): bigint => BigInt(kalshiFees.rates.taker) * BigInt(price) * BigInt(ONE_DOLLAR - price)
  const part = BigInt(FEE_PART)
  const one = BigInt(HURDLE_ONE)
  const bought = BigInt(MICROS_PER_PRICE * kalshi + kalshiFees.slackPerContract) * part + feeAt(kalshi)
  const other = BigInt(MICROS_PER_PRICE * forecastex + forecastexFeePerContract) * part
  const charged = bought * (one + BigInt(input.kalshiHurdle ?? 0)) + other * (one + BigInt(input.forecastexHurdle ?? 0))
  const margin = BigInt(payoff) * part * one - charged
  if (margin <= 0n || margin < BigInt(minMargin) * part * one) return false
  if (!legRisk) return true
  const sale = (at: Price): bigint => BigInt(MICROS_PER_PRICE * at - kalshiFees.slackPerContract) * part - feeAt(at)
  const netting = (at: Price): bigint => BigInt(DOLLAR - MICROS_PER_PRICE * at - forecastexFeePerContract) * part
  const [held, back] = legRisk.first === 'kalshi' ? [bought, sale] : [other, netting]
  const loss = notBelowZero(held - notBelowZero(exit === null ? 0n : back(exit)))
  return BigInt(CERTAIN - legRisk.failure) * margin > BigInt(legRisk.failure) * loss * one
}
/** A crossed book is no income to plan with, and a way out that costs more than it brings is not taken. */
const notBelowZero = (value: bigint): bigint => (value < 0n ? 0n : value)
