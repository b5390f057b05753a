import { z } from 'zod'
import { millis, type Millis, type Money } from '../../../../core/units'
import { cents, cursor, dollars, instant, shard, wholeSeconds } from '../fields'
import type { Page } from '../portfolio'

/** The account itself: keys, subaccounts, cash that moves, and how it is spread over the shards. */

const MS_PER_SECOND = 1_000
/** The documents call the stamp Unix time and name no unit; as seconds this would be the year 5138, as milliseconds it is 1973. */
const MILLISECONDS_FROM = 100_000_000_000

const regionExpiry = z.union([z.number().int().positive(), z.string()]).transform((raw, context): Millis => {
  try {
    if (typeof raw === 'string') return instant(raw)
    return millis(raw >= MILLISECONDS_FROM ? raw : raw * MS_PER_SECOND)
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) })
    return z.NEVER
  }
})
const apiKey = z
  .object({
    api_key_id: z.string().min(1),
    name: z.string().nullish(),
    scopes: z.array(z.string()).nullish(),
    subaccount: z.number().int().nullish(),
    api_key_region_expiration_ts: regionExpiry.nullish(),
  })
  .transform((raw) => ({
    keyId: raw.api_key_id,
    name: raw.name ?? '',
    /** "read", "write", "write::trade", …; others are kept as they came. */
    scopes: raw.scopes ?? [],
    /** The only one the key may use; null: all. */
    subaccount: raw.subaccount ?? null,
    /** Until then the key trades Sports, Elections and Entertainment; null: not told. */
    attestedUntilMs: raw.api_key_region_expiration_ts ?? null,
  }))
export type KalshiApiKey = z.output<typeof apiKey>
const apiKeys = z.object({ api_keys: z.array(apiKey) }).transform((raw) => raw.api_keys)
/** `GET /api_keys`. @throws z.ZodError */
export const readApiKeys = (body: unknown): readonly KalshiApiKey[] => apiKeys.parse(body)

const DAY_MS = 86_400_000
/** Two weeks before it lapses: time to plan the renewal, which a person has to do at the place the key trades from. */
const NOTICE_MS = 14 * DAY_MS
/** Three days before: a weekend may lie between. */
const URGENT_MS = 3 * DAY_MS

/** How the location attestation of one key stands (kalshi.md §1.6). */
export type Attestation =
  | { readonly kind: 'unlisted' | 'untold'; readonly sentence: string }
  | { readonly kind: 'valid' | 'notice' | 'urgent' | 'expired'; readonly untilMs: Millis; readonly sentence: string }

/** The attestation of the key in use, judged at `nowMs`. 'untold': the venue gives no end, so there is nothing to watch. */
export function attestationOf(keys: readonly KalshiApiKey[], keyId: string, nowMs: Millis): Attestation {
  const key = keys.find((each) => each.keyId === keyId)
  if (!key)
    return { kind: 'unlisted', sentence: `Kalshi does not list API key ${keyId}: whether its location attestation lapses is not known` }
  const untilMs = key.attestedUntilMs
  if (untilMs === null) return { kind: 'untold', sentence: `Kalshi tells no end of the location attestation of API key ${keyId}` }
  const leftMs = untilMs - nowMs
  const until = new Date(untilMs).toISOString()
  if (leftMs <= 0)
    return {
      kind: 'expired',
      untilMs,
      sentence: `the location attestation of API key ${keyId} lapsed at ${until}: it trades no Sports, Elections or Entertainment until the location is attested again`,
    }
  const kind = leftMs <= URGENT_MS ? 'urgent' : leftMs <= NOTICE_MS ? 'notice' : 'valid'
  const days = Math.floor(leftMs / DAY_MS)
  const renewal = kind === 'valid' ? '' : ': attest the location again before then'
  return { kind, untilMs, sentence: `the location attestation of API key ${keyId} ends at ${until}, in ${days} days${renewal}` }
}

const subaccountCreated = z.object({ subaccount_number: z.number().int() }).transform((raw) => raw.subaccount_number)
/** @throws z.ZodError */
export const readCreatedSubaccount = (body: unknown): number => subaccountCreated.parse(body)

const subaccountBalance = z
  .object({ subaccount_number: z.number().int(), exchange_index: shard.nullish(), balance: dollars })
  .transform((raw) => ({ subaccount: raw.subaccount_number, shard: raw.exchange_index ?? null, cash: raw.balance }))
