/** How sure an interval is, in per cent, two-sided, and how many standard errors that is of a normal distribution. */
export const CONFIDENCES = [90, 95, 99] as const
export type ConfidencePercent = (typeof CONFIDENCES)[number]
const STANDARD_ERRORS: Readonly<Record<ConfidencePercent, number>> = { 90: 1.644853627, 95: 1.959963985, 99: 2.575829304 }

/** A mean and what it may be by chance. Fractions, to judge and to display: never turned into money. */
export interface Estimate {
  readonly mean: number
  /** Standard error; null: there is only one cluster, and nothing says how much chance is in it. */
  readonly error: number | null
  /** The interval; null as `error`. */
  readonly low: number | null
  readonly high: number | null
}
/** One observation, and what it is not independent of. */
export interface Observed {
  readonly cluster: string
  readonly value: number
}

/**
 * The mean with its cluster-robust standard error (Liang and Zeger, with G ÷ (G − 1)): observations of one cluster may depend on each other in any way, and
 * count as one draw. With a cluster each it is the ordinary standard error. null: nothing was observed.
 */
export function clusteredMean(observed: readonly Observed[], confidence: ConfidencePercent): Estimate | null {
  if (observed.length === 0) return null
  const mean = observed.reduce((sum, { value }) => sum + value, 0) / observed.length
  const residuals = new Map<string, number>()
  for (const { cluster, value } of observed) residuals.set(cluster, (residuals.get(cluster) ?? 0) + value - mean)
  const clusters = residuals.size
  if (clusters < 2) return { mean, error: null, low: null, high: null }
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual * residual, 0)
  const error = Math.sqrt((clusters / (clusters - 1)) * squares) / observed.length
  const margin = STANDARD_ERRORS[confidence] * error
  return { mean, error, low: mean - margin, high: mean + margin }
}

/**
 * Wilson's score interval of a share.
 * @param share 0 … 1: observed. @param trials how many independent ones it was observed in, at least one
 */
export function wilson(share: number, trials: number, confidence: ConfidencePercent): { readonly low: number; readonly high: number } {
  if (!(share >= 0 && share <= 1) || !(trials > 0)) throw new RangeError(`no share of trials: ${share} of ${trials}`)
  const z = STANDARD_ERRORS[confidence]
  const weight = (z * z) / trials
  const centre = (share + weight / 2) / (1 + weight)
  const margin = (z / (1 + weight)) * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))
  return { low: Math.max(0, centre - margin), high: Math.min(1, centre + margin) }
}
