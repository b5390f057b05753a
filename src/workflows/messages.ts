import type { ClientOrderId, TradeId, Venue } from '../core/ids'
import type { Proposal } from '../core/risk/limit-change'
import type { Limits } from '../core/risk/limits'
import type { Operator, Scope } from '../core/risk/scope'
import type { OrderIntent } from '../core/trade/order'
import type { Done, OrderVerdict, Rejected } from '../core/trade/outcome'
import type { Mode } from '../core/trade/plan'
import type { SuccessorSteps } from '../core/trade/steps'
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
  box: 'box',
  controls: 'controls',
  cure: 'cure',
  ingestContracts: 'ingestContracts',
  ingestMarkets: 'ingestMarkets',
  settle: 'settle',
  sweepOwners: 'sweepOwners',
  warmUp: 'warmUp',
} as const
export const QUEUES = { ingest: 'ingest', backoffice: 'backoffice' } as const
/** One risk controller per account. */
export const controlsWorkflowId = (account: string): string => `controls-${account}`
export const tradingQueue = (shard: string): string => `trading-${shard}`
/** E1: one run at a time per pair. */
export const boxWorkflowId = (pairId: string): string => `box-${pairId}`
/** One successor of a trade at a time. */
export const cureWorkflowId = (tradeId: TradeId): string => `cure-${tradeId}`

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

