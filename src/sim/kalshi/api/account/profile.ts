import type { Floor } from '../../floor'
import { uuidOf } from '../../tables'
import { checkWholeAccount } from '../access'
import type { RegisteredKey } from '../auth'
import { bucketLimit, DEFAULT_COST, ENDPOINT_COSTS } from '../limits'
import { accountOf, ok, page, type Answer, type Call } from '../pages'

/** The account itself: keys, limits, and money that came from and went to the outside. */

const PAGE = { preset: 100, max: 500 }

/** Keys of the account; the expiry is that of the attested location (kalshi.md §1.6). */
export function apiKeys(keys: Iterable<RegisteredKey>, call: Call): Answer {
  checkWholeAccount(call.key)
  const accountId = accountOf(call)
  const own = [...keys].filter((key) => key.accountId === accountId)
  const expiries = own.flatMap((key) => key.regionExpiresMs ?? [])
  return ok({
    api_keys: own.map((key) => ({ api_key_id: key.keyId, name: key.name, scopes: key.scopes, subaccount: key.subaccount })),
    ...(expiries.length === 0 ? {} : { api_key_region_expiration_ts: Math.floor(Math.min(...expiries) / 1000) }),
  })
}

export function limits(floor: Floor, call: Call): Answer {
  const accountId = accountOf(call)
  const tier = floor.section.accounts.find((account) => account.account_id === accountId)?.usage_tier ?? 'basic'
  return ok({ usage_tier: tier, read: bucketLimit(tier, 'read'), write: bucketLimit(tier, 'write'), grants: [] })
}

export const endpointCosts = (): Answer => ok({ default_cost: DEFAULT_COST, endpoint_costs: ENDPOINT_COSTS })

function movements(floor: Floor, call: Call, kind: 'deposits' | 'withdrawals', endpoint: string): Answer {
  const accountId = accountOf(call)
  const rows = (floor.section.accounts.find((account) => account.account_id === accountId)?.[kind] ?? []).map((row, at) => {
    const created = Math.floor(Date.parse(row.created_time) / 1000)
    return {
      id: uuidOf(`${kind}|${accountId}|${at}`),
      status: row.status,
      type: row.type,
      amount_cents: row.amount_cents,
      fee_cents: row.fee_cents,
      created_ts: created,
      ...(row.status === 'pending' ? {} : { finalized_ts: created }),
    }
  })
  const part = page(call, endpoint, [...rows].reverse(), (row) => row.id, PAGE)
  return ok({ [kind]: part.rows, cursor: part.cursor })
}

export const deposits = (floor: Floor, call: Call): Answer => movements(floor, call, 'deposits', 'GetDeposits')
export const withdrawals = (floor: Floor, call: Call): Answer => movements(floor, call, 'withdrawals', 'GetWithdrawals')
