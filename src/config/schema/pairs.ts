import { z } from 'zod'

/** Pairs by their base listing: each start finds the open listing of the base at both venues (design.md §5). */
export const pairsSchema = z.strictObject({
  pairs: z
    .array(
      z.strictObject({
        id: z.string().regex(/^[a-z0-9.-]{1,40}$/, "a pair id is lower-case letters, digits, '.' and '-'"),
        question: z.string().min(1),
        kalshi: z.strictObject({ ticker: z.string().min(1) }),
        forecastex: z.strictObject({ yes_con_id: z.int().positive(), no_con_id: z.int().positive(), symbol: z.string().min(1) }),
        polarity: z.enum(['same', 'opposite']),
        class: z.enum(['S0', 'S1', 'S1h', 'S2', 'S3']),
        approved_for: z.enum(['none', 'sim']),
      }),
    )
    .min(1),
})
export type PairsFile = z.infer<typeof pairsSchema>
