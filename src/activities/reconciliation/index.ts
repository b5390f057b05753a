import type { ReconciliationActivities } from '../../workflows/messages'
import { sweepAccounts, type SweepAccounts } from './sweep'
import { tieOutDay, type TieOutDay } from './tie-out'

export type { SweepAccounts } from './sweep'
export type { TieOutDay } from './tie-out'

/** What the scheduled workflows `reconcileSweep` and `tieOut` do. */
export const createReconciliationActivities = (sweep: SweepAccounts, day: TieOutDay): ReconciliationActivities => ({
  reconcileAccounts: () => sweepAccounts(sweep),
  tieOutDay: () => tieOutDay(day),
})
