import type { Millis } from '../../../core/units'
import { readExchangeStatus, readUserDataTimestamp } from '../wire/exchange'
import type { KalshiRest } from './call'

/** Read it before the list it vouches for: what is read afterwards is at least this fresh. */
export const getUserDataTimestamp = (rest: KalshiRest, signal: AbortSignal): Promise<Millis> =>
  rest.get('/exchange/user_data_timestamp', {}, readUserDataTimestamp, signal)
export const getExchangeStatus = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readExchangeStatus>> =>
  rest.get('/exchange/status', {}, readExchangeStatus, signal)
