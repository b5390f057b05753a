import { z } from 'zod'
import { VENUES } from '../../core/ids'
import { isPurse, type PurseBalance } from '../../core/purse'
import { LONGEST_WAY_MS, PAPER_PRESETS, type PaperModel, type PaperPreset } from '../../core/trade/paper'
import { money, MONEY_DECIMALS, parseFixed, type Money } from '../../core/units'

/** As the paper venue takes it. */
export interface PaperPolicy {
  readonly preset: PaperPreset
  readonly model: PaperModel
  /** Of the run: the same one gives the same chances to the same orders. */
  readonly seed: string
  /** What each purse begins with, once. */
  readonly opening: readonly PurseBalance[]
  /** Whether orders that are really sent have a twin on paper. */
  readonly shadow: boolean
}

/** Of each venue; the first systems' figure. */
const STARTING_BALANCE = '10000.00'
/** Far more than any of these systems will trade with: a balance beyond it is a slip of the decimal point. */
const STARTING_BALANCE_MAX = money('10000000')
/** More than percentiles are no better known. */
const QUANTILES_MAX = 101
const WHOLE = 10_000

const rate = z.int().min(0).max(WHOLE)
/** Measured quantiles of one way, evenly spaced from the least to the most. */
const way = z
  .array(z.int().min(0).max(LONGEST_WAY_MS))
  .min(2)
  .max(QUANTILES_MAX)
  .refine((table) => table.every((ms, at) => ms >= (table[at - 1] ?? 0)), 'is a table of quantiles: it does not fall')

const balance = z.string().transform((text, context): Money => {
  const found = /^\d+(\.\d{1,6})?$/.test(text) ? parseFixed(text, MONEY_DECIMALS) : 0
  if (found > 0 && found <= STARTING_BALANCE_MAX) return money(found)
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no starting balance: write a quoted amount above 0 and up to 10000000, like '10000.00'`,
  })
  return z.NEVER
})
const purses = z.record(z.string(), balance).transform((file, context): readonly PurseBalance[] => {
  const opening = Object.entries(file).flatMap(([purse, cash]) => (isPurse(purse) ? [{ purse, cash }] : []))
  const wrong = Object.keys(file).find((name) => !isPurse(name))
  if (wrong !== undefined)
    context.addIssue({ code: 'custom', message: `"${wrong}" is no purse: write kalshi, kalshi/0.2 (subaccount 0, shard 2) or forecastex` })
  if (!VENUES.every((venue) => opening.some(({ purse }) => purse === venue)))
    context.addIssue({ code: 'custom', message: 'names kalshi and forecastex at least: without cash at either nothing opens' })
  return opening
})

/** The paper venue of mode `paper`, and the twins of orders in every other mode. Without a figure it is the preset's. */
export const paper = z
  .strictObject({
    preset: z.enum(Object.keys(PAPER_PRESETS) as [PaperPreset, ...PaperPreset[]]).default('pessimistic'),
    seed: z.string().min(1).max(100).default('paper'),
    starting_balance: purses.prefault({ kalshi: STARTING_BALANCE, forecastex: STARTING_BALANCE }),
    way_ms: z.strictObject({ kalshi: way.optional(), forecastex: way.optional() }).default({}),
    waits: z.enum(['ninth-decile', 'drawn']).optional(),
    depth_factor: rate.optional(),
    phantom: rate.optional(),
    shadow: z.boolean().default(true),
  })
  .prefault({})
  .transform(
    ({ preset, seed, starting_balance: opening, way_ms: told, waits, depth_factor: depthFactor, phantom, shadow }): PaperPolicy => {
      const base: PaperModel = PAPER_PRESETS[preset]
      const { kalshi = base.way.kalshi, forecastex = base.way.forecastex } = told
      const changed = { depthFactor: depthFactor ?? base.depthFactor, phantom: phantom ?? base.phantom, waits: waits ?? base.waits }
      return { preset, seed, opening, shadow, model: { ...base, ...changed, way: { kalshi, forecastex } } }
    },
  )
