import type { MarketId } from '../../../core/ids'
import type { Millis } from '../../../core/units'
import { readDepositPage, readWithdrawalPage, type CashMovement } from '../wire/answers/account'
import {
  readBalance,
  readFillPage,
  readPositionPage,
  readPositionRecordPage,
  readSettlementPage,
  readSettlementRecordPage,
  type Balance,
  type KalshiFillRecord,
  type KalshiPosition,
  type KalshiSettlement,
} from '../wire/portfolio'
import type { KalshiRest, Query } from './call'
import { acrossCutoff, secondsFrom, secondsUntil } from './history'

const ROWS_PER_PAGE = 1000

/** The one that trades. Balance and positions are of it unless another is named; orders, fills and settlements would be of all (kalshi.md §13 trap 18). */
export const TRADING_SUBACCOUNT = 0
/** Of subaccount 0. */
export const getBalance = (rest: KalshiRest, signal: AbortSignal): Promise<Balance> =>
  rest.get('/portfolio/balance', {}, readBalance, signal)
export const getPositions = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readPositionPage>['items']> =>
  rest.getAll('/portfolio/positions', { limit: ROWS_PER_PAGE }, readPositionPage, signal)
export const getFills = (
  rest: KalshiRest,
  filter: { readonly ticker?: MarketId; readonly order_id?: string; readonly sinceMs?: Millis; readonly subaccount?: number },
  signal: AbortSignal,
): Promise<readonly KalshiFillRecord[]> => {
  const { sinceMs, ...query } = filter
  const min_ts = sinceMs === undefined ? undefined : secondsFrom(sinceMs)
  return rest.getAll('/portfolio/fills', { ...query, min_ts, limit: ROWS_PER_PAGE }, readFillPage, signal)
}
export const getSettlements = (
  rest: KalshiRest,
  { sinceMs, subaccount }: { readonly sinceMs: Millis; readonly subaccount: number },
  signal: AbortSignal,
): Promise<ReturnType<typeof readSettlementPage>['items']> =>
  rest.getAll('/portfolio/settlements', { min_ts: secondsFrom(sinceMs), subaccount, limit: ROWS_PER_PAGE }, readSettlementPage, signal)

/** `settled` ones leave the usual list. Of subaccount 0 unless another is named. */
export const getPositionRecords = (
  rest: KalshiRest,
  filter: { readonly settlement_status?: 'unsettled' | 'settled' | 'all'; readonly subaccount?: number; readonly exchange_index?: number },
  signal: AbortSignal,
): Promise<readonly KalshiPosition[]> =>
  rest.getAll('/portfolio/positions', { ...filter, limit: ROWS_PER_PAGE }, readPositionRecordPage, signal)
export const getHistoricalPositions = (rest: KalshiRest, signal: AbortSignal): Promise<readonly KalshiPosition[]> =>
  rest.getAll('/historical/positions', { limit: ROWS_PER_PAGE }, readPositionRecordPage, signal)

/** The venue takes no more tickers in one request. */
const FILL_TICKERS_MAX = 100
export interface FillFilter {
  /** Empty: of all markets. At most 100. */
  readonly markets: readonly MarketId[]
  readonly sinceMs: Millis
  readonly untilMs?: Millis
}
/** Fills since then, newest first, also those older than the historical cutoff. @throws RangeError for more than 100 markets */
export function getFillsAcross(rest: KalshiRest, filter: FillFilter, signal: AbortSignal): Promise<readonly KalshiFillRecord[]> {
  const { markets, sinceMs, untilMs } = filter
  if (markets.length > FILL_TICKERS_MAX)
    throw new RangeError(`Kalshi takes ${FILL_TICKERS_MAX} markets at once, not ${markets.length}: ask in parts`)
  const max_ts = untilMs === undefined ? undefined : secondsUntil(untilMs)
  const query: Query = { max_ts, limit: ROWS_PER_PAGE }
  const places = {
    live: () => rest.getAll('/portfolio/fills', { ...query, ticker: csv(markets), min_ts: secondsFrom(sinceMs) }, readFillPage, signal),
    // the historical list takes one ticker and no beginning
    historical: async () => {
      const lists = await Promise.all(
        (markets.length === 0 ? [undefined] : markets).map((ticker) =>
          rest.getAll('/historical/fills', { ...query, ticker }, readFillPage, signal),
        ),
      )
      return lists.flat()
    },
    idOf: ({ executionId, venueOrderId }: KalshiFillRecord) => `${venueOrderId} ${executionId}`,
    timeOf: ({ atMs }: KalshiFillRecord) => atMs,
    cutoffOf: ({ tradesMs }: { readonly tradesMs: Millis }) => tradesMs,
  }
  return acrossCutoff(rest, sinceMs, places, signal)
}

export const getSettlementRecords = (
  rest: KalshiRest,
  filter: { readonly market?: MarketId; readonly event?: string; readonly sinceMs?: Millis; readonly subaccount?: number },
  signal: AbortSignal,
): Promise<readonly KalshiSettlement[]> => {
  const { market, event, sinceMs, subaccount } = filter
  const min_ts = sinceMs === undefined ? undefined : secondsFrom(sinceMs)
  const query = { ticker: market, event_ticker: event, min_ts, subaccount, limit: ROWS_PER_PAGE }
  return rest.getAll('/portfolio/settlements', query, readSettlementRecordPage, signal)
}

export const getDeposits = (rest: KalshiRest, signal: AbortSignal): Promise<readonly CashMovement[]> =>
  rest.getAll('/portfolio/deposits', {}, readDepositPage, signal)
export const getWithdrawals = (rest: KalshiRest, signal: AbortSignal): Promise<readonly CashMovement[]> =>
  rest.getAll('/portfolio/withdrawals', {}, readWithdrawalPage, signal)

const csv = (tickers: readonly MarketId[]): string | undefined => (tickers.length === 0 ? undefined : tickers.join(','))
