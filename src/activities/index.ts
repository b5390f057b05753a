import type { TradeActivities } from '../workflows/messages'
import { alarmed } from './alarm'
import { createBookingActivities, type BookingDependencies } from './booking'
import { createCureActivities, type CureDependencies } from './cure'
import { createLegActivities, type LegDependencies } from './legs'
import { createReserveActivities } from './reserve'
import { createTakeOverActivities, type TakeOverDependencies } from './takeover'

export { cancelResting, createControlsActivities, createKillActivities, type CancelDependencies } from './halts'
export { createIngestActivities } from './ingest'
export { createSettlementActivities, type SettlementDependencies } from './settlement'
export { createSweepActivities, type SweepDependencies, type WorkflowState } from './sweep'
export { LateFills, type ExecutionHint } from './late-fills'
export { createWarmUpActivities } from './warm-up'
export { bookPending } from './booking'
export type { LegDependencies } from './legs'

export type TradeDependencies = LegDependencies & BookingDependencies & CureDependencies & TakeOverDependencies

/** What a trade may do in the process that holds the venue sessions. Built once, by wiring. */
export function createTradeActivities(dependencies: TradeDependencies): TradeActivities {
  const activities = {
    ...createReserveActivities(dependencies.ledger, dependencies.guard),
    ...createLegActivities(dependencies),
    ...createBookingActivities(dependencies),
    ...createCureActivities(dependencies),
    ...createTakeOverActivities(dependencies),
  }
  return alarmed(activities, dependencies.log)
}
