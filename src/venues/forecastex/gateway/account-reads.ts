import type { Read } from './read'

export interface HeldPosition {
  readonly account: string
  readonly conId: number
  readonly secType: string
  /** As told; negative is short. */
  readonly contracts: number
}
/** Of every account of the login. */
export const POSITIONS: Read<HeldPosition> = {
  name: 'reqPositions',
  numbered: false,
  payload: () => ['reqPositions'],
  write: (ib) => ib.reqPositions(),
  cancel: (ib) => ib.cancelPositions(),
  take: (callback) => (callback.kind === 'positionEnd' ? 'end' : callback.kind === 'position' ? [callback] : null),
}

export const CASH_TAG = 'TotalCashValue'
/** Free cash of every account of the login. */
export const CASH: Read<{ readonly account: string; readonly value: string }> = {
  name: 'reqAccountSummary',
  numbered: true,
  payload: (reqId) => ['reqAccountSummary', reqId, 'All', CASH_TAG],
  write: (ib, reqId) => ib.reqAccountSummary(reqId, 'All', CASH_TAG),
  cancel: (ib, reqId) => ib.cancelAccountSummary(reqId),
  take: (callback, reqId) => {
    if (callback.kind === 'accountSummaryEnd' && callback.reqId === reqId) return 'end'
    return callback.kind === 'accountSummary' && callback.reqId === reqId && callback.tag === CASH_TAG ? [callback] : null
  },
}
