import { z } from 'zod'
import { formatQuantity, type Quantity } from '../../../../core/units'
import { count, shard } from '../fields'

/** Kalshi takes 1 to 1,000,000 contracts over a rolling 15 s (kalshi.md §4.8), told here in 1e-2 contracts. */
const LIMIT_MIN = 100
const LIMIT_MAX = 100_000_000

const groupFields = {
  is_auto_cancel_enabled: z.boolean(),
  contracts_limit_fp: count.nullish(),
  exchange_index: shard.nullish(),
}
/** Orders that are cancelled together when they trade too much; new ones are rejected until a reset. */
export interface OrderGroup {
  readonly id: string
  readonly isAutoCancelEnabled: boolean
  /** null: not told. */
  readonly limit: Quantity | null
  readonly shard: number | null
}
const listed = z.object({ id: z.string().min(1), ...groupFields }).transform((raw) => groupOf(raw.id, raw))
const list = z.object({ order_groups: z.array(listed).nullish() }).transform((raw) => raw.order_groups ?? [])
/** @throws z.ZodError */
export const readOrderGroups = (body: unknown): readonly OrderGroup[] => list.parse(body)

const single = z.object({ orders: z.array(z.string()).nullish(), ...groupFields })
/** With the venue's ids of its orders. @throws z.ZodError */
export function readOrderGroup(id: string, body: unknown): OrderGroup & { readonly orders: readonly string[] } {
  const raw = single.parse(body)
  return { ...groupOf(id, raw), orders: raw.orders ?? [] }
}
const groupOf = (id: string, raw: Omit<z.output<typeof single>, 'orders'>): OrderGroup => ({
  id,
  isAutoCancelEnabled: raw.is_auto_cancel_enabled,
  limit: raw.contracts_limit_fp ?? null,
  shard: raw.exchange_index ?? null,
})

const created = z
  .object({ order_group_id: z.string().min(1), subaccount: z.number().int().nullish(), exchange_index: shard.nullish() })
  .transform((raw) => ({ id: raw.order_group_id, subaccount: raw.subaccount ?? 0, shard: raw.exchange_index ?? null }))
/** @throws z.ZodError */
export const readCreatedGroup = (body: unknown): z.output<typeof created> => created.parse(body)

/** @throws RangeError outside what Kalshi takes */
export function groupLimit(limit: Quantity): { readonly contracts_limit_fp: string } {
  if (limit < LIMIT_MIN || limit > LIMIT_MAX)
    throw new RangeError(`an order group takes a limit of 1 to 1,000,000 contracts, not ${formatQuantity(limit)}: change the limit`)
  return { contracts_limit_fp: formatQuantity(limit) }
}
