import type { HttpMethod } from '../../http'
import { readAccountLimits, readEndpointCosts, type AccountLimits, type BucketLimits } from '../wire/limits'
import type { KalshiRest } from './call'
import { CostTable } from './pacing'

export interface Granted extends AccountLimits {
  /** Tokens of one call. @param path full path from the root, without query */
  costOf(method: HttpMethod, path: string): number
}

/**
 * Reads what the venue grants this account now and what calls cost, and paces by it from now on: the tier may change from one day to the next.
 * @param share of the account's budget that this process may use, 0 … 1; default all of it (E18)
 * @throws KalshiReadError, z.ZodError
 */
export async function learnLimits(rest: KalshiRest, signal: AbortSignal, share = 1): Promise<Granted> {
  const granted = await rest.get('/account/limits', {}, readAccountLimits, signal)
  const limits = { ...granted, read: partOf(granted.read, share), write: partOf(granted.write, share) }
  const costs = await rest.get('/account/endpoint_costs', {}, readEndpointCosts, signal)
  rest.tellLimits(limits, costs)
  const table = new CostTable(costs)
  return { ...limits, costOf: (method, path) => table.of(method, path) }
}

const partOf = ({ perSecond, capacity }: BucketLimits, share: number): BucketLimits => ({
  perSecond: perSecond * share,
  capacity: Math.floor(capacity * share),
})
