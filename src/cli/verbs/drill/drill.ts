import type { DrillReport, DrillStep } from '../../../core/risk/drill'
import { drillKill, listDrills, readDrill, type DrillRecord } from '../../../operator/drills/drills'
import { print, printJson, table } from '../../render'
import { withConnections } from '../session'

/** Exit code 1 when it failed. */
export async function kill(json: boolean): Promise<number> {
  return withConnections(async ({ temporal, config }) => {
    const report = await drillKill(temporal, config.mode, config.operator)
    if (json) printJson(report)
    else print(drillText(report))
    return report.outcome === 'passed' ? 0 : 1
  })
}

export async function list(limitText: string, json: boolean): Promise<void> {
  if (!/^[1-9]\d{0,3}$/.test(limitText)) throw new RangeError(`--limit ${limitText} is not a number from 1 to 9999`)
  await withConnections(async ({ database }) => {
    const drills = await listDrills(database, Number(limitText))
    if (json) return printJson(drills)
    if (drills.length === 0) return print('no drill yet: crossbook drill kill')
    print(table(['drill', 'began', 'mode', 'by', 'outcome', ''], drills.map(rowOf)))
  })
}

const rowOf = ({ drillId, startedMs, mode, by, outcome, report }: DrillRecord): readonly string[] => [
  drillId,
  new Date(startedMs).toISOString(),
  mode,
  by.name,
  outcome ?? 'running',
  [...(report?.reasons ?? []), ...(report?.slow ?? [])].join('; '),
]

export async function show(id: string, json: boolean): Promise<void> {
  await withConnections(async ({ database }) => {
    const drill = await readDrill(database, id)
    if (!drill) throw new Error(`there is no drill ${id}: crossbook drill list shows them`)
    if (json) printJson(drill)
    else print(drill.report?.steps ? drillText(drill.report) : `drill ${id}: ${drill.report?.reasons.join('; ') ?? 'running'}`)
  })
}

/** A drill as a person reads it. */
export function drillText(report: DrillReport): string {
  const { drillId, outcome, mode, by, canaries, acknowledged, venues, proof, reasons, slow } = report
  const parts = [
    `drill ${drillId} ${outcome} (mode ${mode}, by ${by.name}); ${haltText(report)}`,
    table(['step', 'took', ''], report.steps.map(stepRow), [1]),
    table(
      ['canary', 'market', 'outcome', 'state', ''],
      canaries.map(({ venue, canary, state, detail }) => [venue, canary?.market ?? '–', canary?.outcome ?? '–', state, detail]),
    ),
    ...(acknowledged.length === 0
      ? []
      : [
          table(
            ['the halt was known to', 'after'],
            acknowledged.map(({ who, afterMs }) => [who, afterMs === null ? 'never' : `${afterMs} ms`]),
            [1],
          ),
        ]),
    ...(venues.length === 0
      ? []
      : [
          table(
            ['venue', 'cancelled', 'still resting'],
            venues.map(({ venue, cancelled, resting, unread }) => [venue, String(cancelled), unread ?? (resting.join(', ') || 'nothing')]),
            [1],
          ),
        ]),
    ...(proof === null ? [] : [`openings after the acknowledgement: ${proof.openings ?? 'not counted'}`]),
    ...reasons.map((reason) => `FAILED: ${reason}`),
    ...slow.map((sentence) => `SLOW: ${sentence}`),
  ]
  return parts.join('\n\n')
}

const stepRow = ({ name, ms, error }: DrillStep): readonly string[] => [name, `${ms} ms`, error ?? '']

function haltText({ epoch, isResumed, kept, outcome }: DrillReport): string {
  if (isResumed) return `halted and resumed (epoch ${epoch})`
  if (kept !== null) return kept
  return outcome === 'failed' && epoch === null ? 'see below what is halted' : 'all stays halted'
}
