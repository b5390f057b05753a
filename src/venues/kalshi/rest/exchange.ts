import type { Millis } from '../../../core/units'
import {
  readExchangeSchedule,
  readExchangeStatus,
  readUserDataTimestamp,
  type ExchangeSchedule,
  type ExchangeStatus,
} from '../wire/exchange'
import type { KalshiRest } from './call'

/** Read it before the list it vouches for: what is read afterwards is at least this fresh. */
export const getUserDataTimestamp = (rest: KalshiRest, signal: AbortSignal): Promise<Millis> =>
  rest.get('/exchange/user_data_timestamp', {}, readUserDataTimestamp, signal)
export const getExchangeStatus = (rest: KalshiRest, signal: AbortSignal): Promise<ExchangeStatus> =>
  rest.get('/exchange/status', {}, readExchangeStatus, signal)
/** Weekly hours and announced windows: the Thursday pause is among them, sudden ones are not. */
export const getExchangeSchedule = (rest: KalshiRest, signal: AbortSignal): Promise<ExchangeSchedule> =>
  rest.get('/exchange/schedule', {}, readExchangeSchedule, signal)
