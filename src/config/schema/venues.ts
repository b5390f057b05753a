import { z } from 'zod'
import { money, type Money } from '../../core/units'

/** A decimal string in dollars, as written in a file; micro-dollars inside. */
export const dollars = z.string().transform((text, context): Money => {
  try {
    return money(text)
  } catch {
    context.addIssue({ code: 'custom', message: `"${text}" is not an amount in dollars: write a quoted decimal like '12.50'` })
    return z.NEVER
  }
})

export const MODES = ['sim', 'paper', 'observe', 'demo', 'live'] as const

const feeRegime = z.strictObject({ effective_from: z.iso.datetime(), fee_per_contract: dollars, pair_price: dollars })

export const venuesSchema = z.strictObject({
  mode: z.enum(MODES),
  shard: z.string().regex(/^[a-z0-9-]{1,20}$/),
  kalshi: z.strictObject({ series: z.array(z.string()).min(1), balance_precision: z.enum(['direct', 'non_direct']) }),
  forecastex: z.strictObject({
    symbols: z.array(z.string()).min(1),
    client_id: z.int().min(1).max(999),
    finality_grace_ms: z.int().min(0).max(60_000),
    fee_regimes: z.array(feeRegime).min(1),
  }),
  box: z.strictObject({ second_leg_fill_prior: z.int().min(0).max(7_000), completion_allowance: dollars }),
})
export type VenuesFile = z.infer<typeof venuesSchema>
