import { invariant } from '../../../core/assert'
import { formatMoney, type Money } from '../../../core/units'
import {
  readAllocation,
  readApiKeys,
  readCreatedSubaccount,
  readNetting,
  readShardTransfer,
  readSubaccountBalances,
  readTransferPage,
  type Allocation,
  type KalshiApiKey,
} from '../wire/answers/account'
import { MICROS_PER_CENT, MICROS_PER_CENTICENT } from '../wire/fields'
import type { KalshiRest, WriteAnswer } from './call'
import { readWritten, type Written } from './failure'

const always = (): null => null
const nothing = (): null => null
const TRANSFERS_PER_PAGE = 100
const SUBACCOUNTS = '/portfolio/subaccounts'
const CONFLICT = 409

/** The keys of the account; `attestationOf` judges the one in use. */
export const getApiKeys = (rest: KalshiRest, signal: AbortSignal): Promise<readonly KalshiApiKey[]> =>
  rest.get('/api_keys', {}, readApiKeys, signal)

/** @returns its number */
export const createSubaccount = async (rest: KalshiRest, shard: number, signal: AbortSignal): Promise<Written<number>> =>
  readWritten(
    await rest.write({ method: 'POST', path: SUBACCOUNTS, body: { exchange_index: shard }, mayWrite: always, shard }, signal),
    readCreatedSubaccount,
  )
export const getSubaccountBalances = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readSubaccountBalances>> =>
  rest.get(`${SUBACCOUNTS}/balances`, {}, readSubaccountBalances, signal)
export const getSubaccountTransfers = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readTransferPage>['items']> =>
  rest.getAll(`${SUBACCOUNTS}/transfers`, { limit: TRANSFERS_PER_PAGE }, readTransferPage, signal)

export interface SubaccountTransfer {
  /** A UUID, once for each transfer that is meant: sent again, it moves nothing twice. */
  readonly id: string
  readonly from: number
  readonly to: number
  /** Whole cents. */
  readonly amount: Money
  readonly shard: number
}
/**
 * Moves cash between subaccounts of one shard. `isReplay`: the venue had executed this id before.
 * @throws RangeError for an amount that is not whole cents above zero: the wire takes CENTS
 */
export async function transferBetweenSubaccounts(
  rest: KalshiRest,
  { id, from, to, amount, shard }: SubaccountTransfer,
  signal: AbortSignal,
): Promise<Written<{ readonly isReplay: boolean }>> {
  const body = {
    client_transfer_id: id,
    from_subaccount: from,
    to_subaccount: to,
    amount_cents: whole(amount, MICROS_PER_CENT, 'cents'),
    exchange_index: shard,
  }
  const answer = await rest.write({ method: 'POST', path: `${SUBACCOUNTS}/transfer`, body, mayWrite: always, shard }, signal)
  return isReplay(answer) ? { kind: 'accepted', value: { isReplay: true } } : readWritten(answer, () => ({ isReplay: false }))
}

/** Whether collateral is returned across markets of one event. */
export const getNetting = (rest: KalshiRest, signal: AbortSignal): Promise<ReturnType<typeof readNetting>> =>
  rest.get(`${SUBACCOUNTS}/netting`, {}, readNetting, signal)
export const setNetting = async (
  rest: KalshiRest,
  { subaccount, isEnabled, shard }: { readonly subaccount: number; readonly isEnabled: boolean; readonly shard: number },
  signal: AbortSignal,
): Promise<Written<null>> => {
  const body = { subaccount_number: subaccount, enabled: isEnabled, exchange_index: shard }
  return readWritten(await rest.write({ method: 'PUT', path: `${SUBACCOUNTS}/netting`, body, mayWrite: always, shard }, signal), nothing)
}

export interface ShardTransfer {
  /** A UUID, as in {@link SubaccountTransfer}. */
  readonly id: string
  readonly fromShard: number
  readonly toShard: number
  /** Whole CENTICENTS, a hundredth of a cent. */
  readonly amount: Money
}
/**
 * Moves cash between shards of the event exchange. The venue's id of the transfer; null when it had executed this id before.
 * @throws RangeError for an amount that is not whole centicents above zero
 */
export async function transferBetweenShards(
  rest: KalshiRest,
  { id, fromShard, toShard, amount }: ShardTransfer,
  signal: AbortSignal,
): Promise<Written<string | null>> {
  const body = {
    source: 'event_contract',
    destination: 'event_contract',
    amount: whole(amount, MICROS_PER_CENTICENT, 'centicents'),
    source_exchange_shard: fromShard,
    destination_exchange_shard: toShard,
    client_transfer_id: id,
  }
  const answer = await rest.write({ method: 'POST', path: '/portfolio/intra_exchange_instance_transfer', body, mayWrite: always }, signal)
  return isReplay(answer) ? { kind: 'accepted', value: null } : readWritten(answer, readShardTransfer)
}

const ALLOCATION = '/portfolio/target_balance_allocation'
const WHOLE = 100
export const getAllocation = (rest: KalshiRest, signal: AbortSignal): Promise<Allocation> =>
  rest.get(ALLOCATION, {}, readAllocation, signal)
/** @throws RangeError when the percents do not sum to 100 */
export async function setAllocation(
  rest: KalshiRest,
  { shards, restingReservation }: Allocation,
  signal: AbortSignal,
): Promise<Written<null>> {
  const sum = shards.reduce((total, { percent }) => total + percent, 0)
  if (shards.length > 0 && sum !== WHOLE)
    throw new RangeError(`the parts of the shards sum to ${sum} percent: make it 100, or give none to end the rebalancing`)
  const allocations = shards.map(({ shard, percent }) => ({ exchange_index: shard, percent }))
  const body = { allocations, resting_margin_reservation: restingReservation }
  return readWritten(await rest.write({ method: 'POST', path: ALLOCATION, body, mayWrite: always }, signal), nothing)
}

/** One of the four meanings of 409: this transfer id has moved its money already. A pause is another. */
const isReplay = (answer: WriteAnswer): boolean =>
  answer.kind === 'failed' && answer.failure.status === CONFLICT && answer.failure.kind !== 'paused'

function whole(amount: Money, unit: number, name: string): number {
  if (amount <= 0 || amount % unit !== 0) throw new RangeError(`$${formatMoney(amount)} is not a number of whole ${name} above zero`)
  const units = amount / unit
  invariant(Number.isSafeInteger(units), 'a whole number of units')
  return units
}
