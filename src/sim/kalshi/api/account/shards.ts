import { formatFixed, money } from '../../../../core/units'
import { armRebalancing } from '../../cash/allocation'
import { transfer } from '../../cash/transfers'
import type { Floor } from '../../floor'
import { refuse } from '../../refusal'
import type { AllocationRow, TransferRow } from '../../rows'
import { checkWholeAccount } from '../access'
import { choice, decodeBody, decodeList, requireFields, text, whole, type Fields } from '../body'
import { accountOf, ok, page, type Answer, type Call } from '../pages'

/** Cash between the exchange's shards: moved by hand, or spread by a target (kalshi.md §5, §12.3). */

/** Amounts of these calls are centicents: 1/100 of a cent. */
const CENTICENT = 100
const PAGE = { preset: 100, max: 1000 }
const TRANSFER = 'IntraExchangeInstanceTransferRequest'
const TRANSFER_FIELDS: Fields = {
  source: 'string',
  destination: 'string',
  amount: 'int64',
  source_exchange_shard: 'int64',
  destination_exchange_shard: 'int64',
  source_subaccount: 'int64',
  destination_subaccount: 'int64',
  client_transfer_id: 'string',
}

export function moveBetweenShards(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const body = decodeBody(call.body, TRANSFER, TRANSFER_FIELDS)
  requireFields(body, TRANSFER, ['source', 'destination', 'amount'])
  for (const field of ['source', 'destination']) {
    const instance = choice(body, TRANSFER, field, ['event_contract', 'margined'] as const)
    if (instance === 'margined') throw refuse('invalid_parameters', 'there is no margin exchange here')
  }
  if (floor.pauses.exchange) throw refuse('exchange_is_paused')
  const accountId = accountOf(call)
  const amount = whole(body, 'amount') ?? 0
  if (amount <= 0) throw refuse('invalid_parameters', 'amount must be positive')
  const row = transfer(floor, {
    kind: 'shard',
    clientId: text(body, 'client_transfer_id'),
    from: { accountId, subaccount: whole(body, 'source_subaccount') ?? 0, shard: whole(body, 'source_exchange_shard') ?? 0 },
    to: { accountId, subaccount: whole(body, 'destination_subaccount') ?? 0, shard: whole(body, 'destination_exchange_shard') ?? 0 },
    amount: money(amount * CENTICENT),
  })
  return ok({ transfer_id: row.transferId })
}

const moveBody = (row: TransferRow): Record<string, unknown> => ({
  transfer_id: row.transferId,
  source: 'event_contract',
  destination: 'event_contract',
  source_exchange_shard: row.from.shard,
  destination_exchange_shard: row.to.shard,
  amount: formatFixed(Math.floor(row.amount / CENTICENT), 4),
  status: 'complete',
  created_ts: Math.floor(row.atMs / 1000),
})

export function moves(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const rows = [...floor.tables.all('transfer')].filter((row) => row.accountId === accountId && row.kind === 'shard').reverse()
  const part = page(call, 'GetIntraExchangeInstanceTransfers', rows, (row) => row.transferId, PAGE)
  return ok({ transfers: part.rows.map(moveBody), cursor: part.cursor })
}

export function oneMove(floor: Floor, call: Call): Answer {
  const row = floor.tables.get('transfer', call.params[0] ?? '')
  if (!row || row.kind !== 'shard' || row.accountId !== accountOf(call)) throw refuse('not_found')
  return ok({ transfer: moveBody(row) })
}

const SHARE: Fields = { exchange_index: 'int64', percent: 'int64' }
const RESERVATIONS = ['max', 'sum', 'none'] as const

/** Percentages must make 100. The cash moves at the next rebalancing, not now; an empty list ends rebalancing. */
export function setAllocation(floor: Floor, call: Call): Answer {
  checkWholeAccount(call.key)
  const struct = 'SetTargetBalanceAllocationRequest'
  const shares = decodeList(call.body, struct, 'allocations', SHARE, 0).map((item) => ({
    shard: whole(item, 'exchange_index') ?? 0,
    percent: whole(item, 'percent') ?? 0,
  }))
  const body = decodeBody(call.body, struct, { resting_margin_reservation: 'string' })
  const isWhole = shares.every(({ percent }) => percent >= 0) && shares.reduce((sum, { percent }) => sum + percent, 0) === HUNDRED
  if ((shares.length > 0 && !isWhole) || new Set(shares.map(({ shard }) => shard)).size < shares.length)
    throw refuse('invalid_parameters', 'percentages of different exchange indexes must sum to 100')
  const reservation =
    text(body, 'resting_margin_reservation') === '' ? 'max' : choice(body, struct, 'resting_margin_reservation', RESERVATIONS)
  const row: AllocationRow = { accountId: accountOf(call), shares, reservation }
  const isFirst = [...floor.tables.all('allocation')].length === 0
  floor.tables.put('allocation', row.accountId, row)
  if (isFirst) armRebalancing(floor)
  return ok({})
}

const HUNDRED = 100

/** Without a target everything stays where it is, and the list is empty. */
export function allocation(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  return ok(allocationBody(floor.tables.get('allocation', accountId) ?? { accountId, shares: [], reservation: 'max' }))
}

const allocationBody = (row: AllocationRow): Record<string, unknown> => ({
  allocations: row.shares.map(({ shard, percent }) => ({ exchange_index: shard, percent })),
  resting_margin_reservation: row.reservation,
})
