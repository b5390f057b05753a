import type { ClientOrderId, Venue } from '../../core/ids'
import type { Proposal } from '../../core/risk/limit-change'
import type { Limits } from '../../core/risk/limits'
import type { Operator, Scope } from '../../core/risk/scope'
import type { Mode } from '../../core/trade/plan'
import type { Command } from './trade'

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
  /** Whose process holds the venue sessions: the first, and all that run. Orders of earlier versions name one. */
  readonly shard: string
  readonly shards?: readonly string[]
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
