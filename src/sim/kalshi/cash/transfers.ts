import type { Money } from '../../../core/units'
import { availableIn } from '../accounts'
import type { Floor } from '../floor'
import { refuse } from '../refusal'
import { pocketKey, type Pocket, type TransferRow } from '../rows'
import { addCash } from './pockets'

/** Moving cash between subaccounts, and between shards. */

interface Wish {
  readonly kind: TransferRow['kind']
  readonly clientId: string
  readonly from: Pocket
  readonly to: Pocket
  readonly amount: Money
}

/** Atomic and at once. @throws Refusal 409 when the client's key was used before, 400 when the cash is not there. */
export function transfer(floor: Floor, wish: Wish): TransferRow {
  const { accountId } = wish.from
  const used = [...floor.tables.all('transfer')].some(
    (row) => row.accountId === accountId && row.kind === wish.kind && row.clientId !== '' && row.clientId === wish.clientId,
  )
  if (used) throw refuse('transfer_already_exists')
  if (pocketKey(wish.from) === pocketKey(wish.to)) throw refuse('invalid_parameters', 'source and destination are the same')
  if (availableIn(floor, wish.from) < wish.amount) throw refuse('insufficient_balance')
  addCash(floor, wish.from, 0 - wish.amount)
  addCash(floor, wish.to, wish.amount)
  const row: TransferRow = { ...wish, accountId, transferId: floor.tables.uuid('transfer'), atMs: floor.clock.nowMs() }
  floor.tables.put('transfer', row.transferId, row)
  return row
}
