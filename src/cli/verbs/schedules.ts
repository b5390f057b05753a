import path from 'node:path'
import { readFile } from '../../config/files'
import { schedulesSchema } from '../../config/schema/schedules'
import { applySchedules, listSchedules, pauseSchedule, triggerSchedule } from '../../operator/schedules'
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
          ['schedule', 'state', 'last', 'next', 'note'],
          found.map((s) => [s.id, s.paused ? 'paused' : 'active', at(s.lastAt), at(s.nextAt), s.note]),
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

export async function pause(id: string, pauses: boolean, note: string): Promise<void> {
  await withConnections(async ({ temporal }) => pauseSchedule(await temporal(), id, pauses, note))
  print(`${pauses ? 'paused' : 'unpaused'} ${id}`)
}
