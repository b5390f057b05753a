import { readAccountLimits, readEndpointCosts, readWriteLimits, type AccountLimits, type WriteLimits } from '../wire/limits'
import type { KalshiRest } from './call'

/** What the venue grants this account now: the tier may change from one day to the next. */
export const getWriteLimits = (rest: KalshiRest, signal: AbortSignal): Promise<WriteLimits> =>
  rest.get('/account/limits', {}, readWriteLimits, signal)

/** Reads what the account is granted and what calls cost, and paces by it from now on. @throws KalshiReadError, z.ZodError */
export async function learnLimits(rest: KalshiRest, signal: AbortSignal): Promise<AccountLimits> {
  const limits = await rest.get('/account/limits', {}, readAccountLimits, signal)
  rest.tellLimits(limits, await rest.get('/account/endpoint_costs', {}, readEndpointCosts, signal))
  return limits
}
