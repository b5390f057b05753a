import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ReconciliationActivities, ReconciliationReport } from '../messages'

/** Two looks with the grace between them (half a minute by default), and what follows; the next scheduled run is the retry. */
const { reconcileAccounts } = proxyActivities<Pick<ReconciliationActivities, 'reconcileAccounts'>>({
  startToCloseTimeout: '15m', // the longest grace that may be configured is ten minutes
  retry: { maximumAttempts: 1 },
  summary: 'compare both accounts with the ledger',
})

/** Started by a Schedule: the sweep beside the looks of the streaming process, which may be down. Never trades. */
export async function reconcileSweep(): Promise<ReconciliationReport> {
  const report = await reconcileAccounts()
  const lines = [
    ...report.opened.map((sentence) => `- **break: ${sentence}**`),
    ...report.closed.map((identity) => `- closed: ${identity}`),
    ...report.adopted.map((what) => `- booked: ${what}`),
    ...report.venues.flatMap(({ venue, unread, moving, waiting }) => [
      ...(unread === null ? [] : [`- ${venue} not compared: ${unread}`]),
      ...(moving.length === 0 ? [] : [`- ${venue}: moving, not judged: ${moving.join(', ')}`]),
      ...waiting.map((reason) => `- ${venue}: ${reason}`),
    ]),
    ...(report.openBreaks === 0 ? [] : [`- ${report.openBreaks} open breaks`]),
  ]
  setCurrentDetails(lines.join('\n') || 'both accounts agree with the ledger')
  return report
}
