import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Log } from '../../ports/log'
import type { ScheduleActivities, SchedulesReport } from '../../workflows/messages'

/** Once is an outage that the next run may find gone; more is something that goes on. */
const ALARMED_FROM = 3

export interface SupervisedSchedule {
  readonly id: string
  readonly paused: boolean
  /** Failed runs in a row. */
  readonly failures: number
}
export interface SupervisionDependencies {
  readonly schedules: (signal: AbortSignal) => Promise<readonly SupervisedSchedule[]>
  /** Failed runs in a row that pause a schedule; null or absent: nothing does, it is only told. */
  readonly pausedAfter: ReadonlyMap<string, number | null>
  readonly pause: (id: string, note: string, signal: AbortSignal) => Promise<void>
  readonly log: Log
}

/**
 * Looks at how the runs of each schedule ended. One that only repeats its failure (an ingest whose source refuses it, whose budget is gone) is paused
 * and told; one that keeps trades and books in order is told and goes on, whatever happens.
 */
export function createSupervisionActivities(dependencies: SupervisionDependencies): ScheduleActivities {
  const { schedules, pausedAfter, pause, log } = dependencies
  return {
    async superviseSchedules(): Promise<SchedulesReport> {
      const { cancellationSignal: signal } = Context.current()
      const paused: string[] = []
      const failing: { id: string; failures: number }[] = []
      const all = await schedules(signal)
      for (const { id, failures } of all.filter((each) => !each.paused)) {
        const most = pausedAfter.get(id) ?? null
        if (most !== null && failures >= most) {
          await pause(id, `paused by itself: its last ${failures} runs failed`, signal)
          paused.push(id)
          log.error({ schedule: id, failures }, FAILURES.schedulePaused)
        } else if (failures >= Math.min(ALARMED_FROM, most ?? ALARMED_FROM)) {
          failing.push({ id, failures })
          log.error({ schedule: id, failures }, FAILURES.scheduleFails)
        }
      }
      return { looked: all.length, paused, failing }
    },
  }
}
