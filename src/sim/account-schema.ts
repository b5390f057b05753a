import { z } from 'zod'
import { decimals, dollars, time } from './texts'

/** The `accounts` of a scenario's Kalshi section. */

const tier = z.enum(['basic', 'advanced', 'expert', 'premier', 'paragon', 'prime', 'prestige'])
/** kalshi.md §1.6; `read` and `write` include everything below them. */
const scope = z.enum([
  'read',
  'write',
  'read::block_trade_accept',
  'read::portfolio_balance',
  'write::trade',
  'write::transfer',
  'write::block_trade_accept',
])
const subaccountNumber = z.number().int().min(0).max(63)
const apiKey = z.strictObject({
  key_id: z.string().min(1),
  public_key_file: z.string().min(1),
  name: z.string().default(''),
  scopes: z.array(scope).default(['read', 'write']),
  /** The only subaccount that the key may use. */
  subaccount: subaccountNumber.optional(),
  /** Until when the location is attested; absent: no attestation is asked for. */
  region_expiration_ts: time.optional(),
})
/** A deposit or a withdrawal of the past. */
const cashMovement = z.strictObject({
  amount_cents: z.number().int().positive(),
  fee_cents: z.number().int().min(0).default(0),
  type: z.enum(['ach', 'wire', 'crypto', 'debit', 'apm']).default('ach'),
  status: z.enum(['pending', 'applied', 'failed', 'returned']).default('applied'),
  created_time: time,
})

export const kalshiAccount = z.strictObject({
  account_id: z.string().min(1),
  usage_tier: tier.default('basic'),
  balance_dollars: dollars,
  balance_precision: z.enum(['direct', 'non_direct']).default('direct'),
  api_keys: z.array(apiKey).default([]),
  /** Cash of other shards and subaccounts; `balance_dollars` lies on shard 0 of subaccount 0. */
  balances: z
    .array(z.strictObject({ exchange_index: z.number().int().min(0), subaccount: subaccountNumber.default(0), balance_dollars: dollars }))
    .default([]),
  collateral_return: z.boolean().default(false),
  deposits: z.array(cashMovement).default([]),
  withdrawals: z.array(cashMovement).default([]),
  positions: z
    .array(z.strictObject({ ticker: z.string(), position_fp: z.string().refine(decimals(2)), cost_dollars: dollars }))
    .default([]),
})

export type KalshiAccountSection = z.output<typeof kalshiAccount>
export type UsageTier = z.output<typeof tier>
export type KeyScope = z.output<typeof scope>
