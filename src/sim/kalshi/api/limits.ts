import type { UsageTier } from '../../account-schema'

/** Tokens a second and the size of the bucket (kalshi.md §8, October 2026). */
export interface BucketLimit {
  readonly refill_rate: number
  readonly bucket_capacity: number
}
export type BucketKind = 'read' | 'write'

const RATES: Readonly<Record<UsageTier, Readonly<Record<BucketKind, number>>>> = {
  basic: { read: 200, write: 100 },
  advanced: { read: 300, write: 300 },
  expert: { read: 600, write: 600 },
  premier: { read: 1_200, write: 1_200 },
  paragon: { read: 2_400, write: 2_400 },
  prime: { read: 4_800, write: 4_800 },
  prestige: { read: 12_000, write: 9_600 },
}
/** What a request costs unless its endpoint says otherwise. */
export const DEFAULT_COST = 10
/** Cancels and single-order reads are cheap on purpose. */
export const LIGHT_COST = 2

const path = (rest: string): string => `/trade-api/v2${rest}`
/** Endpoints that do not cost {@link DEFAULT_COST}, as `/account/endpoint_costs` lists them. Batches cost as much for each item. */
export const ENDPOINT_COSTS = [
  { cost: LIGHT_COST, method: 'DELETE', path: path('/portfolio/events/orders') },
  { cost: LIGHT_COST, method: 'DELETE', path: path('/portfolio/events/orders/:order_id') },
  { cost: LIGHT_COST, method: 'DELETE', path: path('/portfolio/events/orders/batched') },
  { cost: LIGHT_COST, method: 'GET', path: path('/portfolio/orders/:order_id') },
] as const

const LONG_SECONDS = 3

export function bucketLimit(tier: UsageTier, kind: BucketKind): BucketLimit {
  const rate = RATES[tier][kind]
  const isLong = kind === 'read' ? tier === 'basic' || tier === 'advanced' : tier !== 'basic'
  return { refill_rate: rate, bucket_capacity: isLong ? rate * LONG_SECONDS : rate }
}

/** A Read bucket per account, and a Write bucket per account and shard; all refill continuously. Shard 0 is the unscoped one. */
export class Buckets {
  readonly #levels = new Map<string, { tokens: number; atMs: number }>()

  /** Takes the tokens from every bucket named, or from none and answers false. */
  take(accountId: string, tier: UsageTier, bill: Bill, nowMs: number): boolean {
    const { refill_rate: rate, bucket_capacity: capacity } = bucketLimit(tier, bill.kind)
    const levels = bill.shards.map((shard) => {
      const key = `${accountId}|${bill.kind}|${shard}`
      const last = this.#levels.get(key) ?? { tokens: capacity, atMs: nowMs }
      return { key, tokens: Math.min(capacity, last.tokens + (Math.max(0, nowMs - last.atMs) * rate) / 1000) }
    })
    const fits = levels.every(({ tokens }) => tokens >= bill.tokens)
    for (const { key, tokens } of levels) this.#levels.set(key, { tokens: fits ? tokens - bill.tokens : tokens, atMs: nowMs })
    return fits
  }
}

/** What a request is billed: so many tokens, in the buckets of these shards. */
export interface Bill {
  readonly kind: BucketKind
  readonly tokens: number
  readonly shards: readonly number[]
}
