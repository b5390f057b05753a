import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { configDirOf, environment } from '../../../config/environment'
import { assertNever } from '../../../core/assert'
import { oneOf } from '../../../core/choice'
import { backtestReport } from '../../../core/report/backtest/findings'
import { backtestJson } from '../../../core/report/backtest/json'
import type { BacktestResult } from '../../../core/report/backtest/result'
import { money } from '../../../core/units'
import { csvOf } from '../../../operator/reports/render/csv'
import { htmlOf } from '../../../operator/reports/render/html'
import { jsonOf } from '../../../operator/reports/render/json'
import type { Log } from '../../../ports/log'
import { PESSIMISTIC } from '../../../core/trade/fill-model'
import { DEFAULT_WAITS, type BacktestRequest, type Source } from '../../../wiring/backtests/request'
import { runBacktest } from '../../../wiring/backtests/run'
import { gridOf, sweep, type Axis, type SweepRun } from '../../../wiring/backtests/sweep'
import { varied, wholeOf } from '../../../wiring/backtests/vary'
import type { BacktestOptions } from '../../replay'
import { print, printJson } from '../../render'
import { textOf } from '../report/text'
import { Progress } from './progress'
import { sweepCsv, sweepJson, sweepText } from './sweep-text'

const FORMATS = ['text', 'json', 'csv', 'html'] as const
type Format = (typeof FORMATS)[number]
/** A name for the run when nobody gives one. */
const SEED = 'crossbook'

/** Of one kind of warning: a thousand trades may say the same. */
const WARNINGS_MAX = 5

/** For a person who waits: sentences, not JSON lines; the first of each kind, and how many more there were. */
class Warnings {
  readonly #counts = new Map<string, number>()
  readonly log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields, message) => this.#say(fields, message),
    error: (fields, message) => this.#say(fields, message),
  }

  end(): void {
    for (const [message, count] of this.#counts)
      if (count > WARNINGS_MAX) process.stderr.write(`crossbook: ${message}: ${count - WARNINGS_MAX} more of it\n`)
  }

  #say(fields: object, message: string): void {
    const count = (this.#counts.get(message) ?? 0) + 1
    this.#counts.set(message, count)
    if (count <= WARNINGS_MAX) process.stderr.write(`crossbook: ${message} ${JSON.stringify(fields)}\n`)
  }
}

/**
 * Trades over what was recorded. @returns 1 when the ledger of a run does not tie out, 0 otherwise.
 * @throws RangeError, ConfigurationError for what cannot be used.
 */
export async function backtest(options: BacktestOptions): Promise<number> {
  const request = requestOf(options)
  const format = options.format === undefined ? 'text' : oneOf('--format', FORMATS, options.format)
  const axes = options.sweep.map(axisOf)
  const aborted = new AbortController()
  const stop = (): void => aborted.abort(new RangeError('stopped'))
  process.once('SIGINT', stop)
  try {
    return axes.length > 0
      ? await sweepOf(gridOf(request, axes), axes, options, format, aborted.signal)
      : await runOf(request, options, format, aborted.signal)
  } finally {
    process.removeListener('SIGINT', stop)
  }
}

async function runOf(
  request: BacktestRequest,
  { json = false, out }: BacktestOptions,
  format: Format,
  signal: AbortSignal,
): Promise<number> {
  const progress = new Progress()
  const warnings = new Warnings()
  const result = await runBacktest(request, { log: warnings.log, onProgress: (frames, nowMs) => progress.tell(frames, nowMs), signal })
  progress.end()
  warnings.end()
  write(rendered(result, format, json), out)
  return complain(result) ? 1 : 0
}

