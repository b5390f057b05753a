import type { TradeActivities } from '../workflows/messages'
import { alarmed } from './alarm'
import { createBookingActivities, type BookingDependencies } from './booking'
import { createCureActivities, type CureDependencies } from './cure'
import { createLegActivities, type LegDependencies } from './legs'
import { createReserveActivities, type ReserveDependencies } from './reserve'
import { createTakeOverActivities, type TakeOverDependencies } from './takeover'

export { cancelResting, createControlsActivities, createKillActivities, type CancelDependencies } from './halts'
export { createCanaryActivities, type CanaryDependencies, type CanaryVenue } from './drills/canaries'
export { createDrillActivities, watchDrills, type DrillDependencies, type DrillWatch, type Witness } from './drills/office'
export { createCalibrationActivities, type CalibrationDependencies } from './calibration/calibrate'
export { createIngestActivities } from './ingest'
export { createOddsRounds, type OddsDependencies, type OddsRounds } from './odds/ingest'
export { createReconciliationActivities, type SweepAccounts, type TieOutDay } from './reconciliation'
export { createSupervisionActivities, type SupervisionDependencies } from './schedules/supervise'
export { createBackupActivities, type BackupDependencies } from './backup/ledger'
export { createReplayActivities, type ReplayDependencies } from './replay/nightly'
export { createSettlementActivities, type SettlementDependencies } from './settlement'
export { createSweepActivities, type SweepDependencies, type WorkflowState } from './sweep'
export { adoptFills, LateFills, type ExecutionHint, type LateFillsAtVenue } from './late-fills'
export { createWarmUpActivities } from './warm-up'
export { bookPending } from './booking'
export type { LegDependencies } from './legs'

export type TradeDependencies = ReserveDependencies & LegDependencies & BookingDependencies & CureDependencies & TakeOverDependencies

/** What a trade may do in the process that holds the venue sessions. Built once, by wiring. */
export function createTradeActivities(dependencies: TradeDependencies): TradeActivities {
  const activities = {
    ...createReserveActivities(dependencies),
    ...createLegActivities(dependencies),
    ...createBookingActivities(dependencies),
    ...createCureActivities(dependencies),
    ...createTakeOverActivities(dependencies),
  }
  return alarmed(activities, dependencies.log)
}
