import type { Money } from '../units'

/** A second leg that may be priced worse than planned. Amounts per contract in µ$. */
export interface GiveUpInput {
  readonly edge: Money
  /** Getting out of the first leg. */
  readonly unwindLoss: Money
  /** Probability of a fill at the planned price, 0 ≤ q0 < 1. */
  readonly fillAtPlan: number
  /** θ: the concession that leaves 1 ÷ e of the misses. */
  readonly scale: Money
  readonly tick: Money
}
/** Fractions of a µ$: for research, never turned into an order. */
export interface GiveUp {
  /** x*: the best concession where prices have no grid. */
  readonly concession: number
  readonly ticks: number
  readonly expectedValue: number
  readonly fillProbability: number
}

/** Newton's steps to full precision from a start that is right to its logarithm: five suffice, more change nothing. */
const STEPS = 20

/** Lambert's W of e^L, the solution of w + ln w = L, for L ≥ 1: in logarithms nothing overflows. */
function lambertOfExp(logarithm: number): number {
  let w = logarithm - Math.log(logarithm)
  for (let step = 0; step < STEPS; step++) w -= ((w + Math.log(w) - logarithm) * w) / (w + 1)
  return w
}

/**
 * How much above its planned price a second leg should bid when a fill's probability is q(x) = 1 − (1 − q0)·e^(−x/θ): the x that maximises
 * q(x)(e − x) − (1 − q(x))H, in closed form and on the grid, where the smaller of equal ones is taken (market-math §4). Not part of any cure until
 * own fills calibrate q0 and θ (ruling 14).
 * @throws RangeError when an amount is negative, θ or the tick is not positive, or q0 is no probability below one.
 */
export function giveUp({ edge, unwindLoss, fillAtPlan, scale, tick }: GiveUpInput): GiveUp {
  const whole = edge + unwindLoss
  if (edge < 0 || unwindLoss < 0) throw new RangeError(`edge and unwind loss must not be negative: ${edge}, ${unwindLoss}`)
  if (scale <= 0 || tick <= 0) throw new RangeError(`scale and tick must be positive: ${scale}, ${tick}`)
  if (!(fillAtPlan >= 0 && fillAtPlan < 1))
    throw new RangeError(`the fill probability at the plan's price must be in [0, 1): ${fillAtPlan}`)
  const concession = whole + scale * (1 - lambertOfExp(whole / scale + 1 - Math.log(1 - fillAtPlan)))
  const fillAt = (x: number): number => 1 - (1 - fillAtPlan) * Math.exp(-x / scale)
  const valueAt = (x: number): number => fillAt(x) * (edge - x) - (1 - fillAt(x)) * unwindLoss
  let ticks = 0
  for (let n = 1; n * tick <= whole; n++) if (valueAt(n * tick) > valueAt(ticks * tick)) ticks = n
  return {
    concession: Math.min(Math.max(concession, 0), whole),
    ticks,
    expectedValue: valueAt(ticks * tick),
    fillProbability: fillAt(ticks * tick),
  }
}
