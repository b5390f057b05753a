import { Context } from '@temporalio/activity'
import { FAILURES } from '../../core/failures'
import type { Log } from '../../ports/log'
import type { ScheduleActivities, SchedulesReport } from '../../workflows/messages'

/** Once is an outage that the next run may find gone; more is something that goes on. */
const ALARMED_FROM = 3

export interface SupervisedSchedule {
  readonly id: string
  readonly paused: boolean
  /** What was said of it last. */
  readonly note: string
  /** Failed runs in a row. */
  readonly failures: number
}
export interface SupervisionDependencies {
  readonly schedules: (signal: AbortSignal) => Promise<readonly SupervisedSchedule[]>
  /** Failed runs in a row that pause a schedule; null or absent: nothing does, it is only told. */
  readonly pausedAfter: ReadonlyMap<string, number | null>
  readonly pause: (id: string, note: string, signal: AbortSignal) => Promise<void>
  readonly unpause: (id: string, note: string, signal: AbortSignal) => Promise<void>
  /** Schedules whose runs spend credits of the source of odds. */
  readonly spending: ReadonlySet<string>
  /** What is left of the credits when a call can be paid for again, in a sentence; null: not yet, or it is not known. */
  readonly creditsBack: (signal: AbortSignal) => Promise<string | null>
  readonly log: Log
}

/** How a note begins of a schedule that waits for credits: one that somebody paused for another reason is not this file's to resume. */
const WAITS = 'waits for credits: '

/**
 * Looks at how the runs of each schedule ended. One that only repeats its failure (an ingest whose source refuses it, whose budget is gone) is paused
 * and told; one that keeps trades and books in order is told and goes on, whatever happens. One that paused itself for want of credits goes on when there
 * are some again.
 */
export function createSupervisionActivities(dependencies: SupervisionDependencies): ScheduleActivities {
  const { schedules, pausedAfter, pause, spending, log } = dependencies
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
      const waiting = all.filter((each) => each.paused && spending.has(each.id) && each.note.startsWith(WAITS))
      return { looked: all.length, paused, resumed: await resume(waiting, dependencies, signal), failing }
    },
    async pauseForCredits(reason: string): Promise<void> {
      const { cancellationSignal: signal } = Context.current()
      for (const { id } of (await schedules(signal)).filter((each) => spending.has(each.id) && !each.paused)) {
        await pause(id, `${WAITS}${reason}; goes on by itself when there are some, by hand with crossbook schedules unpause ${id}`, signal)
        log.error({ schedule: id, reason }, FAILURES.oddsCreditsGone)
      }
    },
  }
}

/** @returns the ids of those that go on. */
async function resume(
  waiting: readonly SupervisedSchedule[],
  { creditsBack, unpause, log }: SupervisionDependencies,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const left = waiting.length === 0 ? null : await creditsBack(signal)
  if (left === null) return []
  for (const { id } of waiting) {
    await unpause(id, left, signal)
    log.info({ schedule: id }, `the schedule goes on: ${left}`)
  }
  return waiting.map(({ id }) => id)
}
