import { readWriteLimits, type WriteLimits } from '../wire/limits'
import type { KalshiRest } from './call'

/** What the venue grants this account now: the tier may change from one day to the next. */
export const getWriteLimits = (rest: KalshiRest, signal: AbortSignal): Promise<WriteLimits> =>
  rest.get('/account/limits', {}, readWriteLimits, signal)
