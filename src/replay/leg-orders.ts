import { firstVenues, orderValue } from '../core/box/leg-order'
import type { LegOrderPolicy } from '../core/box/policy'
import type { Venue } from '../core/ids'
import type { OutcomeLabel } from '../core/trade/plan'
import type { Money } from '../core/units'
import { judged, runLegs, type LegRun } from './leg-steps'
import { legWorld, REGIMES, type LegWorld, type Regime } from './leg-worlds'

const POLICIES = ['kalshi-first', 'by-expected-value'] as const satisfies readonly LegOrderPolicy[]
/** µ$·ms in a dollar-second. */
const DOLLAR_SECOND = 1e9
/** A difference of means this many standard errors wide is no accident. */
const SIGNIFICANT = 2

/** What one policy made of the finds of a regime. Amounts in µ$, fractions of it where averaged. */
export interface PolicyFigures {
  readonly policy: LegOrderPolicy
  /** Whether only what E10 lets open was opened: a positive expected value in the policy's order. */
  readonly gated: boolean
  readonly opened: number
  readonly forecastexFirst: number
  /** Per find: what was not opened counts nothing. */
  readonly mean: number
  readonly standardError: number
  /** Of the opened trades; null: none. */
  readonly percentiles: { readonly p5: Money; readonly p50: Money; readonly p95: Money } | null
  /** Per opened trade. */
  readonly nakedDollarSeconds: number
  readonly labels: Readonly<Partial<Record<OutcomeLabel, number>>>
}
/** by-expected-value against kalshi-first, find by find. */
export interface LegComparison {
  readonly gated: boolean
  readonly difference: number
  readonly standardError: number
  /** Of the means; null where one of them is no gain. */
  readonly ratio: number | null
  readonly winner: LegOrderPolicy | null
}
export interface RegimeFigures {
  readonly regime: string
  readonly worlds: number
  /** Worlds whose box is worth anything at the displayed prices. */
  readonly finds: number
  readonly policies: readonly PolicyFigures[]
  readonly comparisons: readonly LegComparison[]
}

/** One find: what each order of the legs is worth by the priors, and what it came to. */
interface Find {
  readonly values: Readonly<Record<Venue, Money>>
  readonly runs: Readonly<Record<Venue, LegRun>>
}

/**
 * Runs the real saga over the same seeded worlds with either leg first, and says what the two policies made of them (ruling 10, market-math §4 and §7).
 * The priors that choose are the regime's own, ForecastEx's capped (E10).
 * @param worlds per regime, at least one.
 */
export async function compareLegOrders(
  seed: string,
  worlds: number,
  regimes: readonly Regime[] = REGIMES,
): Promise<readonly RegimeFigures[]> {
  const figures: RegimeFigures[] = []
  for (const regime of regimes) {
    const finds: Find[] = []
    for (let n = 0; n < worlds; n++) {
      const found = await find(legWorld(seed, regime, n))
      if (found) finds.push(found)
    }
    figures.push(figuresOf(regime.name, worlds, finds))
  }
  return figures
}

async function find(world: LegWorld): Promise<Find | null> {
  const { edge, unwindLoss } = judged(world)
  if (edge <= 0) return null
  const value = (first: Venue): Money => orderValue(first, edge, unwindLoss[first], world.regime.fill)
  return {
    values: { kalshi: value('kalshi'), forecastex: value('forecastex') },
    runs: { kalshi: await runLegs(world, 'kalshi'), forecastex: await runLegs(world, 'forecastex') },
  }
}

function figuresOf(regime: string, worlds: number, finds: readonly Find[]): RegimeFigures {
  const policies: PolicyFigures[] = []
  const comparisons: LegComparison[] = []
  for (const gated of [true, false]) {
    const [fixed, chosen] = POLICIES.map((policy) => policyFigures(policy, gated, finds))
    if (!fixed || !chosen) continue
    policies.push(fixed.figures, chosen.figures)
    const difference = spread(chosen.pnls.map((pnl, i) => pnl - (fixed.pnls[i] ?? 0)))
    const { mean: a } = fixed.figures
    const { mean: b } = chosen.figures
    comparisons.push({
      gated,
      difference: difference.mean,
      standardError: difference.error,
      ratio: a > 0 && b > 0 ? b / a : null,
      winner:
        Math.abs(difference.mean) <= SIGNIFICANT * difference.error
          ? null
          : difference.mean > 0
            ? chosen.figures.policy
            : fixed.figures.policy,
    })
  }
  return { regime, worlds, finds: finds.length, policies, comparisons }
}

function policyFigures(
  policy: LegOrderPolicy,
  gated: boolean,
  finds: readonly Find[],
): { readonly figures: PolicyFigures; readonly pnls: readonly number[] } {
  const taken = finds.map(({ values, runs }) => {
    const first = firstVenues(policy).reduce((best, venue) => (values[venue] > values[best] ? venue : best), 'kalshi')
    return gated && values[first] <= 0 ? null : { first, ...runs[first] }
  })
  const opened = taken.filter((each) => each !== null)
  const labels: Partial<Record<OutcomeLabel, number>> = {}
  for (const { result } of opened) labels[result.label] = (labels[result.label] ?? 0) + 1
  const pnls = taken.map((each) => each?.pnl ?? 0)
  const { mean, error } = spread(pnls)
  return {
    pnls,
    figures: {
      policy,
      gated,
      opened: opened.length,
      forecastexFirst: opened.filter(({ first }) => first === 'forecastex').length,
      mean,
      standardError: error,
      percentiles: percentilesOf(opened.map(({ pnl }) => pnl)),
      nakedDollarSeconds: spread(opened.map(({ nakedMicrosMs }) => nakedMicrosMs / DOLLAR_SECOND)).mean,
      labels,
    },
  }
}

/** Mean and its standard error; 0 of nothing. */
function spread(values: readonly number[]): { readonly mean: number; readonly error: number } {
  if (values.length === 0) return { mean: 0, error: 0 }
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: values.length > 1 ? Math.sqrt(squares / (values.length - 1) / values.length) : 0 }
}

function percentilesOf(values: readonly Money[]): PolicyFigures['percentiles'] {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number): Money | undefined => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  const [p5, p50, p95] = [at(0.05), at(0.5), at(0.95)]
  return p5 === undefined || p50 === undefined || p95 === undefined ? null : { p5, p50, p95 }
}
