import type { TradeActivities } from '../workflows/messages'
import { createBookingActivities, type BookingDependencies } from './booking'
import { createCureActivities, type CureDependencies } from './cure'
import { createLegActivities, type LegDependencies } from './legs'
import { createReserveActivities } from './reserve'

export { createIngestActivities } from './ingest'
export { createSettlementActivities } from './settlement'
export { createWarmUpActivities } from './warm-up'
export { bookPending } from './booking'
export type { LegDependencies } from './legs'

/** What a trade may do in the process that holds the venue sessions. Built once, by wiring. */
export function createTradeActivities(dependencies: LegDependencies & BookingDependencies & CureDependencies): TradeActivities {
  return {
    ...createReserveActivities(dependencies.ledger, dependencies.guard),
    ...createLegActivities(dependencies),
    ...createBookingActivities(dependencies),
    ...createCureActivities(dependencies),
  }
}
