import { ScheduleAlreadyRunning, ScheduleOverlapPolicy, type Client, type ScheduleOptions } from '@temporalio/client'
import type { SchedulesFile } from '../config/schema/schedules'

export interface ScheduleView {
  readonly id: string
  readonly paused: boolean
  readonly note: string
  readonly nextAt: number | null
  readonly lastAt: number | null
  readonly running: number
}

const optionsOf = ({
  id,
  cron,
  workflow,
  queue,
  catch_up_window,
  time_zone,
  note,
}: SchedulesFile['schedules'][number]): ScheduleOptions => ({
  scheduleId: id,
  spec: { cronExpressions: [cron], ...(time_zone ? { timezone: time_zone } : {}) },
  action: { type: 'startWorkflow', workflowType: workflow, workflowId: id, taskQueue: queue, args: [] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catch_up_window as '1m' },
  state: { note },
})

/** Makes the server's schedules equal the file's: creates what is missing, updates what is there. @returns their ids. */
export async function applySchedules(client: Client, { schedules }: SchedulesFile): Promise<readonly string[]> {
  for (const schedule of schedules) {
    const options = optionsOf(schedule)
    try {
      await client.schedule.create(options)
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await client.schedule.getHandle(schedule.id).update((previous) => ({
        ...previous,
        spec: options.spec,
        action: options.action as typeof previous.action,
        policies: { ...previous.policies, ...options.policies } as typeof previous.policies,
      }))
    }
  }
  return schedules.map(({ id }) => id)
}

/** The schedules as the server has them. */
export async function listSchedules(client: Client): Promise<readonly ScheduleView[]> {
  const views: ScheduleView[] = []
  for await (const summary of client.schedule.list()) {
    const { state, info } = await client.schedule.getHandle(summary.scheduleId).describe()
    views.push({
      id: summary.scheduleId,
      paused: state.paused,
      note: state.note ?? '',
      nextAt: info.nextActionTimes[0]?.getTime() ?? null,
      lastAt: info.recentActions.at(-1)?.takenAt.getTime() ?? null,
      running: info.runningActions.length,
    })
  }
  return views
}

export async function pauseSchedule(client: Client, id: string, pause: boolean, note: string): Promise<void> {
  const handle = client.schedule.getHandle(id)
  await (pause ? handle.pause(note) : handle.unpause(note))
}

export async function triggerSchedule(client: Client, id: string): Promise<void> {
  await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP)
}
