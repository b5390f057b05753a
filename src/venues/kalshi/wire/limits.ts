import { z } from 'zod'

/** What the account may send: tokens a second, and how many can be saved up. */
export interface WriteLimits {
  readonly perSecond: number
  readonly capacity: number
}
const limits = z
  .object({ write: z.object({ refill_rate: z.number().positive(), bucket_capacity: z.number().positive() }) })
  .transform(({ write }): WriteLimits => ({ perSecond: write.refill_rate, capacity: write.bucket_capacity }))

/** `GET /account/limits` (kalshi §8). @throws z.ZodError */
export const readWriteLimits = (body: unknown): WriteLimits => limits.parse(body)
