import { ledgerResultOf, sumParts, totalOf, type ResultParts } from '../core/ledger/attribution'
import { tradingDayStart } from '../core/risk/trading-day'
import { formatMoney, type Millis } from '../core/units'
import type { Database } from '../stores/postgres/pool'
import { readInterestIncome } from '../stores/postgres/results/payments'
import { readParts, type TradeParts } from '../stores/postgres/results/parts'

/** Parts of a result in micro-dollars; they sum to `totalMicros`, and without carry to what the ledger has in the trade's name (docs/ledger.md). */
export interface PartsView {
  readonly priceMicros: number
  readonly feesMicros: number
  readonly carryMicros: number
  readonly slippageMicros: number
  readonly cureMicros: number
  readonly settlementMicros: number
  readonly totalMicros: number
}
export interface ResultsGroup extends PartsView {
  readonly group: string
  readonly trades: number
}
export interface ResultsReport {
  /** `today`: what ended since the trading day began, or runs. Then by how certain it is, and all. */
  readonly groups: readonly ResultsGroup[]
  /** Coupons for times in which no trade held anything: in no group. */
  readonly carryOfNobodyMicros: number
  /** Interest on cash, of all times: no trade's, and in no group. */
  readonly interestMicros: number
  /** Trades whose parts are not what the ledger says: a defect. */
  readonly violations: readonly string[]
}

export const viewOf = (parts: ResultParts): PartsView => ({
  priceMicros: parts.price,
  feesMicros: parts.fees,
  carryMicros: parts.carry,
  slippageMicros: parts.slippage,
  cureMicros: parts.cure,
  settlementMicros: parts.settlement,
  totalMicros: totalOf(parts),
})

/** What all trades have earned, by what made it so. */
export async function readResults(database: Database, nowMs: Millis): Promise<ResultsReport> {
  const { trades, carryOfNobody } = await readParts(database, null)
  const dayMs = tradingDayStart(nowMs)
  const today = trades.filter(({ endedMs }) => endedMs === null || endedMs >= dayMs)
  return {
    groups: [...groupsOf(today, () => 'today'), ...groupsOf(trades, ({ kind }) => kind), ...groupsOf(trades, () => 'all')],
    carryOfNobodyMicros: carryOfNobody,
    interestMicros: await readInterestIncome(database),
    violations: trades.flatMap(violationOf),
  }
}

const groupsOf = (trades: readonly TradeParts[], keyOf: (trade: TradeParts) => string): readonly ResultsGroup[] =>
  [...sumParts(trades, keyOf)]
    .map(([group, sum]) => ({ group, trades: sum.trades, ...viewOf(sum.parts) }))
    .sort((a, b) => (a.group < b.group ? -1 : 1))

const violationOf = ({ tradeId, parts, ledger }: TradeParts): readonly string[] => {
  const told = ledgerResultOf(parts)
  return told === ledger ? [] : [`the parts of trade ${tradeId} make $${formatMoney(told)}, the ledger says $${formatMoney(ledger)}`]
}
