import { DAYS_PER_YEAR } from '../stats/returns'
import type { Venue } from '../ids'
import { floorMulDiv, type Millis, type Money } from '../units'

const DAY_MS = 86_400_000
const TEN_THOUSANDTHS = 10_000

/** Whole days until both legs' payouts are cash, at least one (market-math §3.3); null: one of them is not told. */
export function lockedDays(payoutMs: Readonly<Record<Venue, Millis | null>>, nowMs: Millis): number | null {
  const { kalshi, forecastex } = payoutMs
  if (kalshi === null || forecastex === null) return null
  return Math.max(1, Math.ceil((Math.max(kalshi, forecastex) - nowMs) / DAY_MS))
}

/** Simple annual return on what both legs tie up, in 1e-4, rounded down: rank by this (market-math §3.3). */
export const annualReturn = (profit: Money, capital: Money, days: number): number =>
  floorMulDiv(profit, DAYS_PER_YEAR * TEN_THOUSANDTHS, capital * days)
