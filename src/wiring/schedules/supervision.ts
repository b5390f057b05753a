import { setMaxListeners } from 'node:events'
import path from 'node:path'
import type { Client } from '@temporalio/client'
import { createSupervisionActivities } from '../../activities'
import { readFile } from '../../config/files'
import type { Config } from '../../config/load'
import { schedulesSchema } from '../../config/schema/schedules'
import { listSchedules, pauseSchedule, unpauseSchedule } from '../../operator/schedules/schedules'
import type { Clock } from '../../ports/clock'
import type { Log } from '../../ports/log'
import type { ScheduleActivities } from '../../workflows/messages'

export interface Supervising {
  /** What is left of the credits for odds when a call can be paid for again, in a sentence; null: not yet, or it is not known. */
  readonly creditsBack: (signal: AbortSignal) => Promise<string | null>
  readonly clock: Clock
  readonly log: Log
}

/** The supervision of schedules with the Temporal server behind it; what pauses one is the file's to say. */
export function createSupervision(
  { configDir }: Pick<Config, 'configDir'>,
  client: Client,
  { creditsBack, clock, log }: Supervising,
): ScheduleActivities {
  const { schedules } = readFile(path.join(configDir, 'schedules.yaml'), schedulesSchema)
  return createSupervisionActivities({
    schedules: (signal) => {
      setMaxListeners(0, signal) // the client listens once for each of a hundred calls, and Node would take that for a leak
      return client.withAbortSignal(signal, () => listSchedules(client))
    },
    pausedAfter: new Map(schedules.map(({ id, pause_after_failures: most }) => [id, most ?? null])),
    pause: (id, note, signal) => client.withAbortSignal(signal, () => pauseSchedule(client, id, note)),
    unpause: (id, note, signal) => client.withAbortSignal(signal, () => unpauseSchedule(client, id, note, clock.nowMs())),
    spending: new Set(schedules.flatMap(({ id, workflow }) => (workflow === 'ingestOdds' ? [id] : []))),
    creditsBack,
    log,
  })
}
