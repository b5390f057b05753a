/** One run of a schedule. `other`: it runs, was cancelled, or is forgotten: it says nothing. */
export interface ScheduleRun {
  readonly takenMs: number
  readonly end: 'completed' | 'failed' | 'other'
}

/** Failed runs since the last completed one, of those since a moment. @param runs oldest first @param sinceMs null: of all */
export function failuresInARow(runs: readonly ScheduleRun[], sinceMs: number | null): number {
  let failures = 0
  for (const { takenMs, end } of runs.toReversed()) {
    if (end === 'completed' || (sinceMs !== null && takenMs <= sinceMs)) break
    if (end === 'failed') failures++
  }
  return failures
}

const UNPAUSED = /^unpaused (\S+Z)/

/** What is noted of a schedule that goes on: when, so that runs which failed before are not held against it. */
export const unpausedNote = (note: string, nowMs: number): string => `unpaused ${new Date(nowMs).toISOString()}: ${note}`

/** When a note says that the schedule was unpaused; null: it says nothing of that. */
export function unpausedMs(note: string): number | null {
  const told = UNPAUSED.exec(note)?.[1]
  const ms = told === undefined ? Number.NaN : Date.parse(told)
  return Number.isNaN(ms) ? null : ms
}
