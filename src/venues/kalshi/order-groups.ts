import { KalshiReadError, type KalshiRest } from './rest/call'
import type { Written } from './rest/failure'
import { createOrderGroup, listOrderGroups, resetOrderGroup } from './rest/groups'
import { TRADING_SUBACCOUNT } from './rest/portfolio'
import { NotServed, type OrderGroups } from './runaway'

/** A route that is not there, or not for us: asking again at once changes nothing. */
const NOT_SERVED: readonly number[] = [403, 404, 405, 410, 501]
const NOT_FOUND = 404

/** The order groups of subaccount 0, which is the one that trades. */
export const createOrderGroups = (rest: KalshiRest): OrderGroups => ({
  async list(signal) {
    try {
      const groups = await listOrderGroups(rest, TRADING_SUBACCOUNT, signal)
      return groups.map(({ id, shard, limit }) => ({ groupId: id, shard: shard ?? 0, contractsLimit: limit }))
    } catch (error) {
      if (error instanceof KalshiReadError && 'status' in error.failure) throw unserved(error.failure.status, error)
      throw error
    }
  },
  create: async (contracts, shard, signal) => done(await createOrderGroup(rest, { limit: contracts, shard }, signal), 'created').id,
  reset: async ({ groupId, shard }, signal) => void done(await resetOrderGroup(rest, { id: groupId, shard }, signal), 'reset'),
})

function done<T>(answer: Written<T>, what: 'created' | 'reset'): T {
  if (answer.kind === 'accepted') return answer.value
  if (answer.kind !== 'failed') throw new Error(`the order group may not have been ${what}: ${answer.kind}`)
  const { status, code, detail } = answer.failure
  const error = new Error(`Kalshi has not ${what} the order group: ${code}${detail === '' ? '' : ` (${detail})`}`)
  // the route was there for the list: it is this group that is gone, and the next look makes another
  throw what === 'reset' && status === NOT_FOUND ? error : unserved(status, error)
}

const unserved = (status: number, error: Error): Error =>
  NOT_SERVED.includes(status) ? new NotServed(`Kalshi does not serve order groups to this key: ${error.message}`) : error
