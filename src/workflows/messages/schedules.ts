/** How the runs of all schedules ended. Quiet when nothing is wrong. */
export interface SchedulesReport {
  readonly looked: number
  /** Paused now, because they only failed. */
  readonly paused: readonly string[]
  /** They fail and go on. */
  readonly failing: readonly { readonly id: string; readonly failures: number }[]
}
export interface ScheduleActivities {
  superviseSchedules(): Promise<SchedulesReport>
}
