import type { Money } from '../../core/units'
import { pocketKey, type AccountRow, type PocketRow, type RowTypes, type TableName } from './rows'

/** State folders that were written before cash lay on shards and orders belonged to subaccounts: everything was on the first of both. */

/** A row of then says nothing of these. */
const ADDED: { readonly [T in TableName]?: Partial<RowTypes[T]> } = {
  order: { subaccount: 0, groupId: null, postOnly: false },
  fill: { subaccount: 0 },
  position: { subaccount: 0 },
  settlement: { subaccount: 0 },
}
export const completed = <T extends TableName>(table: T, row: RowTypes[T]): RowTypes[T] => ({
  ...ADDED[table],
  ...row,
  ...withSources(row),
})

/** Events had no sources of their own. */
const withSources = (row: object): object =>
  'listing' in row && 'definition' in row ? { definition: { settlement_sources: [], ...(row.definition as object) } } : {}

/** What an account of then becomes: its cash is a pocket. Null: one of now. */
export function splitAccount(
  row: AccountRow & { readonly cash?: Money },
  nowMs: number,
): { readonly account: AccountRow; readonly key: string; readonly pocket: PocketRow } | null {
  const { cash, ...account } = row
  if (cash === undefined) return null
  const pocket = { accountId: account.accountId, subaccount: 0, shard: 0 }
  return { account, key: pocketKey(pocket), pocket: { ...pocket, cash, netting: false, updatedMs: nowMs } }
}
