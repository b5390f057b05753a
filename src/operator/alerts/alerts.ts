import { EVENTS, SEVERITY_OF } from '../../core/alerts/alert'
import type { Operator } from '../../core/risk/scope'
import { commandRefusal } from '../../core/risk/limit-change'
import { Refused } from '../../core/refused'
import type { Millis } from '../../core/units'
import {
  answerAlert,
  raiseAlerts,
  readAlert,
  readAlerts,
  readDeliveries,
  type AlertRecord,
  type Delivery,
} from '../../stores/postgres/alerts/alerts'
import type { Database } from '../../stores/postgres/pool'

export interface AlertView extends AlertRecord {
  readonly state: 'open' | 'acknowledged' | 'ended'
}
export interface AlertDetail extends AlertView {
  readonly deliveries: readonly Delivery[]
}

const view = (alert: AlertRecord): AlertView => ({
  ...alert,
  state: alert.endedMs !== null ? 'ended' : alert.acknowledgedMs !== null ? 'acknowledged' : 'open',
})

/** The newest first. @throws LedgerUnreachable */
export const listAlerts = async (database: Database, which: 'open' | 'all', limit: number): Promise<readonly AlertView[]> =>
  (await readAlerts(database, which, limit)).map(view)

/** One alert with what each channel was told. @throws RangeError when there is none of that number; LedgerUnreachable */
export async function showAlert(database: Database, id: number): Promise<AlertDetail> {
  const alert = await readAlert(database, id)
  if (alert === null) throw new RangeError(`there is no alert ${id}: crossbook alerts list --all`)
  return { ...view(alert), deliveries: await readDeliveries(database, [id]) }
}

/**
 * Says that somebody looks at it: it is not escalated, and not told again. `end`: says that it is over.
 * @throws Refused for a viewer, or when it is so already; RangeError when there is none of that number; LedgerUnreachable
 */
export async function answer(
  database: Database,
  id: number,
  how: 'acknowledge' | 'end',
  by: Operator,
  atMs: Millis,
  signal: AbortSignal,
): Promise<AlertDetail> {
  const refusal = commandRefusal(by)
  if (refusal !== null) throw new Refused(refusal)
  const done = await answerAlert(database, id, how, by, atMs, signal)
  const shown = await showAlert(database, id)
  if (!done)
    throw new Refused(`alert ${id} is ${shown.state} already${shown.acknowledgedBy === null ? '' : `, by ${shown.acknowledgedBy}`}`)
  return shown
}

/** Raises an alert that says it is a test, for every channel that hears of what is critical. @throws LedgerUnreachable */
export function testAlerts(database: Database, by: Operator, atMs: Millis, signal: AbortSignal): Promise<void> {
  const subject = `${by.name} ${atMs}`
  return raiseAlerts(
    database,
    [
      {
        ...{ name: EVENTS.test, subject, severity: SEVERITY_OF[EVENTS.test], title: `${by.name} tests who hears of this`, tradeId: null },
        ...{ detail: 'Nothing is wrong.', atMs, ends: false },
      },
    ],
    signal,
  )
}
