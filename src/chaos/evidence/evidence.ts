import type { Venue } from '../../core/ids'
import type { WireLine } from '../where'
import type { Tables } from './tables'

/**
 * What the checkers read: the venues' own word, the bytes that left, the tables, the workflows and the alarms. Plain JSON, so that it can be kept
 * beside a violation. Prices in 1e-4 USD, quantities in 1e-2 contract, money in µ$, times in ms since 1970.
 */
export interface Evidence {
  /** When the tables were read. */
  readonly atMs: number
  readonly startedMs: number
  readonly laneStartedMs: number
  /** How long after its not-after Kalshi may still accept an order here (E12); 35 s in life. */
  readonly acceptanceMs: number
  readonly venues: readonly VenueTruth[]
  /** Orders as they were stamped in the captures, in the turn of their write, oldest first. */
  readonly sent: readonly Sighting[]
  /** Orders as they arrived at the simulated venues, oldest first. */
  readonly arrived: readonly Sighting[]
  readonly wire: readonly WireLine[]
  /** What each streaming process was told of halts, and when. */
  readonly told: readonly ToldHalts[]
  readonly tables: Tables
  /** Trades' workflows alone: box, edge and cure. */
  readonly workflows: readonly Workflow[]
  readonly alarms: readonly Alarm[]
}

/** A direction as both venues can mean it: what is traded, and the price of that. */
export interface Terms {
  readonly venue: Venue
  /** Kalshi: the ticker. ForecastEx: the conId of the question's YES contract. */
  readonly market: string
  /** Buying YES at p, and selling NO at 1 − p, are one thing to Kalshi: +1. Buying NO, and selling YES: −1. */
  readonly sign: 1 | -1
  /** Of YES. */
  readonly yesPrice: number
  readonly quantity: number
}

/** One order's bytes, seen at one place. */
export interface Sighting extends Terms {
  readonly clientOrderId: string
  readonly tradeId: string
  readonly atMs: number
  /** The process whose capture it is in, or the connection it arrived on. */
  readonly by: string
  /** Its place there: greater is later. */
  readonly n: number
}

/** One execution in its latest version. */
export interface VenueFill extends Terms {
  /** As the ledger names it: venue|account|order|execution base id. */
  readonly key: string
  /** null: an order that is none of ours. */
  readonly clientOrderId: string | null
  readonly fee: number | null
  readonly atMs: number
  /** The most and the fewest contracts any version of it told. */
  readonly most: number
  readonly least: number
}

export interface VenueOrder {
  readonly clientOrderId: string
  readonly market: string
  readonly filled: number
  readonly rests: boolean
  readonly createdMs: number | null
  /** null: it rests. */
  readonly endedMs: number | null
}

/** What a simulated venue says of the account when it is asked. */
export interface VenueTruth {
  readonly venue: Venue
  readonly account: string
  readonly cash: number
  /** By purse, as the ledger names them. */
  readonly purses: Readonly<Record<string, number>>
  readonly fills: readonly VenueFill[]
  readonly orders: readonly VenueOrder[]
  /** Contracts held, signed: + YES, − NO. */
  readonly net: Readonly<Record<string, number>>
  /** What the venue's own audit calls wrong: a defect of the simulator. */
  readonly violations: readonly string[]
}

export interface ToldHalts {
  readonly by: string
  readonly n: number
  readonly atMs: number
  readonly epoch: number
  readonly scopes: readonly string[]
}

/** One thing that happened in a workflow's history. */
export interface Step {
  readonly atMs: number
  readonly kind: 'asked' | 'answered' | 'failed' | 'told'
  /** An answer has the number of what was asked. */
  readonly n: number
  /** Of the activity or the signal. */
  readonly name: string
  /** The arguments that were asked, or the answer. */
  readonly value: unknown
}
export interface Workflow {
  readonly workflowId: string
  readonly runId: string
  readonly type: 'box' | 'edge' | 'cure'
  readonly status: string
  readonly tradeId: string | null
  readonly startedMs: number
  readonly endedMs: number | null
  readonly steps: readonly Step[]
}

/** One line of a process's log at level error. */
export interface Alarm {
  readonly atMs: number
  readonly process: string
  readonly name: string
  readonly detail: string
}
