import type { TradeId } from '../../core/ids'
import type { Scope } from '../../core/risk/scope'
import type { OrderIntent } from '../../core/trade/order'
import type { Done, OrderVerdict, Rejected } from '../../core/trade/outcome'
import type { SuccessorSteps } from '../../core/trade/steps'

export interface Command {
  readonly scope: Scope
  readonly by: string
  readonly reason: string
  readonly epoch: number
}
export interface Progress {
  readonly state: 'running' | 'resolving' | 'waiting-for-venue' | 'over-budget'
  readonly step: string
  /** When the trade came into this state. */
  readonly sinceMs: number
  readonly halts: readonly Scope[]
}
export interface TradeMessages {
  signals: { halt: [Command]; resume: [Command] }
  queries: { progress: () => Progress }
  updates: { verdict: (verdict: OrderVerdict) => void }
}

export const SIGNALS = { halt: 'halt', resume: 'resume' } as const
export const QUERIES = { progress: 'progress' } as const
export const UPDATES = { verdict: 'verdict' } as const
export const WORKFLOWS = {
  beat: 'beat',
  box: 'box',
  controls: 'controls',
  cure: 'cure',
  edge: 'edge',
  ingestContracts: 'ingestContracts',
  ingestMarkets: 'ingestMarkets',
  killDrill: 'killDrill',
  reconcileSweep: 'reconcileSweep',
  settle: 'settle',
  sweepOwners: 'sweepOwners',
  tieOut: 'tieOut',
  warmUp: 'warmUp',
} as const
export const QUEUES = { ingest: 'ingest', backoffice: 'backoffice' } as const
/** One risk controller per account. */
export const controlsWorkflowId = (account: string): string => `controls-${account}`
export const tradingQueue = (shard: string): string => `trading-${shard}`
/** E1: one run at a time per pair. */
export const boxWorkflowId = (pairId: string): string => `box-${pairId}`
/** E1: the same per market. */
export const edgeWorkflowId = (market: string): string => `edge-${market}`
export const tradeWorkflowId = (strategy: 'box' | 'edge', subject: string): string =>
  strategy === 'box' ? boxWorkflowId(subject) : edgeWorkflowId(subject)
/** One successor of a trade at a time. */
export const cureWorkflowId = (tradeId: TradeId): string => `cure-${tradeId}`

/** How a saga goes on, said by who begins it: a trade that later code replays decides as it did. What is not said is as it was before there was a choice. */
export interface SagaTerms {
  readonly finishes: 'in-turn' | 'at-once'
}
export const SAGA_TERMS: SagaTerms = { finishes: 'at-once' }

/** What activities must offer to the workflows that call them. */
export type TradeActivities = Omit<SuccessorSteps, 'resolve' | 'stopped' | 'shielded' | 'wait'> & {
  resolve(order: OrderIntent): Promise<Done | Rejected>
}
/** Type of the failure of `takeOver` when the ledger knows no such trade: the one failure that ends a workflow. */
export const NO_SUCH_TRADE = 'NoSuchTrade'

/** The steps of a trade without a trade. */
export interface WarmUpActivities {
  warmLocally(): Promise<void>
  warmRegularly(): Promise<void>
}