const subaccountBalances = z.object({ subaccount_balances: z.array(subaccountBalance) })
/** One entry for each subaccount and shard. @throws z.ZodError */
export const readSubaccountBalances = (body: unknown): readonly z.output<typeof subaccountBalance>[] =>
  subaccountBalances.parse(body).subaccount_balances

const transfer = z
  .object({
    transfer_id: z.string().min(1),
    from_subaccount: z.number().int(),
    to_subaccount: z.number().int(),
    amount_cents: cents,
    created_ts: wholeSeconds,
    exchange_index: shard.nullish(),
    transfer_type: z.string().nullish(),
  })
  .transform((raw) => ({
    id: raw.transfer_id,
    from: raw.from_subaccount,
    to: raw.to_subaccount,
    amount: raw.amount_cents,
    atMs: raw.created_ts,
    shard: raw.exchange_index ?? null,
    /** "cash" or "position"; others are kept as they came. */
    what: raw.transfer_type ?? 'cash',
  }))
const transferPage = z.object({ transfers: z.array(transfer), cursor })
/** @throws z.ZodError */
export function readTransferPage(body: unknown): Page<z.output<typeof transfer>> {
  const page = transferPage.parse(body)
  return { items: page.transfers, cursor: page.cursor }
}

const netting = z
  .object({ subaccount_number: z.number().int(), enabled: z.boolean(), exchange_index: shard.nullish() })
  .transform((raw) => ({ subaccount: raw.subaccount_number, isEnabled: raw.enabled, shard: raw.exchange_index ?? null }))
const nettings = z.object({ netting_configs: z.array(netting).nullish() }).transform((raw) => raw.netting_configs ?? [])
/** Whether collateral is returned across markets (kalshi.md §6.2). @throws z.ZodError */
export const readNetting = (body: unknown): readonly z.output<typeof netting>[] => nettings.parse(body)

/** A deposit or a withdrawal. `amount` is whole cents on the wire, `fee` is not part of it. */
export interface CashMovement {
  readonly id: string
  /** "pending", "applied", "failed", "returned"; others are kept as they came. */
  readonly status: string
  readonly by: string
  readonly amount: Money
  readonly fee: Money
  readonly createdMs: Millis
  readonly finalisedMs: Millis | null
}
const movement = z
  .object({
    id: z.string().min(1),
    status: z.string(),
    type: z.string().nullish(),
    amount_cents: cents,
    fee_cents: cents,
    created_ts: wholeSeconds,
    finalized_ts: wholeSeconds.nullish(),
  })
  .transform((raw): CashMovement => ({
    id: raw.id,
    status: raw.status,
    by: raw.type ?? '',
    amount: raw.amount_cents,
    fee: raw.fee_cents,
    createdMs: raw.created_ts,
    finalisedMs: raw.finalized_ts ?? null,
  }))
const depositPage = z.object({ deposits: z.array(movement), cursor })
/** @throws z.ZodError */
export function readDepositPage(body: unknown): Page<CashMovement> {
  const page = depositPage.parse(body)
  return { items: page.deposits, cursor: page.cursor }
}
const withdrawalPage = z.object({ withdrawals: z.array(movement), cursor })
/** @throws z.ZodError */
export function readWithdrawalPage(body: unknown): Page<CashMovement> {
  const page = withdrawalPage.parse(body)
  return { items: page.withdrawals, cursor: page.cursor }
}

const shardTransfer = z.object({ transfer_id: z.string().min(1) }).transform((raw) => raw.transfer_id)
/** @throws z.ZodError */
export const readShardTransfer = (body: unknown): string => shardTransfer.parse(body)

/** What part of the free cash each shard is given, about every ten seconds. */
export interface Allocation {
  /** Whole percents that sum to 100. */
  readonly shards: readonly { readonly shard: number; readonly percent: number }[]
  /** What is set aside for resting orders: "max", "sum" or "none"; others are kept as they came. */
  readonly restingReservation: string
}
const allocation = z
  .object({
    allocations: z.array(z.object({ exchange_index: shard, percent: z.number().min(0).max(100) })),
    resting_margin_reservation: z.string().nullish(),
  })
  .transform((raw): Allocation => ({
    shards: raw.allocations.map(({ exchange_index, percent }) => ({ shard: exchange_index, percent })),
    restingReservation: raw.resting_margin_reservation ?? 'sum',
  }))
/** @throws z.ZodError */
export const readAllocation = (body: unknown): Allocation => allocation.parse(body)
