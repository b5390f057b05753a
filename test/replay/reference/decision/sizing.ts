import type { BoxPolicy } from '../../../../src/core/box/policy'
import type { PlainLevel } from '../books'
import { up } from '../digits'
import { FORECASTEX_FEE, type PlainFees } from './fees'
import { totalOf, wholeOnly, type VenueName } from './sight'

const DAYS = 365n
const MILLION = 10n ** 6n
/** Fees of one contract are whole in 1e-10 µ$. */
const PART = 10n ** 10n

/** Of each leg, best first, and of the way out of the first one. */
export interface Ladders {
  readonly kalshi: readonly PlainLevel[]
  readonly forecastex: readonly PlainLevel[]
  readonly exit: readonly PlainLevel[]
}
export interface Terms {
  readonly fees: PlainFees
  readonly first: VenueName
  readonly payoff: number
  readonly minMargin: number
  readonly hurdles: Readonly<Record<VenueName, bigint>>
  /** Probability in 1e-4 that the second leg fills. */
  readonly answered: number
  readonly atMost: number
}

/** (r_opp − r_v) · T ÷ 365 in 1e-6 of the capital, rounded up (market-math §3.2); null: asked for, and the days are not known. */
export function hurdlesOf(carry: BoxPolicy['carry'], days: number | null): Readonly<Record<VenueName, bigint>> | null {
  const short = (venue: VenueName): bigint => BigInt(Math.max(0, carry.opportunity - carry[venue]))
  if (short('kalshi') === 0n && short('forecastex') === 0n) return { kalshi: 0n, forecastex: 0n }
  if (days === null) return null
  return { kalshi: up(short('kalshi') * BigInt(days), DAYS), forecastex: up(short('forecastex') * BigInt(days), DAYS) }
}

/** The price of each single contract of a ladder, in order. */
function pricesOf(levels: readonly PlainLevel[], atMost: number): readonly number[] {
  const prices: number[] = []
  for (const { price, quantity } of wholeOnly(levels))
    for (let contract = 0; contract < quantity && prices.length * 100 < atMost; contract += 100) prices.push(price)
  return prices
}

/** Contract by contract, as long as the next one is worth it (market-math §3.2). @returns hundredths of a contract */
export function walked(ladders: Ladders, terms: Terms): number {
  const cap = Math.min(totalOf(wholeOnly(ladders.kalshi)), totalOf(wholeOnly(ladders.forecastex)), terms.atMost)
  const [kalshi, forecastex, exit] = [ladders.kalshi, ladders.forecastex, ladders.exit].map((ladder) => pricesOf(ladder, cap))
  const answers = new Map<string, boolean>()
  let size = 0
  for (let i = 0; size < cap; i++, size += 100) {
    const key = `${kalshi?.[i]} ${forecastex?.[i]} ${exit?.[i]}`
    const known = answers.get(key) ?? isWorth(BigInt(kalshi?.[i] ?? 0), BigInt(forecastex?.[i] ?? 0), exit?.[i] ?? null, terms)
    answers.set(key, known)
    if (!known) break
  }
  return size
}

/** In 1e-16 µ$: (1 − p) · margin > p · what getting out of the first leg loses. */
function isWorth(kalshi: bigint, forecastex: bigint, exit: number | null, terms: Terms): boolean {
  const { fees, first, payoff, minMargin, hurdles, answered } = terms
  const fee = (price: bigint): bigint => fees.rate * price * (10_000n - price)
  const paid = (kalshi * 100n + fees.slack) * PART + fee(kalshi)
  const other = (forecastex * 100n + FORECASTEX_FEE) * PART
  const margin = BigInt(payoff) * PART * MILLION - paid * (MILLION + hurdles.kalshi) - other * (MILLION + hurdles.forecastex)
  if (margin <= 0n || margin < BigInt(minMargin) * PART * MILLION) return false
  let back = 0n
  if (exit !== null) {
    const at = BigInt(exit)
    back = first === 'kalshi' ? (at * 100n - fees.slack) * PART - fee(at) : (1_000_000n - at * 100n - FORECASTEX_FEE) * PART
  }
  if (back < 0n) back = 0n
  const held = first === 'kalshi' ? paid : other
  const loss = held > back ? held - back : 0n
  return BigInt(answered) * margin > BigInt(10_000 - answered) * loss * MILLION
}
