/** Per contract, in dollars; probabilities 0 to 1. Analytics: what decides a trade is {@link ../box/leg-order} in integers. */
export interface LegOdds {
  readonly edge: number
  /** Probability that an order at the displayed price fills now. */
  readonly fill: { readonly kalshi: number; readonly forecastex: number }
  /** Getting out of a leg at its own venue. */
  readonly unwindLoss: { readonly kalshi: number; readonly forecastex: number }
  /** Probability that the quote is still there after the other leg has executed. */
  readonly survival: { readonly kalshi: number; readonly forecastex: number }
}
export type LegOrder = 'kalshiFirst' | 'forecastexFirst' | 'parallel'
export interface LegValues extends Readonly<Record<LegOrder, number>> {
  /** The earlier one named of equal ones; null: no order is worth anything. */
  readonly best: LegOrder | null
}

/** Expected value of each order of the legs, decay of the second quote included, and of sending both at once (market-math §4). */
export function legValues({ edge, fill, unwindLoss, survival }: LegOdds): LegValues {
  const sequential = (q1: number, loss1: number, q2: number): number => q1 * (q2 * edge - (1 - q2) * loss1)
  const values: Readonly<Record<LegOrder, number>> = {
    kalshiFirst: sequential(fill.kalshi, unwindLoss.kalshi, fill.forecastex * survival.forecastex),
    forecastexFirst: sequential(fill.forecastex, unwindLoss.forecastex, fill.kalshi * survival.kalshi),
    parallel:
      fill.kalshi * fill.forecastex * edge -
      fill.kalshi * (1 - fill.forecastex) * unwindLoss.kalshi -
      fill.forecastex * (1 - fill.kalshi) * unwindLoss.forecastex,
  }
  let best: LegOrder | null = null
  for (const order of ['kalshiFirst', 'forecastexFirst', 'parallel'] as const)
    if (values[order] > (best === null ? 0 : values[best])) best = order
  return { ...values, best }
}
