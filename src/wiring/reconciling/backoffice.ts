import { createReconciliationActivities } from '../../activities'
import type { Config } from '../../config/load'
import { VENUES, type Venue } from '../../core/ids'
import type { VenueAccount } from '../../ports/account'
import type { Log } from '../../ports/log'
import { readBreaks } from '../../stores/postgres/breaks/breaks'
import { noteLook } from '../../stores/postgres/breaks/look'
import { bookMovedCash, couponsBooked, lastTieOutMs, saveTieOut } from '../../stores/postgres/breaks/tie-outs'
import type { ReconciliationActivities } from '../../workflows/messages'
import { systemClock } from '../clock'
import { adoptAt, lookBack, type Adopting } from './accounts'

const SWEEP = { name: 'reconcileSweep', role: 'system' } as const
/** A fill that a venue tells later than a day after is for `tieOut`. */
const SWEEP_BACK_MS = 86_400_000

/** The scheduled comparisons, by the worker's own sessions. */
export function createReconciliation(
  config: Config,
  at: Omit<Adopting, 'log'>,
  accounts: Readonly<Record<Venue, VenueAccount>>,
  log: Log,
): ReconciliationActivities {
  const { database } = at
  const { grace_ms: graceMs, alarm_after_ms: alarmAfterMs } = config.venues.reconciliation
  const clock = systemClock()
  const common = { venues: VENUES, openBreaks: () => readBreaks(database, 'open'), graceMs, clock, log }
  return createReconciliationActivities(
    {
      ...common,
      alarmAfterMs,
      look: (venue, signal) => lookBack(database, accounts[venue], SWEEP_BACK_MS, signal),
      adopt: (venue, fills, signal) => adoptAt(venue, fills, { ...at, log }, signal),
      moveCash: (moved, atMs, signal) => bookMovedCash(database, moved, SWEEP, atMs, signal),
      note: (look, lasting, signal) => noteLook(database, look, lasting, SWEEP, signal),
    },
    {
      ...common,
      look: (venue, sinceMs, signal) => lookBack(database, accounts[venue], clock.nowMs() - sinceMs, signal),
      coupons: (venue, fromMs, toMs) => couponsBooked(database, venue, fromMs, toMs),
      lastToMs: () => lastTieOutMs(database),
      save: (report, atMs) => saveTieOut(database, report, atMs),
    },
  )
}
