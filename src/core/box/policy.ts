import type { Venue } from '../ids'
import type { Money } from '../units'

/** `kalshi-first` is the default (ruling 10); `by-expected-value` sends first the leg whose order is worth more (market-math §4). */
export type LegOrderPolicy = 'kalshi-first' | 'by-expected-value'

/** How boxes are judged and sent: configuration, one for all pairs (config/venues.yaml, box). */
export interface BoxPolicy {
  readonly legOrder: LegOrderPolicy
  /** By the id of a pair or of its base. */
  readonly legOrderOf: Readonly<Record<string, LegOrderPolicy>>
  /** Probability in 1e-4 that an order at the displayed price fills; E10 counts at most 7_000 at ForecastEx. */
  readonly fillPrior: Readonly<Record<Venue, number>>
  /** Per contract: how far above the second leg's limit a cure may complete. */
  readonly completionAllowance: Money
  /** Profit of a whole trade, its lower bound. */
  readonly minProfit: Money
  /** Simple annual return on the capital until it is cash again, in 1e-4. */
  readonly minAnnualReturn: number
  /** What cash earns in a year, in 1e-6: credited while it is locked at a venue (0: nothing is guaranteed), and asked of it elsewhere. */
  readonly carry: Readonly<Record<Venue, number>> & { readonly opportunity: number }
  /** A find is traded when it was there for so long, or was confirmed by so many book changes, whichever comes first. 0 of both: at once. */
  readonly persistence: { readonly ms: number; readonly confirmations: number }
}
