import {
  ScheduleAlreadyRunning,
  ScheduleOverlapPolicy,
  WorkflowNotFoundError,
  type Client,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client'
import type { SchedulesFile } from '../../config/schema/schedules'
import { failuresInARow, unpausedMs, unpausedNote, type ScheduleRun } from './runs'

type Schedule = SchedulesFile['schedules'][number]

/** A schedule as the server has it. Times in ms since 1970. */
export interface ScheduleView {
  readonly id: string
  readonly paused: boolean
  /** What it does, by the file it was made from. */
  readonly description: string
  /** What was said of it last, when it was made, paused or unpaused. */
  readonly note: string
  readonly nextAt: number | null
  readonly lastAt: number | null
  readonly running: number
  /** Failed runs since the last one that did not fail, ten at the most. */
  readonly failures: number
}

/** What the server shows of a schedule and of each of its runs. */
const optionsOf = ({ id, cron, workflow, queue, catch_up_window, time_zone, note }: Schedule): ScheduleOptions => ({
  scheduleId: id,
  spec: { cronExpressions: [cron], ...(time_zone ? { timezone: time_zone } : {}) },
  action: { type: 'startWorkflow', workflowType: workflow, workflowId: id, taskQueue: queue, args: [], staticSummary: note },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catch_up_window as '1m' },
  state: { note },
})

/**
 * Makes the server's schedules equal the file's: creates what is missing, updates what is there; one that is paused stays paused, with the note that
 * says why. @returns their ids.
 */
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
        state:
          previous.state.paused || unpausedMs(previous.state.note ?? '') !== null
            ? previous.state
            : { ...previous.state, ...options.state },
      }))
    }
  }
  return schedules.map(({ id }) => id)
}

/** The schedules as the server has them, with the ends of their last runs. */
export async function listSchedules(client: Client): Promise<readonly ScheduleView[]> {
  const views: ScheduleView[] = []
  for await (const { scheduleId } of client.schedule.list()) views.push(await viewOf(client, scheduleId))
  return views
}

async function viewOf(client: Client, id: string): Promise<ScheduleView> {
  const { state, info, action } = await client.schedule.getHandle(id).describe()
  const note = state.note ?? ''
  return {
    id,
    paused: state.paused,
    description: action.staticSummary ?? '',
    note,
    nextAt: info.nextActionTimes[0]?.getTime() ?? null,
    lastAt: info.recentActions.at(-1)?.takenAt.getTime() ?? null,
    running: info.runningActions.length,
    failures: failuresInARow(await runsOf(client, info), unpausedMs(note)),
  }
}

/** The last ten runs that the server remembers, oldest first; one whose history is deleted already has ended somehow. */
export async function runsOf(client: Client, { recentActions }: ScheduleDescription['info']): Promise<readonly ScheduleRun[]> {
  return Promise.all(
    recentActions.map(async ({ takenAt, action: { workflow } }): Promise<ScheduleRun> => {
      const run = client.workflow.getHandle(workflow.workflowId, workflow.firstExecutionRunId)
      const status = await run.describe().then(
        ({ status: { name } }) => name,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return 'UNKNOWN' as const
          throw error
        },
      )
      return { takenMs: takenAt.getTime(), end: ENDS[status] ?? 'other' }
    }),
  )
}
const ENDS: Readonly<Record<string, ScheduleRun['end']>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  TERMINATED: 'failed',
}

export async function pauseSchedule(client: Client, id: string, note: string): Promise<void> {
  await client.schedule.getHandle(id).pause(note)
}

/** Runs that failed before count no more. */
export async function unpauseSchedule(client: Client, id: string, note: string, nowMs: number): Promise<void> {
  await client.schedule.getHandle(id).unpause(unpausedNote(note, nowMs))
}

export async function triggerSchedule(client: Client, id: string): Promise<void> {
  await client.schedule.getHandle(id).trigger(ScheduleOverlapPolicy.SKIP)
}
