import type { Episode } from './lane/episode'
import type { Violation } from './checkers/violation'

/** What one seed, or the end of a block, came to: what the state file keeps. */
export interface Entry {
  readonly seed: number
  readonly elapsedMs: number
  /** Of each fault, process and command, how often it was struck. */
  readonly struck: Readonly<Record<string, number>>
  /** Of each step of a trade, how often it was the moment of a strike. */
  readonly moments: Readonly<Record<string, number>>
  /** Strikes whose moment never came. */
  readonly missed: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly violations: readonly Violation[]
}

/** A block that was cut short: its seeds are run again with --resume, and its markets were not settled. */
export interface Unfinished {
  readonly first: number
  readonly last: number
  readonly runs: number
}

export interface ChaosReport {
  /** Every seed that was run, those of unfinished blocks too. */
  readonly runs: number
  readonly unfinished: readonly Unfinished[]
  readonly faultsInjected: number
  readonly missed: number
  readonly trades: number
  readonly faults: Readonly<Record<string, number>>
  readonly moments: Readonly<Record<string, number>>
  readonly outcomes: Readonly<Record<string, number>>
  readonly violations: readonly (Violation & { readonly seed: number })[]
}

export function entryOf({ seed, elapsedMs, struck, missed, outcomes, violations }: Episode): Entry {
  const faults = struck.filter(({ kind }) => kind !== 'others')
  const names = faults.map(({ kind, name }) => `${kind} ${name.split(':')[0]}`)
  return {
    ...{ seed, elapsedMs, missed, outcomes, violations },
    struck: tally(names),
    moments: tally(faults.map(({ at }) => (/^\d/.test(at) ? 'at random' : (at.split(' ')[0] ?? at)))),
  }
}

export function reportOf(entries: readonly Entry[], unfinished: readonly Unfinished[] = []): ChaosReport {
  const faults = sum(entries.map(({ struck }) => struck))
  const outcomes = sum(entries.map((entry) => entry.outcomes))
  return {
    runs: entries.length,
    unfinished,
    faultsInjected: total(faults),
    missed: entries.reduce((n, { missed }) => n + missed, 0),
    trades: total(outcomes),
    faults,
    moments: sum(entries.map(({ moments }) => moments)),
    outcomes,
    violations: entries.flatMap(({ seed, violations }) => violations.map((violation) => ({ seed, ...violation }))),
  }
}

/** For a person. */
export function reportText(report: ChaosReport): string {
  const { runs, unfinished, faultsInjected, missed, trades, violations } = report
  const table = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, n]) => `  ${String(n).padStart(5)}  ${name}`)
      .join('\n')
  return [
    `${runs} seeds, ${trades} trades, ${faultsInjected} faults injected (${missed} never had their moment), ${violations.length} violations`,
    ...unfinished.map(
      ({ first, last, runs: n }) => `block ${first}..${last} did not finish: ${n} of its seeds were run, its markets were not settled`,
    ),
    ...[`faults:\n${table(report.faults)}`, `moments:\n${table(report.moments)}`, `outcomes:\n${table(report.outcomes)}`],
    ...violations.map(({ seed, invariant, detail }) => `seed ${seed}: ${invariant}: ${detail}`),
  ].join('\n')
}

function tally(names: readonly string[]): Readonly<Record<string, number>> {
  return sum(names.map((name) => ({ [name]: 1 })))
}
function sum(counts: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const all: Record<string, number> = {}
  for (const each of counts) for (const [name, n] of Object.entries(each)) all[name] = (all[name] ?? 0) + n
  return all
}
const total = (of: Readonly<Record<string, number>>): number => Object.values(of).reduce((a, b) => a + b, 0)
