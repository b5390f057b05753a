import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { OwnersReport, SweepActivities } from '../messages'

/** Two looks some seconds apart, a venue's lists and a few answers of the server; the next scheduled run is the retry beyond this. */
const { sweepOwners: sweep } = proxyActivities<SweepActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 2 },
  summary: 'who owns every trade, claim and lot',
})

/** Started by a Schedule (E25, I11): gives what has no owner a cure, and says what it found. */
export async function sweepOwners(): Promise<OwnersReport> {
  const report = await sweep()
  const lines = [
    ...report.orphans.map(({ tradeId, why, cure }) => `- trade ${tradeId} has no owner: ${why}; cure ${cure}`),
    ...report.stuck.map(({ workflowId, state, step, ageMs }) => `- ${workflowId}: ${state} for ${Math.floor(ageMs / 1000)} s (${step})`),
    ...report.lateFills.map((order) => `- late fill of ${order} booked`),
    ...report.repaired.map((repair) => `- repaired: ${repair}`),
    ...report.violations.map((violation) => `- **${violation}**`),
    ...report.unread.map((reason) => `- not looked at: ${reason}`),
  ]
  setCurrentDetails(lines.join('\n') || `${report.openTrades} open trades, each with its owner`)
  return report
}
