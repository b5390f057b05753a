import { formatQuantity, type Quantity } from '../../../../core/units'
import type { Floor } from '../../floor'
import { createGroup, deleteGroup, groupOf, limitGroup, ordersIn, resetGroup, trigger } from '../../orders/groups'
import { refuse } from '../../refusal'
import type { GroupRow } from '../../rows'
import { subaccountFor } from '../access'
import { decodeBody, readCount, text, whole, type Body, type Fields } from '../body'
import { accountOf, ok, shardQuery, subaccountQuery, type Answer, type Call } from '../pages'

/** Order groups (kalshi.md §4.8). Reads come from the matching engine, not from the read model. */

const FIELDS: Fields = { contracts_limit: 'int64', contracts_limit_fp: 'string', subaccount: 'int64', exchange_index: 'int64' }
const ONE = 100
/** The venue's bounds of a limit, in contracts. */
const LIMIT_MAX = 1_000_000

export function create(floor: Floor, call: Call): Answer {
  const body = decodeBody(call.body, 'CreateOrderGroupRequest', FIELDS)
  const subaccount = subaccountFor(call.key, whole(body, 'subaccount'), 0) ?? 0
  const shard = Math.max(0, whole(body, 'exchange_index') ?? 0)
  const group = createGroup(floor, { accountId: accountOf(call), subaccount, shard }, readLimit(body))
  return { status: 201, body: { order_group_id: group.groupId, subaccount, exchange_index: shard } }
}

/** One of the two forms; where both are given they must agree. */
function readLimit(body: Body): Quantity {
  const contracts = whole(body, 'contracts_limit')
  const exact = text(body, 'contracts_limit_fp')
  if (contracts === null && exact === '') throw refuse('invalid_parameters', 'contracts_limit or contracts_limit_fp must be given')
  const limit = exact === '' ? (((contracts ?? 0) * ONE) as Quantity) : readCount(exact)
  if (contracts !== null && limit !== contracts * ONE) throw refuse('invalid_parameters', 'contracts_limit and contracts_limit_fp differ')
  if (limit < ONE || limit > LIMIT_MAX * ONE) throw refuse('invalid_parameters', `contracts_limit must be 1 to ${LIMIT_MAX}`)
  return limit
}

export function list(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'GetOrderGroups'), null)
  const groups = [...floor.tables.all('group')]
    .filter((group) => group.accountId === accountId && (subaccount === null || group.subaccount === subaccount))
    .map((group) => ({ id: group.groupId, ...stateOf(group) }))
  return ok({ order_groups: groups })
}

export function one(floor: Floor, call: Call): Answer {
  const group = found(floor, call)
  return ok({ ...stateOf(group), orders: ordersIn(floor, group).map((order) => order.orderId) })
}

/** Armed until it triggers; a reset arms it again. */
const stateOf = (group: GroupRow): Record<string, unknown> => ({
  is_auto_cancel_enabled: !group.triggered,
  contracts_limit_fp: formatQuantity(group.limit),
  exchange_index: group.shard,
})

/** @throws Refusal not_found also when the group is on another shard or subaccount than the call says. */
function found(floor: Floor, call: Call): GroupRow {
  const group = groupOf(floor, accountOf(call), call.params[0] ?? '')
  const subaccount = subaccountFor(call.key, subaccountQuery(call, 'OrderGroup'), null)
  const shard = shardQuery(call, 'OrderGroup')
  if ((subaccount !== null && subaccount !== group.subaccount) || (shard !== null && shard !== group.shard)) throw refuse('not_found')
  return group
}

export const reset = (floor: Floor, call: Call): Answer => {
  resetGroup(floor, found(floor, call))
  return ok({})
}

export const fire = (floor: Floor, call: Call): Answer => {
  const group = found(floor, call)
  if (!group.triggered) trigger(floor, group)
  return ok({})
}

export const limit = (floor: Floor, call: Call): Answer => {
  limitGroup(floor, found(floor, call), readLimit(decodeBody(call.body, 'UpdateOrderGroupLimitRequest', FIELDS)))
  return ok({})
}

export const remove = (floor: Floor, call: Call): Answer => {
  deleteGroup(floor, found(floor, call))
  return ok({})
}
