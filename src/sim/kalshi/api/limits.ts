import type { UsageTier } from '../../schema'

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

/** Endpoints that do not cost {@link DEFAULT_COST}, as `/account/endpoint_costs` lists them. */
export const ENDPOINT_COSTS = [
  { cost: LIGHT_COST, method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders' },
  { cost: LIGHT_COST, method: 'DELETE', path: '/trade-api/v2/portfolio/events/orders/:order_id' },
  { cost: LIGHT_COST, method: 'GET', path: '/trade-api/v2/portfolio/orders/:order_id' },
] as const

const LONG_SECONDS = 3

export function bucketLimit(tier: UsageTier, kind: BucketKind): BucketLimit {
  const rate = RATES[tier][kind]
  const isLong = kind === 'read' ? tier === 'basic' || tier === 'advanced' : tier !== 'basic'
  return { refill_rate: rate, bucket_capacity: isLong ? rate * LONG_SECONDS : rate }
}

/** Two buckets per account that refill continuously. */
export class Buckets {
  readonly #levels = new Map<string, { tokens: number; atMs: number }>()

  /** Takes the tokens, or nothing and false. */
  take(accountId: string, tier: UsageTier, kind: BucketKind, cost: number, nowMs: number): boolean {
    const { refill_rate: rate, bucket_capacity: capacity } = bucketLimit(tier, kind)
    const key = `${accountId}|${kind}`
    const last = this.#levels.get(key) ?? { tokens: capacity, atMs: nowMs }
    const tokens = Math.min(capacity, last.tokens + (Math.max(0, nowMs - last.atMs) * rate) / 1000)
    const fits = tokens >= cost
    this.#levels.set(key, { tokens: fits ? tokens - cost : tokens, atMs: nowMs })
    return fits
  }
}
