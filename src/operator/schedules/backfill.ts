import { ScheduleOverlapPolicy, type Client } from '@temporalio/client'

/** A span that would run more often is refused: the server keeps a thousand waiting runs of a schedule and lets go of what is beyond without a word. */
export const BACKFILL_RUNS_MAX = 500
/** Of a schedule that runs each second no more times than an hour has seconds are asked for at once. */
const FIRST_WINDOW_MS = 3_600_000
const MS_PER_SECOND = 1_000
const NS_PER_MS = 1_000_000

/**
 * Runs what its cron expression would have run in a span of time, one after the other.
 * @throws RangeError when the span is none, or would run more than {@link BACKFILL_RUNS_MAX} times: with the time until which it would not.
 */
export async function backfillSchedule(client: Client, id: string, fromMs: number, toMs: number): Promise<void> {
  if (!(fromMs < toMs)) throw new RangeError('the span to backfill ends before it begins')
  const times = await firstTimes(client, id, fromMs, toMs)
  const last = times[BACKFILL_RUNS_MAX - 1]
  if (times.length > BACKFILL_RUNS_MAX && last !== undefined)
    throw new RangeError(
      `${id} would run more than ${BACKFILL_RUNS_MAX} times from ${moment(fromMs)} to ${moment(toMs)}: say --to ${moment(last)}, and go on from there when those have run`,
    )
  await client.schedule.getHandle(id).backfill({ start: new Date(fromMs), end: new Date(toMs), overlap: ScheduleOverlapPolicy.BUFFER_ALL })
}
const moment = (ms: number): string => new Date(ms).toISOString()

/** When it would run in a span, by the server's own reading of its expression, oldest first: all of them, or the first ones and more than may be. */
async function firstTimes(client: Client, id: string, fromMs: number, toMs: number): Promise<readonly number[]> {
  const times = new Set<number>()
  let windowMs = FIRST_WINDOW_MS
  for (let startMs = fromMs; startMs < toMs && times.size <= BACKFILL_RUNS_MAX; startMs += windowMs, windowMs *= 2) {
    const span = { startTime: timestampOf(startMs), endTime: timestampOf(Math.min(toMs, startMs + windowMs)) }
    const { startTime } = await client.workflowService.listScheduleMatchingTimes({
      namespace: client.options.namespace,
      scheduleId: id,
      ...span,
    })
    for (const { seconds, nanos } of startTime ?? []) times.add(Number(String(seconds ?? 0)) * MS_PER_SECOND + (nanos ?? 0) / NS_PER_MS)
  }
  return [...times].toSorted((a, b) => a - b)
}

type Timestamp = NonNullable<Parameters<Client['workflowService']['listScheduleMatchingTimes']>[0]['startTime']>
/** The encoder takes a number for the seconds; its types want an object that only a library of its own makes. */
const timestampOf = (ms: number): Timestamp =>
  ({ seconds: Math.floor(ms / MS_PER_SECOND), nanos: (ms % MS_PER_SECOND) * NS_PER_MS }) as unknown as Timestamp
