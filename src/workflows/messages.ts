import type { ClientOrderId } from '../core/ids'
import type { Scope } from '../core/risk/scope'
import type { Done, Rejected } from '../core/trade/outcome'
import type { TradeSteps } from '../core/trade/steps'
import type { Money } from '../core/units'

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
export const WORKFLOWS = { box: 'box', ingestMarkets: 'ingestMarkets', settle: 'settle', warmUp: 'warmUp' } as const
export const QUEUES = { ingest: 'ingest', backoffice: 'backoffice' } as const
export const tradingQueue = (shard: string): string => `trading-${shard}`
/** E1: one run at a time per pair. */
export const boxWorkflowId = (pairId: string): string => `box-${pairId}`

/** What activities must offer to the workflows that call them. */
export type TradeActivities = Omit<TradeSteps, 'stopped' | 'shielded' | 'wait'>

/** The steps of a trade without a trade. */
export interface WarmUpActivities {
  warmLocally(): Promise<void>
  warmRegularly(): Promise<void>
}

export interface IngestActivities {
  /** Reads every listing of the configured series at both venues and stores it. @returns how many, per venue. */
  ingestListings(): Promise<Readonly<Record<string, number>>>
}

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
