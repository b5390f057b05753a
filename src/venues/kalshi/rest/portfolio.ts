import type { MarketId } from '../../../core/ids'
import type { Millis, Money } from '../../../core/units'
import { readBalance, readFillPage, readPositionPage, readSettlementPage, type KalshiFill } from '../wire/portfolio'
import type { KalshiRest } from './call'

const ROWS_PER_PAGE = 1000
/** The filters take whole seconds and mean "after": one second earlier loses nothing. */
const seconds = (fromMs: Millis): number => Math.max(0, Math.floor(fromMs / 1000) - 1)

export const getBalance = (rest: KalshiRest, signal: AbortSignal): Promise<Money> => rest.get('/portfolio/balance', {}, readBalance, signal)
export const getPositions = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readPositionPage>['items']> =>
  rest.getAll('/portfolio/positions', { limit: ROWS_PER_PAGE }, readPositionPage, signal)
export const getFills = (
  rest: KalshiRest,
  filter: { readonly ticker?: MarketId; readonly order_id?: string; readonly sinceMs?: Millis },
  signal: AbortSignal,
): Promise<readonly KalshiFill[]> => {
  const { sinceMs, ...query } = filter
  const min_ts = sinceMs === undefined ? undefined : seconds(sinceMs)
  return rest.getAll('/portfolio/fills', { ...query, min_ts, limit: ROWS_PER_PAGE }, readFillPage, signal)
}
export const getSettlements = (
  rest: KalshiRest,
  sinceMs: Millis,
  signal: AbortSignal,
): Promise<ReturnType<typeof readSettlementPage>['items']> =>
  rest.getAll('/portfolio/settlements', { min_ts: seconds(sinceMs), limit: ROWS_PER_PAGE }, readSettlementPage, signal)
