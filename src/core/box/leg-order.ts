import type { SubjectId, Venue } from '../ids'
import { exact, money, type Money } from '../units'
import type { BoxPolicy, LegOrderPolicy } from './policy'

/** Probabilities that decide about money are integers in 1e-4. */
export const CERTAIN = 10_000
/** E10: until own fills say otherwise, a ForecastEx quote is believed to fill at most seven times in ten, whether it is asked first or second. */
export const FILL_PRIOR_MAX = 7_000

/** In 1e-4, that the first leg fills and that the second one does. */
export function priorsOf(
  first: Venue,
  { kalshi, forecastex }: BoxPolicy['fillPrior'],
): { readonly opening: number; readonly answering: number } {
  const counted = Math.min(forecastex, FILL_PRIOR_MAX)
  return first === 'kalshi' ? { opening: kalshi, answering: counted } : { opening: counted, answering: kalshi }
}

/**
 * What a find is worth when the leg at `first` is sent first: q1·(q2·e − (1 − q2)·H) for the whole quantity, rounded down twice (market-math §4, E10).
 * What the second quote loses while the first leg executes is in its prior: no decay of quotes is calibrated yet.
 * @param unwindLoss what getting out of the whole first leg loses, at that leg's venue.
 * @param fillPrior in 1e-4; ForecastEx's counts as {@link FILL_PRIOR_MAX} at most.
 * @throws RangeError beyond $900,000: no trade is so large, and numbers are not exact there.
 */
export function orderValue(first: Venue, edge: Money, unwindLoss: Money, fillPrior: BoxPolicy['fillPrior']): Money {
  const { opening, answering } = priorsOf(first, fillPrior)
  const onceOpen = Math.floor((exact(edge * answering) - exact(unwindLoss * (CERTAIN - answering))) / CERTAIN)
  return money(Math.floor(exact(onceOpen * opening) / CERTAIN))
}

const FIRST_VENUES: Readonly<Record<LegOrderPolicy, readonly Venue[]>> = {
  'kalshi-first': ['kalshi'],
  'by-expected-value': ['kalshi', 'forecastex'],
}
/** The venues whose leg may be sent first: each order has its own exit, and so its own size and value (E10). Of equal values the earlier one is taken (ruling 10). */
export const firstVenues = (policy: LegOrderPolicy): readonly Venue[] => FIRST_VENUES[policy]

/** The policy of one pair: its own entry, else its base's (a pair that is listed anew is `<base>.<suffix>`), else the one of all. */
export function legOrderOf({ legOrder, legOrderOf: single }: BoxPolicy, pair: SubjectId): LegOrderPolicy {
  if (isEmpty(single)) return legOrder // the usual case of what is asked with every margin: no text is cut
  const end = pair.lastIndexOf('.')
  return single[pair] ?? (end > 0 ? single[pair.slice(0, end)] : undefined) ?? legOrder
}
function isEmpty(entries: object): boolean {
  for (const _entry in entries) return false
  return true
}
