import type { Venue } from '../ids'
import { DAYS_PER_YEAR } from '../stats/returns'
import { ceilMulDiv, floorMulDiv, money, type Money } from '../units'
import type { BoxPolicy } from './policy'

type Carry = BoxPolicy['carry']

/** Rates are in 1e-6 a year. */
const RATE_YEAR = 1_000_000 * DAYS_PER_YEAR

/** What cash must earn while it is tied up at each venue, in 1e-6 of it. */
export type Hurdles = Readonly<Record<Venue, number>>
const NO_HURDLES: Hurdles = { kalshi: 0, forecastex: 0 }

/**
 * (r_opp − r_v) · T ÷ 365 for each venue, rounded up (market-math §3.2). Never below zero: interest is no reason to buy what loses.
 * @param days until the payouts are cash; null: not told. @returns null when a hurdle is asked for and the days are not told.
 */
export function capitalHurdles(carry: Carry, days: number | null): Hurdles | null {
  const short = (venue: Venue): number => Math.max(0, carry.opportunity - carry[venue])
  if (short('kalshi') === 0 && short('forecastex') === 0) return NO_HURDLES
  if (days === null) return null
  const hurdle = (venue: Venue): number => ceilMulDiv(short(venue), days, DAYS_PER_YEAR)
  return { kalshi: hurdle('kalshi'), forecastex: hurdle('forecastex') }
}

/** What is tied up: the premium that earns interest at each venue, and all cash that leaves. */
export interface TiedUp {
  readonly premium: Readonly<Record<Venue, Money>>
  readonly capital: Money
}
/** Profit with the interest of both venues, less what the cash would earn elsewhere meanwhile, rounded down (market-math §3.3). */
export function economicProfit(profit: Money, { premium, capital }: TiedUp, carry: Carry, days: number): Money {
  const interest = (venue: Venue): number => floorMulDiv(premium[venue], carry[venue] * days, RATE_YEAR)
  return money(profit + interest('kalshi') + interest('forecastex') - ceilMulDiv(capital, carry.opportunity * days, RATE_YEAR))
}
