import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ReconciliationActivities, TieOutReport } from '../messages'

/** Two looks at each account with a day's fills. A venue that is down at night is asked again while the day's executions can still be read. */
const { tieOutDay } = proxyActivities<Pick<ReconciliationActivities, 'tieOutDay'>>({
  startToCloseTimeout: '15m',
  retry: { maximumAttempts: 3, initialInterval: '60s' },
  summary: 'tie out the day',
})

/** Started by a Schedule each night: cash, positions, fees and interest of the day, ledger beside venue. Books nothing. */
export async function tieOut(): Promise<TieOutReport> {
  const report = await tieOutDay()
  const lines = report.venues.flatMap(({ venue, unread, fees, differences, notCompared }) => [
    `- ${venue}: ${unread ?? `${fees.fills} fills, ${differences.length} differences`}`,
    ...differences.map((sentence) => `  - **${sentence}**`),
    ...notCompared.map((sentence) => `  - not compared: ${sentence}`),
  ])
  setCurrentDetails(
    [`${report.day} ${report.ties ? 'ties out' : '**does not tie out**'}, ${report.openBreaks} open breaks`, ...lines].join('\n'),
  )
  return report
}
