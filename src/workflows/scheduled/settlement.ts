import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import { formatMoney } from '../../core/units'
import type { SettlementActivities, SettlementReport } from '../messages'

/** Reads two venue accounts and posts at most some hundred lots; the next scheduled run is the retry beyond this. */
const { settleMarkets } = proxyActivities<SettlementActivities>({
  startToCloseTimeout: '60s',
  retry: { maximumAttempts: 2 },
  summary: 'post what the venues paid',
})

/** Started by a Schedule. The owner of locked lots (E25): it waits for results and books payouts. */
export async function settle(): Promise<SettlementReport> {
  const report = await settleMarkets()
  const lines = [
    ...report.settled.map(({ venue, market, paid, lots }) => `- ${venue} ${market}: $${formatMoney(paid)} for ${lots} lots`),
    ...report.waiting.map((reason) => `- waiting: ${reason}`),
  ]
  setCurrentDetails(lines.join('\n') || 'nothing to settle')
  return report
}