function requestOf(options: BacktestOptions): BacktestRequest {
  money(options.cash)
  const request: BacktestRequest = {
    configDir: configDirOf(environment()),
    source: sourceOf(options),
    seed: SEED,
    limitsFile: options.limits ?? null,
    changes: [],
    cash: { kalshi: options.cash, forecastex: options.cash },
    assumptions: PESSIMISTIC,
    waits: DEFAULT_WAITS,
    fees: 'then',
    legOrder: null,
    edges: { profile: null, isGuarded: null, lineAgeMs: null },
  }
  return options.set.reduce((changed, text) => {
    const [key, value] = partsOf('--set', text)
    return varied(changed, key, value)
  }, request)
}

function sourceOf({ from, recording, settlements, sequence, windows }: BacktestOptions): Source {
  if (recording === undefined)
    return {
      kind: 'captures',
      files: from,
      sequence: oneOf('--sequence', ['check', 'ignore'] as const, sequence),
      settlements: settlements ?? null,
    }
  const [folder, ...others] = from
  if (folder === undefined || others.length > 0)
    throw new RangeError('--recording takes one folder with --from: that of the recorded market data')
  if (settlements !== undefined) throw new RangeError('--settlements is of captures: a recording brings its own')
  return {
    kind: 'recording',
    name: recording,
    folder,
    quoteLifeMs: null,
    windows: windows === undefined ? null : wholeOf('--windows', windows),
  }
}

function partsOf(option: string, text: string): readonly [string, string] {
  const [, key, value] = /^([a-z_]+)=(.+)$/.exec(text) ?? []
  if (key === undefined || value === undefined) throw new RangeError(`${option} is written like max_daily_loss=50, not "${text}"`)
  return [key, value]
}
function axisOf(text: string): Axis {
  const [key, values] = partsOf('--sweep', text)
  return { key, values: values.split(',') }
}

function rendered(result: BacktestResult, format: Format, isShort: boolean): string {
  if (isShort) return `${JSON.stringify(backtestJson(result), null, 2)}\n`
  const report = backtestReport(result, Date.now())
  switch (format) {
    case 'text':
      return `${textOf(report)}\n`
    case 'json':
      return `${JSON.stringify({ ...backtestJson(result), report: jsonOf(report) }, null, 2)}\n`
    case 'csv':
      return csvOf(report)
    case 'html':
      return htmlOf(report)
    default:
      return assertNever(format)
  }
}

function write(text: string, out: string | undefined): void {
  if (out === undefined) process.stdout.write(text)
  else writeFileSync(out, text)
}

/** Whether something is wrong, which is said. */
function complain({ ledger }: BacktestResult): boolean {
  for (const violation of ledger.violations) process.stderr.write(`crossbook: does not tie out: ${violation}\n`)
  return ledger.violations.length > 0 || ledger.sumMicros !== 0
}

async function sweepOf(
  runs: readonly SweepRun[],
  axes: readonly Axis[],
  { threads, json, out }: BacktestOptions,
  format: Format,
  signal: AbortSignal,
): Promise<number> {
  if (format === 'html') throw new RangeError('a sweep is a table: --format text, json or csv')
  const lanes = threads === undefined ? Math.max(1, os.availableParallelism() - 1) : wholeOf('--threads', threads)
  const progress = new Progress()
  const results = await sweep(runs, lanes, {
    onProgress: (done, of, frames) => progress.runs(done, of, frames),
    onWarning: (text) => void process.stderr.write(`crossbook: ${text}\n`),
    signal,
  })
  progress.end()
  const rows = runs.flatMap(({ values }, at) => {
    const result = results[at]
    return result ? [{ values, result }] : []
  })
  const keys = axes.map(({ key }) => key)
  if (json) printJson(sweepJson(keys, rows))
  else if (format === 'text' && out === undefined) print(sweepText(keys, rows))
  else
    write(
      format === 'csv'
        ? sweepCsv(keys, rows)
        : format === 'json'
          ? `${JSON.stringify(sweepJson(keys, rows), null, 2)}\n`
          : `${sweepText(keys, rows)}\n`,
      out,
    )
  return results.map(complain).some(Boolean) ? 1 : 0
}
