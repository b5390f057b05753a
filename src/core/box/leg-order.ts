import type { Venue } from '../ids'
import { floorDiv, moneyOf, type Money } from '../units'
import type { LegOrderPolicy } from './policy'

/** Probabilities that decide about money are integers in 1e-4. */
const CERTAIN = 10_000
/** E10: until own fills say otherwise, a ForecastEx quote is believed to fill at most seven times in ten. */
export const FILL_PRIOR_MAX = 7_000

/**
 * Expected value of Kalshi first, ForecastEx second (ruling 10): e·q − H·(1 − q) for the whole quantity, rounded down (market-math §3.5, E10).
 * @param fillPrior probability in 1e-4 that the second leg fills; more than {@link FILL_PRIOR_MAX} counts as that.
 */
export function expectedValue(edge: Money, unwindLoss: Money, fillPrior: number): Money {
  const filled = BigInt(Math.min(fillPrior, FILL_PRIOR_MAX))
  return moneyOf(floorDiv(BigInt(edge) * filled - BigInt(unwindLoss) * (BigInt(CERTAIN) - filled), BigInt(CERTAIN)))
}

/** What each order of the legs is worth, for the whole quantity. */
export type Worths = Readonly<Record<Venue, Money>>

/** Which leg is sent first. Equal worths: Kalshi (ruling 10). */
export const firstLeg = (policy: LegOrderPolicy, { kalshi, forecastex }: Worths): Venue =>
  policy === 'by-expected-value' && forecastex > kalshi ? 'forecastex' : 'kalshi'
