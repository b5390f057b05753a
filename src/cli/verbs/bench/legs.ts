import { ConfigurationError } from '../../../config/environment'
import { compareLegOrders, type LegComparison, type PolicyFigures, type RegimeFigures } from '../../../replay/leg-orders'
import { formatFixed } from '../../../core/units'
import { print, printJson, table } from '../../render'

/** More would take hours, and say nothing more: the standard error is known. */
const WORLDS_MAX = 1_000_000

export interface LegsOptions {
  readonly worlds: string
  readonly seed: string
  readonly json?: boolean
}

/** Compares the two leg orders on seeded worlds. */
export async function legs({ worlds, seed, json }: LegsOptions): Promise<void> {
  const count = /^\d{1,7}$/.test(worlds) ? Number.parseInt(worlds, 10) : 0
  if (count < 1 || count > WORLDS_MAX) throw new ConfigurationError(`--worlds ${worlds}: give a number from 1 to ${WORLDS_MAX}`)
  const regimes = await compareLegOrders(seed, count)
  if (json) printJson({ seed, worlds: count, regimes })
  else for (const regime of regimes) show(regime)
}

const HEADINGS = [
  'policy',
  'gate',
  'opened',
  'FX first',
  'mean',
  '±',
  'p5',
  'p50',
  'p95',
  'naked $·s',
  'locked',
  'unwound',
  'held',
  'missed',
]

function show({ regime, worlds, finds, policies, comparisons }: RegimeFigures): void {
  print(`\n${regime}: ${finds} finds in ${worlds} worlds; P&L per find, percentiles and naked dollar-seconds per opened trade`)
  print(table(HEADINGS, policies.map(row), [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]))
  for (const comparison of comparisons) print(verdict(comparison))
}

/** Dollars to a hundredth of a cent. */
const dollars = (micros: number): string => `${micros < 0 ? '−' : ''}$${formatFixed(Math.abs(Math.round(micros / 100)), 4)}`

function row({
  policy,
  gated,
  opened,
  forecastexFirst,
  mean,
  standardError,
  percentiles,
  nakedDollarSeconds,
  labels,
}: PolicyFigures): string[] {
  const share = (...names: (keyof typeof labels)[]): string => {
    const count = names.reduce((sum, name) => sum + (labels[name] ?? 0), 0)
    return opened === 0 ? '–' : `${((100 * count) / opened).toFixed(1)} %`
  }
  const at = (value: 'p5' | 'p50' | 'p95'): string => (percentiles ? dollars(percentiles[value]) : '–')
  return [
    policy,
    gated ? 'E10' : 'off',
    String(opened),
    String(forecastexFirst),
    dollars(mean),
    dollars(standardError),
    at('p5'),
    at('p50'),
    at('p95'),
    opened === 0 ? '–' : nakedDollarSeconds.toFixed(2),
    share('locked', 'partly-locked'),
    share('unwound'),
    share('held'),
    share('missed', 'refused'),
  ]
}

function verdict({ gated, difference, standardError, ratio, winner }: LegComparison): string {
  const sides = `by-expected-value less kalshi-first ${dollars(difference)} ± ${dollars(standardError)} per find`
  const times = ratio === null ? '' : `, ${ratio.toFixed(2)} times as much`
  return `${gated ? 'with' : 'without'} the E10 gate: ${sides}${times}; ${winner === null ? 'no winner' : `${winner} wins`}`
}
