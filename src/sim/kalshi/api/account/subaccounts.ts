import { money } from '../../../../core/units'
import { settleReturn } from '../../cash/collateral-return'
import { addCash, ownPockets, pocketRow, subaccountsOf } from '../../cash/pockets'
import { transfer } from '../../cash/transfers'
import type { Floor } from '../../floor'
import { refuse } from '../../refusal'
import { pocketKey, type Pocket } from '../../rows'
import { checkWholeAccount } from '../access'
import { decodeBody, flag, requireFields, text, whole, type Fields } from '../body'
import { accountOf, ok, page, type Answer, type Call } from '../pages'
import { balanceText } from './balance'

/** Subaccounts: cash of their own on every shard, and collateral return of their own (kalshi.md §5). */

const CENT = 10_000
/** 0 and 63 more. */
const NUMBER_MAX = 63
const PAGE = { preset: 100, max: 1000 }

export function createSubaccount(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const body = decodeBody(call.body === '' ? '{}' : call.body, 'CreateSubaccountRequest', { exchange_index: 'int64' })
  const accountId = accountOf(call)
  const subaccount = (subaccountsOf(floor, accountId).at(-1) ?? 0) + 1
  if (subaccount > NUMBER_MAX) throw refuse('invalid_parameters', `an account has at most ${NUMBER_MAX} subaccounts`)
  addCash(floor, { accountId, subaccount, shard: Math.max(0, whole(body, 'exchange_index') ?? 0) }, 0)
  return { status: 201, body: { subaccount_number: subaccount } }
}

export function subaccountBalances(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const rows = floor.tables.allShown('pocket').filter((pocket) => pocket.accountId === accountOf(call))
  return ok({
    subaccount_balances: rows.map((row) => ({
      subaccount_number: row.subaccount,
      exchange_index: row.shard,
      balance: balanceText(row.cash),
      updated_ts: Math.floor(row.updatedMs / 1000),
    })),
  })
}

const TRANSFER = 'ApplySubaccountTransferRequest'
const TRANSFER_FIELDS: Fields = {
  client_transfer_id: 'string',
  from_subaccount: 'int64',
  to_subaccount: 'int64',
  amount_cents: 'int64',
  exchange_index: 'int64',
}

/** In whole cents; the client's key makes a second one with the same key a 409. */
export function applyTransfer(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const body = decodeBody(call.body, TRANSFER, TRANSFER_FIELDS)
  requireFields(body, TRANSFER, ['client_transfer_id', 'from_subaccount', 'to_subaccount', 'amount_cents'])
  const accountId = accountOf(call)
  const cents = whole(body, 'amount_cents') ?? 0
  if (cents <= 0) throw refuse('invalid_parameters', 'amount_cents must be positive')
  const shard = Math.max(0, whole(body, 'exchange_index') ?? 0)
  const pocket = (field: string): Pocket => ({ accountId, subaccount: known(floor, accountId, whole(body, field) ?? 0), shard })
  transfer(floor, {
    kind: 'subaccount',
    clientId: text(body, 'client_transfer_id'),
    from: pocket('from_subaccount'),
    to: pocket('to_subaccount'),
    amount: money(cents * CENT),
  })
  return ok({})
}

function known(floor: Floor, accountId: string, subaccount: number): number {
  if (!subaccountsOf(floor, accountId).includes(subaccount)) throw refuse('invalid_parameters', `there is no subaccount ${subaccount}`)
  return subaccount
}

export function subaccountTransfers(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const accountId = accountOf(call)
  const rows = [...floor.tables.all('transfer')].filter((row) => row.accountId === accountId && row.kind === 'subaccount').reverse()
  const part = page(call, 'GetSubaccountTransfers', rows, (row) => row.transferId, PAGE)
  return ok({
    transfers: part.rows.map((row) => ({
      transfer_id: row.transferId,
      from_subaccount: row.from.subaccount,
      to_subaccount: row.to.subaccount,
      amount_cents: Math.floor(row.amount / CENT),
      created_ts: Math.floor(row.atMs / 1000),
      exchange_index: row.from.shard,
      transfer_type: 'cash',
    })),
    cursor: part.cursor,
  })
}

export function netting(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const configs = ownPockets(floor, accountOf(call)).map((pocket) => ({
    subaccount_number: pocket.subaccount,
    enabled: pocket.netting,
    exchange_index: pocket.shard,
  }))
  return ok({ netting_configs: configs })
}

/** Switching it off takes back what was returned. @throws Refusal insufficient_balance when that cash is spent. */
export function setNetting(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const fields: Fields = { subaccount_number: 'int64', enabled: 'bool', exchange_index: 'int64' }
  const body = decodeBody(call.body, 'UpdateSubaccountNettingRequest', fields)
  requireFields(body, 'UpdateSubaccountNettingRequest', ['subaccount_number', 'enabled'])
  const accountId = accountOf(call)
  const subaccount = known(floor, accountId, whole(body, 'subaccount_number') ?? 0)
  const shard = whole(body, 'exchange_index')
  for (const pocket of ownPockets(floor, accountId)) {
    if (pocket.subaccount === subaccount && (shard === null || shard === pocket.shard)) switchNetting(floor, pocket, flag(body, 'enabled'))
  }
  return ok({})
}

function switchNetting(floor: Floor, pocket: Pocket, netting: boolean): void {
  const before = pocketRow(floor, pocket)
  const owed = [...floor.tables.all('returned')]
    .filter((row) => row.accountId === pocket.accountId && row.subaccount === pocket.subaccount && row.shard === pocket.shard)
    .reduce((sum, row) => sum + row.amount, 0)
  if (!netting && before.netting && before.cash < owed) throw refuse('insufficient_balance')
  floor.tables.put('pocket', pocketKey(pocket), { ...before, netting })
  for (const event of floor.tables.all('event')) {
    if (event.definition.exchange_index === pocket.shard && event.definition.collateral_return_type !== '')
      settleReturn(floor, pocket, event.ticker)
  }
}
