import { money, NO_MONEY, type Money } from '../../../core/units'
import type { Floor } from '../floor'
import { pocketKey, type Pocket, type PocketRow } from '../rows'

/** Cash of subaccounts on shards: an order is paid from the pocket of its own shard alone (kalshi.md §12.3). */

export const shardOf = (floor: Floor, ticker: string): number => shardOfEvent(floor, floor.tables.get('market', ticker)?.eventTicker ?? '')

export const shardOfEvent = (floor: Floor, eventTicker: string): number =>
  floor.tables.get('event', eventTicker)?.definition.exchange_index ?? 0

/** Shard 0 and every shard that an event or a balance names, ascending. */
export function shards(floor: Floor): readonly number[] {
  const named = [...floor.tables.all('event')].map((event) => event.definition.exchange_index)
  const funded = [...floor.tables.all('pocket')].map((pocket) => pocket.shard)
  return [...new Set([0, ...named, ...funded])].sort((a, b) => a - b)
}

export const pocketOf = (
  floor: Floor,
  row: { readonly accountId: string; readonly subaccount: number; readonly ticker: string },
): Pocket => ({ accountId: row.accountId, subaccount: row.subaccount, shard: shardOf(floor, row.ticker) })

export const pocketRow = (floor: Floor, pocket: Pocket): PocketRow =>
  floor.tables.get('pocket', pocketKey(pocket)) ?? { ...pocket, cash: NO_MONEY, netting: false, updatedMs: floor.clock.nowMs() }

export const cashIn = (floor: Floor, pocket: Pocket): Money => pocketRow(floor, pocket).cash

/** @param change in 1e-6 dollars; negative takes out. */
export function addCash(floor: Floor, pocket: Pocket, change: number): void {
  const row = pocketRow(floor, pocket)
  floor.tables.put('pocket', pocketKey(pocket), { ...row, cash: money(row.cash + change), updatedMs: floor.clock.nowMs() })
}

export const ownPockets = (floor: Floor, accountId: string): readonly PocketRow[] =>
  [...floor.tables.all('pocket')].filter((pocket) => pocket.accountId === accountId)

/** Subaccounts that exist: 0, and those that were created or funded. */
export const subaccountsOf = (floor: Floor, accountId: string): readonly number[] =>
  [...new Set([0, ...ownPockets(floor, accountId).map((pocket) => pocket.subaccount)])].sort((a, b) => a - b)
