import { readNights, replayDecisions } from '../../../operator/why/replays'
import { judgedBy } from '../../../wiring/captures/terms'
import type { DayReplay } from '../../../workflows/messages'
import { print, printJson, table } from '../../render'
import { withConnections } from '../session'

/** Fewer digits of a digest tell two runs apart as well. */
const DIGITS = 16

/** Decides a day's trades again, from the captures alone. @returns 1 when one would be decided otherwise */
export function replayOneDay(day: string, json: boolean): Promise<number> {
  return withConnections(async ({ config: { configDir, dataDir, venues }, database }) => {
    const ended = new AbortController()
    process.once('SIGTERM', () => ended.abort())
    const onProgress = (frames: number): void => void (json || process.stderr.write(`crossbook: ${frames} frames\n`))
    const report = await replayDecisions(day, { dataDir, database, terms: judgedBy(configDir, venues) }, onProgress, ended.signal)
    if (json) printJson(report)
    else print(dayText(report))
    return report.same ? 0 : 1
  })
}

/** What the nights found, the newest first. */
export function nightly(json: boolean): Promise<number> {
  return withConnections(async ({ config }) => {
    const reports = await readNights(config.dataDir)
    if (json) printJson(reports)
    else print(reports.length === 0 ? 'no night was replayed yet: crossbook schedules trigger nightlyReplay' : nightsText(reports))
    return reports.every(({ same }) => same) ? 0 : 1
  })
}

export const nightsText = (reports: readonly DayReplay[]): string =>
  table(
    ['day', '', 'decisions', 'compared', 'differ', 'frames', 'files', 'recorded', 'replayed', 'took'],
    reports.map((r) => [
      ...[
        r.day,
        r.differing.length > 0 ? 'DIFFERS' : r.same ? 'the same' : 'NOT KNOWN',
        String(r.decisions),
        String(r.compared),
        String(r.differing.length),
        String(r.frames),
        String(r.files),
      ],
      ...[r.recordedSha256.slice(0, DIGITS), r.replayedSha256.slice(0, DIGITS), `${r.elapsedMs} ms`],
    ]),
    [2, 3, 4, 5, 6, 9],
  )

export const dayText = (report: DayReplay): string =>
  [
    nightsText([report]),
    ...report.differing.map(
      (d) => `${d.tradeId} (${d.pair}) was ${d.recorded.join(' ')}, and would be ${d.replayed?.join(' ') ?? 'nothing'}`,
    ),
    ...report.notCompared.map(({ tradeId, reason }) => `${tradeId} was not compared: ${reason}`),
    ...report.warnings,
  ].join('\n')
