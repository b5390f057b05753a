import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { ActivityCancellationType, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow'
import type { DayReplay, ReplayActivities } from '../messages'

/**
 * A day is replayed at more than fifty times its speed: half an hour. A worker that is killed is noticed by its heartbeats, and the next attempt begins anew;
 * a replay that fails twice will fail again.
 */
const { replayDay } = proxyActivities<ReplayActivities>({
  startToCloseTimeout: '2h',
  heartbeatTimeout: '60s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 2, initialInterval: '60s' },
  summary: 'replay the decisions of the day',
})

const DAY_MS = 86_400_000
/** For when the server meant a run: of a backfill that is the past. */
const SCHEDULED = defineSearchAttributeKey('TemporalScheduledStartTime', SearchAttributeType.DATETIME)
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The UTC day before the one that a backfill makes up; undefined: it runs on its own day, and yesterday is by the product's clock, which may have been moved. */
function dayMadeUp(): string | undefined {
  const { typedSearchAttributes, startTime } = workflowInfo()
  const scheduled = typedSearchAttributes.get(SCHEDULED)
  if (scheduled === undefined || dayOf(scheduled.getTime()) === dayOf(startTime.getTime())) return undefined
  return dayOf(scheduled.getTime() - DAY_MS)
}

/** Started by a Schedule each night, and by its backfill for nights that were missed. Trades nothing, books nothing. */
export async function nightlyReplay(day?: string): Promise<DayReplay> {
  const report = await replayDay(day ?? dayMadeUp())
  const { decisions, compared, withoutBeginning = 0, frames, files, differing, notCompared, warnings } = report
  const lines = [
    ...differing.map(({ tradeId, pair }) => `- **${tradeId}** (${pair}) would be decided otherwise`),
    ...notCompared.map(({ tradeId, reason }) => `- ${tradeId} was not compared: ${reason}`),
    ...warnings.map((sentence) => `- ${sentence}`),
  ]
  const unknown = withoutBeginning > 0 ? `**${withoutBeginning} decisions without their beginning**` : 'the same decisions'
  const verdict = differing.length > 0 ? '**other decisions**' : unknown
  setCurrentDetails(
    [`${report.day}: ${verdict}, ${compared} of ${decisions} compared, ${frames} frames of ${files} files`, ...lines].join('\n'),
  )
  return report
}
