import { ActivityFailure, ApplicationFailure, defineSearchAttributeKey, SearchAttributeType, TemporalFailure } from '@temporalio/common'
import { log, upsertSearchAttributes } from '@temporalio/workflow'
import { FAILURES } from '../core/failures'
import type { TradeId } from '../core/ids'
import type { OperatorsWord } from '../core/trade/adoption'
import type { BoxPlan, EdgePlan, TradeResult } from '../core/trade/plan'
import type { SaleWord } from '../core/trade/steps'
import { tradeBox } from './box'
import { tradeCure } from './cure'
import { tradeEdge } from './edge'
import { NO_SUCH_TRADE, type SagaTerms } from './messages'
import { successorSteps, temporalSteps } from './steps'

export { controls } from './controls'
export { backup } from './scheduled/backup'
export { calibrate } from './scheduled/calibrate'
export { ingestContracts, ingestMarkets } from './scheduled/ingest'
export { ingestOdds } from './scheduled/odds'
export { killDrill } from './scheduled/kill-drill'
export { reconcileSweep } from './scheduled/reconcile'
export { nightlyReplay } from './scheduled/nightly-replay'
export { settle } from './scheduled/settlement'
export { superviseSchedules } from './scheduled/supervise'
export { sweepOwners } from './scheduled/sweep'
export { tieOut } from './scheduled/tie-out'
export { beat, warmUp } from './warm-up'

const OUTCOME = defineSearchAttributeKey('CrossbookOutcome', SearchAttributeType.KEYWORD)
const PNL = defineSearchAttributeKey('CrossbookPnlMicros', SearchAttributeType.INT)

/** A box trade from reserve to close. Its result is the vector of execution.md §5. */
export const box = (plan: BoxPlan, terms?: SagaTerms): Promise<TradeResult> => ended(() => tradeBox(plan, temporalSteps(plan, terms)))

/** One leg, held until its market is settled. */
export const edge = (plan: EdgePlan): Promise<TradeResult> => ended(() => tradeEdge(plan, temporalSteps(plan)))

/** Ends a trade that lost its owner, or whose end a late fill has changed (E14, E25); or sells what an edge holds (ruling 13). */
export const cure = (tradeId: TradeId, reason: string, word?: OperatorsWord | SaleWord): Promise<TradeResult> =>
  ended(() => tradeCure(tradeId, reason, successorSteps(tradeId, reason), word))

/**
 * Outcomes are values: a failure that comes this far is a bug. It stops the workflow task and not the workflow, so the trade stays open, can be
 * seen, compensates nothing, and goes on once the code is right.
 */
async function ended(trade: () => Promise<TradeResult>): Promise<TradeResult> {
  try {
    const result = await trade()
    upsertSearchAttributes([
      { key: OUTCOME, value: result.label },
      { key: PNL, value: result.realisedPnl },
    ])
    return result
  } catch (error) {
    if (isNoSuchTrade(error)) throw error
    const { message } = error instanceof ActivityFailure ? (error.cause ?? error) : (error as Error)
    log.error(FAILURES.bug, { message })
    if (!(error instanceof TemporalFailure)) throw error
    throw new Error(`${FAILURES.bug}: ${message}`, { cause: error }) // a TemporalFailure would end the workflow
  }
}

const isNoSuchTrade = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === NO_SUCH_TRADE
