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

/** Contract numbers are whole and have ten digits at most; a list from a spreadsheet has them as text. */
const conId = z
  .union(
    [
      z.int(),
      z
        .string()
        .regex(/^\s*[1-9]\d{0,9}\s*$/)
        .transform(Number),
    ],
    'is no contract number',
  )
  .refine((value) => value > 0, 'is no contract number')

/** A row of the first system's symbol map: which markets somebody took for the same. Nothing in it is approved. */
export const mappingSchema = z.strictObject({
  unified_symbol: z.string('is missing').trim().min(1, 'is empty'),
  description: z.string().trim().default(''),
  kalshi_ticker: z
    .string('is missing')
    .trim()
    .regex(/^[A-Z0-9][A-Z0-9.-]{2,79}$/, 'is no ticker of Kalshi, like KXU3-25MAR-T4.0'),
  ibkr_yes_conid: conId,
  ibkr_no_conid: conId,
})
export type Mapping = z.infer<typeof mappingSchema>
