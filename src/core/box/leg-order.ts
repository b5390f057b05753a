import type { SubjectId, Venue } from '../ids'
import { exact, money, type Money } from '../units'
import type { BoxPolicy, LegOrderPolicy } from './policy'

/** Probabilities that decide about money are integers in 1e-4. */
const CERTAIN = 10_000
/** E10: until own fills say otherwise, a ForecastEx quote is believed to fill at most seven times in ten, whether it is asked first or second. */
export const FILL_PRIOR_MAX = 7_000

/**
 * What a find is worth when the leg at `first` is sent first: q1·(q2·e − (1 − q2)·H) for the whole quantity, rounded down twice (market-math §4, E10).
 * What the second quote loses while the first leg executes is in its prior: no decay of quotes is calibrated yet.
 * @param unwindLoss what getting out of the whole first leg loses, at that leg's venue.
 * @param fillPrior in 1e-4; ForecastEx's counts as {@link FILL_PRIOR_MAX} at most.
 * @throws RangeError beyond $900,000: no trade is so large, and numbers are not exact there.
 */
export function orderValue(first: Venue, edge: Money, unwindLoss: Money, fillPrior: BoxPolicy['fillPrior']): Money {
  const forecastex = Math.min(fillPrior.forecastex, FILL_PRIOR_MAX)
  const [opening, answering] = first === 'kalshi' ? [fillPrior.kalshi, forecastex] : [forecastex, fillPrior.kalshi]
  const onceOpen = Math.floor((exact(edge * answering) - exact(unwindLoss * (CERTAIN - answering))) / CERTAIN)
  return money(Math.floor(exact(onceOpen * opening) / CERTAIN))
}

/** What each order of the legs is worth, for the whole quantity. */
export type Worths = Readonly<Record<Venue, Money>>

/** Which leg is sent first. Equal worths: Kalshi (ruling 10). */
export const firstLeg = (policy: LegOrderPolicy, { kalshi, forecastex }: Worths): Venue =>
  policy === 'by-expected-value' && forecastex > kalshi ? 'forecastex' : 'kalshi'

const FIRST_VENUES: Readonly<Record<LegOrderPolicy, readonly Venue[]>> = {
  'kalshi-first': ['kalshi'],
  'by-expected-value': ['kalshi', 'forecastex'],
}
/** The venues whose leg may be sent first: each order has its own exit, and so its own size and value (E10). */
export const firstVenues = (policy: LegOrderPolicy): readonly Venue[] => FIRST_VENUES[policy]

/** The policy of one pair: its own entry, else its base's (a pair that is listed anew is `<base>.<suffix>`), else the one of all. */
export function legOrderOf({ legOrder, legOrderOf: single }: BoxPolicy, pair: SubjectId): LegOrderPolicy {
  const end = pair.lastIndexOf('.')
  return single[pair] ?? (end > 0 ? single[pair.slice(0, end)] : undefined) ?? legOrder
}
