import path from 'node:path'
import { readFile } from '../../config/files'
import { schedulesSchema } from '../../config/schema/schedules'
import { backfillSchedule } from '../../operator/schedules/backfill'
import { applySchedules, listSchedules, pauseSchedule, triggerSchedule, unpauseSchedule } from '../../operator/schedules/schedules'
import { systemClock } from '../../wiring/clock'
import { print, printJson, table } from '../render'
import { withConnections } from './session'

export async function list(json: boolean): Promise<void> {
  await withConnections(async ({ temporal }) => {
    const found = await listSchedules(await temporal())
    const at = (ms: number | null): string => (ms === null ? '–' : new Date(ms).toISOString())
    if (json) printJson(found)
    else
      print(
        table(
          ['schedule', 'state', 'failed in a row', 'last', 'next', 'what it does', 'note'],
          found.map((s) => [
            ...[s.id, s.paused ? 'paused' : 'active', String(s.failures), at(s.lastAt), at(s.nextAt), s.description],
            s.note === s.description ? '' : s.note,
          ]),
        ),
      )
  })
}

export async function apply(json: boolean): Promise<void> {
  await withConnections(async ({ temporal, config }) => {
    const ids = await applySchedules(await temporal(), readFile(path.join(config.configDir, 'schedules.yaml'), schedulesSchema))
    if (json) printJson(ids)
    else print(`applied: ${ids.join(', ')}`)
  })
}

export async function trigger(id: string): Promise<void> {
  await withConnections(async ({ temporal }) => triggerSchedule(await temporal(), id))
  print(`triggered ${id}`)
}

export async function pause(id: string, note: string): Promise<void> {
  await withConnections(async ({ temporal }) => pauseSchedule(await temporal(), id, note))
  print(`paused ${id}`)
}

export async function unpause(id: string, note: string): Promise<void> {
  await withConnections(async ({ temporal }) => unpauseSchedule(await temporal(), id, note, systemClock().nowMs()))
  print(`unpaused ${id}`)
}

/** @throws RangeError naming the time that is none, or what to say instead of a span that would run too often. */
export async function backfill(id: string, { from, to }: { readonly from: string; readonly to: string }): Promise<void> {
  const [fromMs, toMs] = [timeOf('--from', from), timeOf('--to', to)]
  await withConnections(async ({ temporal }) => backfillSchedule(await temporal(), id, fromMs, toMs))
  print(`${id} runs what it would have run from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`)
}

function timeOf(option: string, text: string): number {
  const ms = Date.parse(text)
  if (Number.isNaN(ms)) throw new RangeError(`${option} ${text} is no time: say it like 2026-11-22T09:30:00Z`)
  return ms
}
