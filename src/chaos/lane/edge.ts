import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client'
import { randomInt } from 'node:crypto'
import { marketId, mintTradeId, orderId, subjectId, type TradeId } from '../../core/ids'
import type { EdgePlan, TradeResult } from '../../core/trade/plan'
import { millis, money, NO_MONEY, price, quantity, type Millis } from '../../core/units'
import type { Offer } from '../plan/plan'
import { ASK } from './book'
import type { Rig } from './rig'
import type { Listing } from './scenario'

const QUEUE = 'trading-main'
const LIFE_MS = 2_500
const RANDOM_RANGE = 2 ** 32
/** Above the price and any fee on it, in micro-dollars for one contract. */
const COST_BOUND_MICROS = 440_000
const LOSS_BUDGET = money('25')
const SPORT = 'chaos'

/** Starts an edge on a market as a strategy of its own would: nobody in the stack looks for them. @returns its trade id, or null when one runs there already. */
export async function startEdge({ temporal }: Rig, { ticker }: Listing, offer: Offer, signal: AbortSignal): Promise<TradeId | null> {
  const nowMs = millis(Date.now())
  const plan = edgePlan(mintTradeId(nowMs, randomInt(RANDOM_RANGE - 1)), ticker, offer.contracts, nowMs)
  try {
    await temporal.withAbortSignal(signal, () =>
      temporal.workflow.start<(plan: EdgePlan) => Promise<TradeResult>>('edge', {
        workflowId: `edge-${ticker}`,
        taskQueue: QUEUE,
        args: [plan],
        workflowTaskTimeout: '3s',
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.FAIL,
      }),
    )
    return plan.tradeId
  } catch {
    return null // one runs there already, or Temporal is away: it is not offered then
  }
}

function edgePlan(tradeId: TradeId, ticker: string, contracts: number, nowMs: Millis): EdgePlan {
  const costBound = money(contracts * COST_BOUND_MICROS)
  return {
    ...{ tradeId, strategy: 'edge', mode: 'sim', sport: SPORT, lossBudget: LOSS_BUDGET, dearestCure: NO_MONEY },
    rules: { certificate: null, limits: 'chaos', config: 'chaos' },
    opportunity: {
      ...{ strategy: 'edge', subject: subjectId(ticker), n: 1, seenAtMs: nowMs, verdicts: [] },
      ...{ netEdge: money('0.10'), expectedValue: money('0.10'), unwindLoss: costBound, maximumLoss: costBound },
    },
    legs: [
      {
        costBound,
        order: {
          ...{ clientOrderId: orderId(tradeId, 'a', 1), tradeId, venue: 'kalshi', market: marketId(ticker) },
          ...{ action: 'buy', outcome: 'yes', limit: price(ASK), quantity: quantity(String(contracts)) },
          ...{ timeInForce: 'ioc', purpose: 'opening', notAfterMs: millis(nowMs + LIFE_MS) },
        },
      },
    ],
  }
}
