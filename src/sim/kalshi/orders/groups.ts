import type { Quantity } from '../../../core/units'
import { bookOf, type Floor, type OrderGroupChange } from '../floor'
import { refuse } from '../refusal'
import type { GroupRow, OrderRow, Pocket } from '../rows'
import { shardOf } from '../cash/pockets'
import { cancelResting } from './resting'

/** Order groups (kalshi.md §4.8): fills of a group are counted over a rolling window; at the limit its orders are cancelled and new ones refused. */

/** The venue's window. */
const WINDOW_MS = 15_000

export function createGroup(floor: Floor, pocket: Pocket, limit: Quantity): GroupRow {
  const group: GroupRow = {
    ...pocket,
    groupId: floor.tables.uuid('order group'),
    limit,
    triggered: false,
    fills: [],
    createdMs: floor.clock.nowMs(),
  }
  floor.tables.put('group', group.groupId, group)
  announce(floor, group, 'created', limit)
  return group
}

/** @throws Refusal not_found for a group of somebody else. */
export function groupOf(floor: Floor, accountId: string, groupId: string): GroupRow {
  const group = floor.tables.get('group', groupId)
  if (!group || group.accountId !== accountId) throw refuse('not_found')
  return group
}

/** @throws Refusal 400 when an order names a group that it cannot join. */
export function checkGroup(
  floor: Floor,
  request: { readonly accountId: string; readonly subaccount: number; readonly ticker: string; readonly groupId: string | null },
): void {
  if (request.groupId === null) return
  const group = floor.tables.get('group', request.groupId)
  if (!group || group.accountId !== request.accountId || group.subaccount !== request.subaccount)
    throw refuse('invalid_parameters', 'unknown order group')
  if (group.shard !== shardOf(floor, request.ticker)) throw refuse('invalid_parameters', 'order group is on another exchange index')
  if (group.triggered) throw refuse('invalid_order', 'order group is triggered')
}

export const isTriggered = (floor: Floor, groupId: string | null): boolean =>
  groupId !== null && floor.tables.get('group', groupId)?.triggered === true

/** Counts one fill; at the limit the group triggers. */
export function countFill(floor: Floor, order: OrderRow, quantity: Quantity): void {
  const group = order.groupId === null ? undefined : floor.tables.get('group', order.groupId)
  if (!group || group.triggered) return
  const atMs = floor.clock.nowMs()
  const counted = { ...group, fills: [...recent(group, atMs), { atMs, quantity }] }
  floor.tables.put('group', group.groupId, counted)
  if (volume(counted) >= group.limit) trigger(floor, counted)
}

export function trigger(floor: Floor, group: GroupRow): void {
  floor.tables.put('group', group.groupId, { ...group, triggered: true })
  announce(floor, group, 'triggered', null)
  cancelOrders(floor, group)
}

export function resetGroup(floor: Floor, group: GroupRow): void {
  floor.tables.put('group', group.groupId, { ...group, triggered: false, fills: [] })
  announce(floor, group, 'reset', null)
}

/** A limit that the rolling volume has reached already triggers at once. */
export function limitGroup(floor: Floor, group: GroupRow, limit: Quantity): void {
  const limited = { ...group, limit, fills: recent(group, floor.clock.nowMs()) }
  floor.tables.put('group', group.groupId, limited)
  announce(floor, group, 'limit_updated', limit)
  if (!limited.triggered && volume(limited) >= limit) trigger(floor, limited)
}

export function deleteGroup(floor: Floor, group: GroupRow): void {
  cancelOrders(floor, group)
  floor.tables.remove('group', group.groupId)
  announce(floor, group, 'deleted', null)
}

export const ordersIn = (floor: Floor, group: GroupRow): readonly OrderRow[] =>
  floor.tables.resting(group.accountId).filter((order) => order.groupId === group.groupId)

const recent = (group: GroupRow, nowMs: number): GroupRow['fills'] => group.fills.filter((fill) => fill.atMs > nowMs - WINDOW_MS)

const volume = (group: GroupRow): number => group.fills.reduce((sum, fill) => sum + fill.quantity, 0)

function cancelOrders(floor: Floor, group: GroupRow): void {
  for (const order of ordersIn(floor, group)) {
    const resting = bookOf(floor, order.ticker).find(order.orderId)
    if (resting) cancelResting(floor, resting, order.ticker, 'Canceled')
  }
}

function announce(floor: Floor, group: GroupRow, change: OrderGroupChange, contractsLimit: Quantity | null): void {
  const { accountId, groupId } = group
  floor.emit({ kind: 'order_group', accountId, groupId, change, contractsLimit, atMs: floor.clock.nowMs() })
}
