import { writeFileSync } from 'node:fs'
import { readProfilesFile } from '../../../config/profiles'
import { assertNever } from '../../../core/assert'
import { oneOf } from '../../../core/choice'
import { REPORT_KINDS, type Report, type ReportKind } from '../../../core/report/document'
import { GROUPINGS } from '../../../core/report/pnl'
import { SHADOW_GROUPS } from '../../../core/report/shadows/compare'
import { parseSpan } from '../../../core/report/span'
import { CALIBRATION_GROUPS } from '../../../core/stats/calibration'
import { readClaims } from '../../../operator/calibration/claims'
import { createRecordReader, recordAsker } from '../../../operator/reports/record'
import { csvOf } from '../../../operator/reports/render/csv'
import { htmlOf } from '../../../operator/reports/render/html'
import { jsonOf } from '../../../operator/reports/render/json'
import { makeReport, type Sources, type Wish } from '../../../operator/reports/reports'
import type { ReportOptions } from '../../report'
import { withConnections } from '../session'
import { textOf } from './text'

const FORMATS = ['text', 'json', 'csv', 'html'] as const
type Format = (typeof FORMATS)[number]

/** @returns 1 when a sum does not tie out, 0 otherwise. @throws RangeError for options that say nothing. */
export async function report(kind: string, options: ReportOptions): Promise<number> {
  const format = oneOf('--format', FORMATS, options.format)
  const wish = { kind: oneOf('a report', REPORT_KINDS, kind), ...groupingsOf(kind, options.by) }
  return withConnections(async ({ database, config, clock }) => {
    const nowMs = clock.nowMs()
    const span = parseSpan(options, nowMs, kind === 'session' ? 'day' : 'all')
    const questdb = config.endpoints.questdb?.httpUrl ?? null
    const withBooks = wish.calibratedBy === 'book'
    const claims: Sources['claims'] = (of) =>
      readClaims({ database, ask: recordAsker(questdb), settings: readProfilesFile(config.configDir), mode: config.mode, withBooks }, of)
    const { preset, model } = config.venues.paper
    const sources = { database, record: createRecordReader(questdb), claims, assumed: { preset, way: model.way } }
    const made = await makeReport(sources, { ...wish, span }, nowMs)
    const text = rendered(made, format)
    if (options.out === undefined) process.stdout.write(text)
    else writeFileSync(options.out, text)
    if (format === 'csv') for (const note of made.notes) process.stderr.write(`crossbook: ${note}\n`) // a CSV has no place for them
    for (const violation of made.violations) process.stderr.write(`crossbook: does not tie out: ${violation}\n`)
    return made.violations.length === 0 ? 0 : 1
  })
}

function groupingsOf(kind: string, by: string | undefined): Pick<Wish, 'by' | 'calibratedBy' | 'comparedBy'> {
  const groups = { by: 'trade', calibratedBy: 'profile', comparedBy: 'venue' } as const
  if (kind === ('calibration' satisfies ReportKind)) return { ...groups, calibratedBy: oneOf('--by', CALIBRATION_GROUPS, by ?? 'profile') }
  if (kind === ('paper-live' satisfies ReportKind)) return { ...groups, comparedBy: oneOf('--by', SHADOW_GROUPS, by ?? 'venue') }
  if (by !== undefined && kind !== ('pnl' satisfies ReportKind))
    throw new RangeError(`--by is of the reports pnl, calibration and paper-live; report ${kind} has no groups`)
  return { ...groups, by: oneOf('--by', GROUPINGS, by ?? 'trade') }
}

function rendered(made: Report, format: Format): string {
  switch (format) {
    case 'text':
      return `${textOf(made)}\n`
    case 'json':
      return `${JSON.stringify(jsonOf(made), null, 2)}\n`
    case 'csv':
      return csvOf(made)
    case 'html':
      return htmlOf(made)
    default:
      return assertNever(format)
  }
}
