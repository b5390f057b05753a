import { ActivityCancellationType, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
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

/** Started by a Schedule each night. Trades nothing, books nothing. */
export async function nightlyReplay(day?: string): Promise<DayReplay> {
  const report = await replayDay(day)
  const { decisions, compared, same, frames, files, differing, notCompared, warnings } = report
  const lines = [
    ...differing.map(({ tradeId, pair }) => `- **${tradeId}** (${pair}) would be decided otherwise`),
    ...notCompared.map(({ tradeId, reason }) => `- ${tradeId} was not compared: ${reason}`),
    ...warnings.map((sentence) => `- ${sentence}`),
  ]
  const verdict = same ? 'the same decisions' : '**other decisions**'
  setCurrentDetails(
    [`${report.day}: ${verdict}, ${compared} of ${decisions} compared, ${frames} frames of ${files} files`, ...lines].join('\n'),
  )
  return report
}
