/** How the runs of all schedules ended. Quiet when nothing is wrong. */
export interface SchedulesReport {
  readonly looked: number
  /** Paused now, because they only failed. */
  readonly paused: readonly string[]
  /** Going on again: what they waited for has come. Absent in runs of a version before there was any of that. */
  readonly resumed?: readonly string[]
  /** They fail and go on. */
  readonly failing: readonly { readonly id: string; readonly failures: number }[]
}
export interface ScheduleActivities {
  superviseSchedules(): Promise<SchedulesReport>
  /** Pauses what spends credits until there are some again, with an alarm; what is paused already stays as it is. @param reason a sentence */
  pauseForCredits(reason: string): Promise<void>
}
