import { z } from 'zod'

/** One bucket: tokens a second, and how many can be saved up. */
export interface BucketLimits {
  readonly perSecond: number
  readonly capacity: number
}
/** What the venue grants this account: its tier may change from one day to the next. */
export interface AccountLimits {
  /** "basic", "advanced", …; others are kept as they came. */
  readonly tier: string
  readonly read: BucketLimits
  readonly write: BucketLimits
}

const bucket = z
  .object({ refill_rate: z.number().positive(), bucket_capacity: z.number().positive() })
  .transform((raw): BucketLimits => ({ perSecond: raw.refill_rate, capacity: raw.bucket_capacity }))
const limits = z
  .object({ usage_tier: z.string().nullish(), read: bucket, write: bucket })
  .transform((raw): AccountLimits => ({ tier: raw.usage_tier ?? '', read: raw.read, write: raw.write }))
/** `GET /account/limits` (kalshi §8). @throws z.ZodError */
export const readAccountLimits = (body: unknown): AccountLimits => limits.parse(body)

/** What calls cost in tokens. */
export interface EndpointCosts {
  readonly standard: number
  /** Those that differ. A path has ":name" for one segment and "*name" for the rest. */
  readonly special: readonly { readonly method: string; readonly path: string; readonly cost: number }[]
}
const costs = z
  .object({
    default_cost: z.number().int().nonnegative(),
    endpoint_costs: z.array(z.object({ method: z.string(), path: z.string(), cost: z.number().int().nonnegative() })),
  })
  .transform((raw): EndpointCosts => ({ standard: raw.default_cost, special: raw.endpoint_costs }))
/** `GET /account/endpoint_costs` (kalshi §8). @throws z.ZodError */
export const readEndpointCosts = (body: unknown): EndpointCosts => costs.parse(body)
