import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import { formatMoney, type Money } from '../../core/units'

export interface SettledMarket {
  readonly venue: string
  readonly market: string
  readonly paid: Money
  readonly lots: number
}
export interface SettlementReport {
  readonly settled: readonly SettledMarket[]
  /** Markets that look settled but could not be posted yet, each with its reason. */
  readonly waiting: readonly string[]
}
export interface SettlementActivities {
  /** Posts what the venues have paid for our lots, each once. */
  settleMarkets(): Promise<SettlementReport>
}

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