/** What became of a look at a product of ForecastEx. */
export interface IngestedProduct {
  readonly symbol: string
  readonly questions: number
  readonly added: number
  readonly delisted: number
  /** What became different of a question that was known, a sentence each. */
  readonly changes: readonly string[]
  /** What is listed and makes no question, or could not be seen, a sentence each. */
  readonly problems: readonly string[]
}
/** What became of the pairs that the readings on record suggest. Nothing of it is approved, and a pair that a person has judged stays as it was judged. */
export interface ProposedPairs {
  /** Markets on record that have not closed, per venue. */
  readonly markets: Readonly<Record<Venue, number>>
  /** Of those: whose texts were not understood, so that nothing is proposed of them. */
  readonly notRead: number
  readonly added: number
  readonly changed: number
  readonly unchanged: number
  /** Pairs in trade whose markets ask something else now, a sentence each: they trade no more. */
  readonly suspended: readonly string[]
}
/** What a look at Kalshi has stored, and what was proposed of it. */
export interface IngestedMarkets {
  readonly listings: Readonly<Record<string, number>>
  readonly pairs: ProposedPairs
}
/** The same of ForecastEx. */
export interface IngestedContracts {
  readonly products: readonly IngestedProduct[]
  readonly pairs: ProposedPairs
}
export interface IngestActivities {
  /** Reads every listing of Kalshi's configured series and stores it with what it asks. @returns how many, per venue. */
  ingestListings(): Promise<Readonly<Record<string, number>>>
  /** The configured products of ForecastEx. */
  listProducts(): Promise<readonly string[]>
  /** Reads every question of a product and stores it. Fails, to be tried again, when the session with the gateway ended. */
  ingestProduct(symbol: string): Promise<IngestedProduct>
  /** Proposes pairs of all that was read of both venues. */
  proposePairs(): Promise<ProposedPairs>
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

/** A change of a halt that running trades were told of. */
export interface ToldHalt {
  readonly scope: Scope
  readonly active: boolean
  readonly epoch: number
  /** How many running trades the scope covers. */
  readonly trades: number
}
/** What rests at a venue after a kill. */
export interface CancelledVenue {
  readonly venue: Venue
  /** Orders that rested before and do not any more. */
  readonly cancelled: number
  /** Ours that still rest. */
  readonly resting: readonly ClientOrderId[]
  /** Orders of somebody else in the same account: left alone. */
  readonly others: number
  /** Why it is not known what rests there; null: it was read back. */
  readonly unread: string | null
}
export interface KillOrder {
  readonly by: Operator
  readonly reason: string
  /** Of the halt that came first; null: the ledger could not be reached, the halt stands in the local file. */
  readonly epoch: number | null
  /** Whose process holds the venue sessions. */
  readonly shard: string
}
export interface KillReport {
  readonly order: KillOrder
  /** Running trades that know of the halt; null: they could not be told yet. */
  readonly trades: number | null
  readonly venues: readonly CancelledVenue[]
}

/** What of Postgres and of the configuration the controller acts on. */
export interface ControlsFacts {
  readonly mode: Mode
  /** Version of the limits in force; null: none were ever imported. */
  readonly limits: string | null
  readonly proposals: readonly Proposal[]
  readonly halts: readonly (Command & { readonly atMs: number })[]
}
export interface ControlsState {
  /** null until it was read for the first time. */
  readonly facts: ControlsFacts | null
  /** Up to this halt epoch running trades have been told everything. */
  readonly epoch: number
  /** The last word on each scope that is halted, and whatever was told last. */
  readonly told: readonly ToldHalt[]
  readonly lastKill: KillReport | null
}
export interface ControlsInput {
  readonly account: string
  /** What an earlier run of the same controller knew; `pending`: it had heard of changes and not looked yet. */
  readonly carried?: { readonly state: ControlsState; readonly pending: boolean }
  /** Events of a run's history after which the next run goes on; only tests set it. */
  readonly eventsMax?: number
}
export interface Decision {
  readonly id: number
  readonly by: Operator
  readonly reason: string
}

/** `changed`: look at the ledger and tell running trades. `tellHalts`: the same, and say when they know everything up to the epoch. */
export interface ControlsMessages {
  signals: { changed: [] }
  queries: { state: () => ControlsState }
  updates: {
    tellHalts: (epoch: number) => readonly ToldHalt[]
    proposeLimits: (limits: Limits, by: Operator) => Proposal
    approveLimits: (decision: Decision) => Proposal
    rejectLimits: (decision: Decision) => Proposal
    kill: (order: KillOrder) => KillReport
  }
}
export const CONTROLS = {
  signals: { changed: 'changed' },
  queries: { state: 'state' },
  updates: {
    tellHalts: 'tellHalts',
    proposeLimits: 'proposeLimits',
    approveLimits: 'approveLimits',
    rejectLimits: 'rejectLimits',
    kill: 'kill',
  },
} as const

/** A sentence for the operator: nothing was changed. */
export interface Refusal {
  readonly kind: 'refused'
  readonly why: string
}
/** What the controller does outside of its workflow, on the back-office queue. */
export interface ControlsActivities {
  readControls(): Promise<ControlsFacts>
  /** Tells running trades every change of a halt after that epoch. Fails, to be tried again, when one that may still run could not be told. */
  distributeHalts(afterEpoch: number): Promise<{ readonly epoch: number; readonly told: readonly ToldHalt[] }>
  /** `request` makes a repeated call the same proposal. */
  proposeLimits(request: string, limits: Limits, by: Operator): Promise<Proposal | Refusal>
  decideLimits(decision: Decision, as: 'applied' | 'rejected'): Promise<Proposal | Refusal>
}
/** Done by the process that holds the venue sessions: an order is cancelled in the session that sent it (E19). */
export interface KillActivities {
  cancelEverything(): Promise<readonly CancelledVenue[]>
}

/** A trade without a running owner, and what became of giving it one (E25). */
export interface Orphan {
  readonly tradeId: TradeId
  readonly why: string
  readonly cure: 'started' | 'already-running' | 'unreachable'
}
/** A trade that has an owner and does not get on. */
export interface StuckTrade {
  readonly tradeId: TradeId
  readonly workflowId: string
  /** `task-fails`: its workflow task fails again and again, which is a bug. `silent`: it does not answer. */
  readonly state: Progress['state'] | 'task-fails' | 'silent'
  readonly step: string
  /** In that state; of a silent or failing one, since its trade began. */
  readonly ageMs: number
}
/** What a sweep found (I11). Nothing but `openTrades` when all is well. */
export interface OwnersReport {
  readonly openTrades: number
  readonly orphans: readonly Orphan[]
  readonly stuck: readonly StuckTrade[]
  /** Fills that were booked late, each by its trade's order (E14). */
  readonly lateFills: readonly ClientOrderId[]
  readonly repaired: readonly string[]
  /** What only a person can put right, a sentence each. */
  readonly violations: readonly string[]
  /** What could not be looked at this time, and why. */
  readonly unread: readonly string[]
}
export interface SweepActivities {
  /** Looks whether every reservation, claim and lot has exactly one running owner, and starts a cure for what has none. */
  sweepOwners(): Promise<OwnersReport>
}
