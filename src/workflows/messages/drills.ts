import type { Acknowledgement, Drill, DrillProof, DrillReport, PlacedCanary } from '../../core/risk/drill'
import type { Operator } from '../../core/risk/scope'
import type { Millis } from '../../core/units'
import type { KillReport, Refusal } from './controls'

/** Whose drill it is; absent: the schedule's. */
export interface DrillOrder {
  readonly by: Operator
}
/** Drills started by hand share one workflow id: one at a time. The ledger refuses a second one beside a scheduled one. */
export const DRILL_BY_HAND = 'killDrill-by-hand'
export const DRILL_BY_SCHEDULE: DrillOrder = { by: { name: 'schedule', role: 'system' } }

/** `busy`: trades are open; the drill waits a while for them to end. */
export type DrillBeginning =
  { readonly kind: 'begun'; readonly drill: Drill } | { readonly kind: 'busy'; readonly openTrades: number } | Refusal
export type DrillAnswer = { readonly kind: 'ended'; readonly report: DrillReport } | Refusal

/** The drill's own halt. `epoch` null: it stands in the local file alone. */
export interface DrillHalt {
  readonly atMs: Millis
  readonly epoch: number | null
  readonly effectiveInMs: number
}

/** The half of a drill that needs the ledger, the halt file and the risk controller; on the back-office queue. */
export interface DrillActivities {
  /** `run` makes a repeated call the same drill. */
  beginDrill(order: DrillOrder, run: string): Promise<DrillBeginning>
  haltForDrill(drill: Drill): Promise<DrillHalt>
  /** Returns when all have, or when nobody waits any longer. */
  acknowledgeHalt(halt: DrillHalt): Promise<readonly Acknowledgement[]>
  cancelForDrill(drill: Drill, epoch: number | null): Promise<KillReport>
  /** Lifts that halt and no other. @returns why it was left, or null. */
  resumeAfterDrill(drill: Drill, epoch: number): Promise<string | null>
  /** Stored for ever; alarms when it failed or was slow. */
  endDrill(report: DrillReport): Promise<void>
}
/** Done by the process that holds the venue sessions, for the drill's workflow and no other (E15). */
export interface CanaryActivities {
  restCanaries(drill: Drill, shard: string): Promise<readonly PlacedCanary[]>
  proveHalt(canaries: readonly PlacedCanary[], acknowledgedMs: Millis): Promise<DrillProof>
}
