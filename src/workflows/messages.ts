import type { ClientOrderId } from '../core/ids'
import type { Scope } from '../core/risk/scope'
import type { Done, Rejected } from '../core/trade/outcome'

/** All that a client may import of the workflows. */

export interface Command {
  readonly scope: Scope
  readonly by: string
  readonly reason: string
  readonly epoch: number
}
export interface Progress {
  readonly state: 'running' | 'resolving' | 'waiting-for-venue' | 'over-budget'
  readonly step: string
  readonly halts: readonly Scope[]
}
export interface TradeMessages {
  signals: { halt: [Command]; resume: [Command] }
  queries: { progress: () => Progress }
  updates: { verdict: (order: ClientOrderId, outcome: Done | Rejected, by: string, evidence: string) => void }
}

export const SIGNALS = { halt: 'halt', resume: 'resume' } as const
export const QUERIES = { progress: 'progress' } as const
export const WORKFLOWS = { box: 'box', ingestMarkets: 'ingestMarkets', settle: 'settle' } as const
export const QUEUES = { ingest: 'ingest', backoffice: 'backoffice' } as const
export const tradingQueue = (shard: string): string => `trading-${shard}`
/** E1: one run at a time per pair. */
export const boxWorkflowId = (pairId: string): string => `box-${pairId}`
