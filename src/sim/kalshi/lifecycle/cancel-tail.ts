import type { Floor } from '../floor'

/** Fault `cancel_all_tail`: what is submitted within about a minute after a cancel-all may be cancelled as well (kalshi.md §4.4). */
const TAIL_MS = 60_000

/** A cancel-all of this account: with the fault armed, its tail begins. */
export function beginCancelTail(floor: Floor, accountId: string): void {
  const fault = floor.faults.take('cancel_all_tail', { account_id: accountId })
  if (!fault) return
  const ms = typeof fault['ms'] === 'number' ? fault['ms'] : TAIL_MS
  floor.cancelTails.set(accountId, floor.clock.nowMs() + ms)
}

/** Whether an order that is submitted now is cancelled before it trades. */
export const isInCancelTail = (floor: Floor, accountId: string): boolean =>
  (floor.cancelTails.get(accountId) ?? -Infinity) >= floor.clock.nowMs()
