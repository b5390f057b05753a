import { exact, millis, money, ONE_CONTRACT, type Millis, type Money, type Quantity } from '../units'
import type { Level } from './event'

/** What one executed contract costs beside its price, and what a YES and a NO together are priced at (market-math §2.4, ruling 2). */
export interface ForecastexRegime {
  readonly effectiveFromMs: Millis
  readonly feePerContract: Money
  readonly pairPrice: Money
}
/** 2026-03-31T00:00Z: the earliest reading of the day, so that the dearer rule is never applied late. */
const EXPLICIT_FEE_FROM = millis(1_774_915_200_000)
/** Oldest first: the cent was inside the price (pairs at 1.01) until it became an explicit fee on each executed contract and side. */
export const FORECASTEX_REGIMES: readonly ForecastexRegime[] = [
  { effectiveFromMs: millis(0), feePerContract: money(0), pairPrice: money(1_010_000) },
  { effectiveFromMs: EXPLICIT_FEE_FROM, feePerContract: money(10_000), pairPrice: money(1_000_000) },
]

/** @throws RangeError when no regime covers the time: name the regime in the configuration. */
export function regimeAt(ms: Millis, regimes: readonly ForecastexRegime[] = FORECASTEX_REGIMES): ForecastexRegime {
  const regime = regimes.findLast(({ effectiveFromMs }) => effectiveFromMs <= ms)
  if (!regime) throw new RangeError(`no ForecastEx fee regime covers ${ms}: add one with effectiveFrom at or before it`)
  return regime
}

/** What the executed purchase of so many contracts is charged under a regime, whatever its price; nettings and settlements are free (ibkr-forecastex §5). */
export const forecastexFee = (contracts: Quantity, { feePerContract }: Pick<ForecastexRegime, 'feePerContract'>): Money =>
  feeOf(feePerContract, contracts)

/** The exact cash of buying these levels: the fee does not depend on the price, so no fragmentation costs more. */
export function forecastexCost(levels: readonly Level[], feePerContract: Money): Money {
  let cost = 0
  let quantity = 0
  for (const level of levels) {
    cost += level.price * level.quantity
    quantity += level.quantity
  }
  return money(cost + feeOf(feePerContract, quantity))
}

/** Rounded up to a µ$. Every decision asks for it: in plain numbers. @throws RangeError beyond 2^53. */
function feeOf(feePerContract: Money, quantity: number): Money {
  const hundredths = exact(feePerContract * quantity)
  const part = hundredths % ONE_CONTRACT
  return money((hundredths - part) / ONE_CONTRACT + (part > 0 ? 1 : 0))
}
