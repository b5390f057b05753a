import path from 'node:path'
import type { Client } from '@temporalio/client'
import { createSupervisionActivities } from '../../activities'
import { readFile } from '../../config/files'
import type { Config } from '../../config/load'
import { schedulesSchema } from '../../config/schema/schedules'
import { listSchedules, pauseSchedule } from '../../operator/schedules/schedules'
import type { Log } from '../../ports/log'
import type { ScheduleActivities } from '../../workflows/messages'

/** The supervision of schedules with the Temporal server behind it; what pauses one is the file's to say. */
export function createSupervision({ configDir }: Config, client: Client, log: Log): ScheduleActivities {
  const { schedules } = readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema)
  return createSupervisionActivities({
    schedules: (signal) => client.withAbortSignal(signal, () => listSchedules(client)),
    pausedAfter: new Map(schedules.map(({ id, pause_after_failures: most }) => [id, most ?? null])),
    pause: (id, note, signal) => client.withAbortSignal(signal, () => pauseSchedule(client, id, note)),
    log,
  })
}
