import { millis, type Millis, type Money } from '../../../core/units'
import type { Execution } from '../wire/messages'
import type { Fees } from '../wire/order-state'
import { venueTime } from '../wire/times'
import type { Read } from './read'

export interface ExecutionReport {
  readonly executions: readonly Execution[]
  readonly fees: Fees
}

export type Reported = { readonly execution: Execution } | { readonly execId: string; readonly fee: Money }

/** `sinceMs` null: of the gateway's whole day. */
export function executionsRead(sinceMs: Millis | null): Read<Reported> {
  const filter = sinceMs === null ? {} : { time: filterTime(sinceMs) }
  return {
    name: 'reqExecutions',
    items: 'execDetails',
    numbered: true,
    payload: (reqId) => ['reqExecutions', reqId, filter],
    write: (ib, reqId) => ib.reqExecutions(reqId, filter),
    take: (callback, reqId) => {
      if (callback.kind === 'executionsEnd' && callback.reqId === reqId) return 'end'
      if (callback.kind === 'execution' && callback.reqId === reqId) return [{ execution: callback.execution }]
      return callback.kind === 'commission' ? [{ execId: callback.execId, fee: callback.fee }] : null
    },
  }
}

/** `YYYYMMDD-hh:mm:ss`: with a dash it is UTC, whatever zone the gateway lives in. */
function filterTime(ms: Millis): string {
  const [date = '', time = ''] = new Date(ms).toISOString().split('T')
  return `${date.replaceAll('-', '')}-${time.slice(0, 8)}`
}

export function reportOf(reported: readonly Reported[]): ExecutionReport {
  const fees = new Map<string, Money>()
  for (const item of reported) if ('fee' in item) fees.set(item.execId, item.fee)
  return { executions: reported.flatMap((item) => ('execution' in item ? [item.execution] : [])), fees }
}

/** Times of executions are whole seconds, cut off. */
const TIME_STEP_MS = 1_000

/**
 * Whether a report by time has what the whole day's report, read after it, has of that time, up to the newest it tells: what traded between the two is in
 * the second alone. False as well when the day has nothing of it: then nothing shows how the gateway reads the time.
 */
export function agreesWithDay(byTime: ExecutionReport, day: ExecutionReport, sinceMs: Millis): boolean {
  const told = new Set(byTime.executions.map(({ execId }) => execId))
  const since = millis(sinceMs + TIME_STEP_MS)
  const until = byTime.executions.reduce((latest, { time }) => Math.max(latest, venueTime(time) ?? 0), 0)
  const wanted = day.executions.filter(({ time }) => {
    const atMs = venueTime(time) ?? since
    return atMs >= since && atMs <= until
  })
  return wanted.length > 0 && wanted.every(({ execId }) => told.has(execId))
}
