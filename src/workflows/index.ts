import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'
import { upsertSearchAttributes } from '@temporalio/workflow'
import type { BoxPlan, TradeResult } from '../core/trade/plan'
import { tradeBox } from './box'
import { temporalSteps } from './steps'

export { ingestMarkets } from './scheduled/ingest'
export { settle } from './scheduled/settlement'
export { warmUp } from './warm-up'

const OUTCOME = defineSearchAttributeKey('CrossbookOutcome', SearchAttributeType.KEYWORD)
const PNL = defineSearchAttributeKey('CrossbookPnlMicros', SearchAttributeType.INT)

/** A box trade from reserve to close. Its result is the vector of execution.md §5. */
export async function box(plan: BoxPlan): Promise<TradeResult> {
  const result = await tradeBox(plan, temporalSteps(plan))
  upsertSearchAttributes([
    { key: OUTCOME, value: result.label },
    { key: PNL, value: result.realisedPnl },
  ])
  return result
}
