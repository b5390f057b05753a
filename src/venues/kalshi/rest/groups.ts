import type { Quantity } from '../../../core/units'
import { groupLimit, readCreatedGroup, readOrderGroup, readOrderGroups, type OrderGroup } from '../wire/answers/groups'
import type { KalshiRest } from './call'
import { readWritten, type Written } from './failure'

/**
 * Order groups (kalshi.md §4.8): the contracts their orders trade in any 15 s are counted, and above the limit all of them are cancelled and
 * new ones rejected until a reset. A group lives on one shard.
 */
const GROUPS = '/portfolio/order_groups'
const one = (id: string): string => `${GROUPS}/${encodeURIComponent(id)}`
const always = (): null => null
const nothing = (): null => null

/** @throws RangeError when the limit is outside 1 to 1,000,000 contracts */
export async function createOrderGroup(
  rest: KalshiRest,
  { limit, shard, subaccount }: { readonly limit: Quantity; readonly shard: number; readonly subaccount?: number },
  signal: AbortSignal,
): Promise<Written<{ readonly id: string }>> {
  const body = { ...groupLimit(limit), exchange_index: shard, ...(subaccount === undefined ? {} : { subaccount }) }
  const answer = await rest.write({ method: 'POST', path: `${GROUPS}/create`, body, mayWrite: always, shard }, signal)
  return readWritten(answer, readCreatedGroup)
}

/** @param subaccount null: of all; a group does not tell whose it is */
export const listOrderGroups = (rest: KalshiRest, subaccount: number | null, signal: AbortSignal): Promise<readonly OrderGroup[]> =>
  rest.get(GROUPS, { subaccount: subaccount ?? undefined }, readOrderGroups, signal)
/** With the venue's ids of its orders. */
export const getOrderGroup = (rest: KalshiRest, id: string, signal: AbortSignal): Promise<ReturnType<typeof readOrderGroup>> =>
  rest.get(one(id), {}, (body) => readOrderGroup(id, body), signal)

/** Below what has been traded in the last 15 s it triggers at once. @throws RangeError as {@link createOrderGroup} */
export const limitOrderGroup = async (
  rest: KalshiRest,
  { id, shard }: GroupAt,
  limit: Quantity,
  signal: AbortSignal,
): Promise<Written<null>> =>
  readWritten(
    await rest.write(
      { method: 'PUT', path: `${one(id)}/limit`, query: { exchange_index: shard }, body: groupLimit(limit), mayWrite: always, shard },
      signal,
    ),
    nothing,
  )
/** Cancels all its orders and takes no new ones. */
export const triggerOrderGroup = async (rest: KalshiRest, { id, shard }: GroupAt, signal: AbortSignal): Promise<Written<null>> =>
  readWritten(
    await rest.write(
      { method: 'PUT', path: `${one(id)}/trigger`, query: { exchange_index: shard }, body: {}, mayWrite: always, shard },
      signal,
    ),
    nothing,
  )
/** Counts from zero and takes orders again. */
export const resetOrderGroup = async (rest: KalshiRest, { id, shard }: GroupAt, signal: AbortSignal): Promise<Written<null>> =>
  readWritten(
    await rest.write(
      { method: 'PUT', path: `${one(id)}/reset`, query: { exchange_index: shard }, body: {}, mayWrite: always, shard },
      signal,
    ),
    nothing,
  )
/** Cancels its resting orders as well. */
export const deleteOrderGroup = async (rest: KalshiRest, { id, shard }: GroupAt, signal: AbortSignal): Promise<Written<null>> =>
  readWritten(
    await rest.write({ method: 'DELETE', path: one(id), query: { exchange_index: shard }, body: null, mayWrite: always, shard }, signal),
    nothing,
  )

/** @param shard of the group: whose bucket a change is billed to */
export interface GroupAt {
  readonly id: string
  readonly shard: number
}
