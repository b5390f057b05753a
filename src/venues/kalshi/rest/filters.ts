import type { MarketId } from '../../../core/ids'
import type { Millis } from '../../../core/units'
import type { Query } from './call'
import { secondsFrom, secondsUntil } from './history'

/** The words of the status query, which are not those of the status field (kalshi.md §3). */
export type StatusFilter = 'unopened' | 'open' | 'paused' | 'closed' | 'settled'
type Stamp = 'created' | 'close' | 'settled'

export interface MarketFilter {
  readonly event?: string
  readonly series?: string
  /** Not empty. */
  readonly markets?: readonly MarketId[]
  readonly status?: StatusFilter
  readonly created?: Window
  readonly close?: Window
  readonly settled?: Window
  readonly updatedSinceMs?: Millis
  /** Default: none. There are more than a million combos. */
  readonly combos?: 'only' | 'exclude' | 'include'
}
/** At least one end. */
export interface Window {
  readonly fromMs?: Millis
  readonly untilMs?: Millis
}

const STATUSES: { readonly [stamp in Stamp]: readonly StatusFilter[] } = {
  created: ['unopened', 'open'],
  close: ['closed'],
  settled: ['settled'],
}

/**
 * The query of `GET /markets`.
 * @throws RangeError with the rule (kalshi.md §3, OpenAPI) for filters that the venue refuses together
 */
export function marketQuery(filter: MarketFilter): Query {
  const { event, series, markets, status, updatedSinceMs, combos = 'exclude' } = filter
  const stamps = (Object.keys(STATUSES) as Stamp[]).filter((stamp) => filter[stamp] !== undefined)
  if (stamps.length > 1)
    throw new RangeError(`markets are filtered by one kind of time, not by ${stamps.join(' and ')}: leave all but one out`)
  const [stamp] = stamps
  if (stamp !== undefined && status !== undefined && !STATUSES[stamp].includes(status))
    throw new RangeError(`the ${stamp} times of markets go with status ${STATUSES[stamp].join(' or ')} or none, not with ${status}`)
  if (updatedSinceMs !== undefined) {
    const other = event !== undefined || markets !== undefined || status !== undefined || stamp !== undefined
    if (other || combos !== 'exclude')
      throw new RangeError('markets updated since a time are filtered by their series alone, without combos')
  }
  if (markets?.length === 0) throw new RangeError('a list of no markets would be all of them: name some, or leave the list out')
  return {
    event_ticker: event,
    series_ticker: series,
    tickers: markets?.join(','),
    status,
    min_updated_ts: updatedSinceMs === undefined ? undefined : secondsFrom(updatedSinceMs),
    mve_filter: combos === 'include' ? undefined : combos,
    ...windowQuery('created', filter.created),
    ...windowQuery('close', filter.close),
    ...windowQuery('settled', filter.settled),
  }
}

const windowQuery = (stamp: Stamp, window: Window | undefined): Query => ({
  [`min_${stamp}_ts`]: window?.fromMs === undefined ? undefined : secondsFrom(window.fromMs),
  [`max_${stamp}_ts`]: window?.untilMs === undefined ? undefined : secondsUntil(window.untilMs),
})
