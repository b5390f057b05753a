import { z } from 'zod'
import { FILL_PRIOR_MAX } from '../../core/box/leg-order'
import type { BoxPolicy } from '../../core/box/policy'
import { money, NO_MONEY, parseFixed, type Money } from '../../core/units'

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

/** Times of a day, as the gateway's settings show them. */
const TIME_OF_DAY = /^([01]\d|2[0-3]):[0-5]\d$/
/** E28: `venue` (the default) follows the venue's own week; `open` is for a simulated venue, which has none. */
const calendar = z.enum(['venue', 'open']).default('venue')

/**
 * E27: more than all openings of a shard may fill within 15 s under any preset of limits (`aggressive`: 20 openings a minute of 500 contracts), so that
 * only a loop reaches it. The venue takes 1 to 1,000,000.
 */
const runaway = z.int().min(1).max(1_000_000).default(10_000)
/** Half of the account's market data lines: 50 with the usual 100 (ibkr-forecastex §6). Below 20 nothing would be left beside what is kept for orders. */
const messages = z.int().min(20).max(1_000).default(50)

/** What IBKR gives an account without bought ones; each question takes two, one for each outcome, and one is kept to compare quotes with. */
const lines = z.int().min(3).max(2_000).default(100)
/** Rows of depth; IBKR tells ten of most markets, and an exit deeper than twenty is none. */
const ROWS = "is 'off' or a number of rows from 1 to 20"
const depth = z
  .union([z.literal('off'), z.int()], ROWS)
  .refine((rows) => rows === 'off' || (rows >= 1 && rows <= 20), ROWS)
  .default('off')

/** A gap makes all books of its connection suspect: so many are read again. Kalshi takes up to 500,000. */
const marketsPerConnection = z.int().min(1).max(500_000).default(400)
/** Kalshi grants a user about 200: a shard, its standby, and what the venue has not noticed to be gone. */
const connectionsMax = z.int().min(1).max(200).default(80)

const feeRegime = z.strictObject({ effective_from: z.iso.datetime(), fee_per_contract: dollars, pair_price: dollars })

const legOrder = z.enum(['kalshi-first', 'by-expected-value'])
/** A year's rate in percent, as a decimal string: '3.14'. More than a fifth a year is a typing mistake, not interest. */
const rate = z.string().transform((text, context): number => {
  const found = /^\d{1,2}(\.\d{1,4})?$/.test(text) ? parseFixed(text, PERCENT_DECIMALS) : NaN
  if (found <= HIGHEST_RATE) return found
  context.addIssue({ code: 'custom', message: `"${text}" is not a rate in percent a year up to 20: write a quoted decimal like '3.14'` })
  return z.NEVER
})
const PERCENT_DECIMALS = 4
const HIGHEST_RATE = 200_000
/** Ten-thousandths. Kalshi's: what its own quotes are taken for until own fills say otherwise. */
const fillPrior = z.strictObject({ kalshi: z.int().min(0).max(10_000).default(9_500), forecastex: z.int().min(0).max(FILL_PRIOR_MAX) })
const carry = z.strictObject({ kalshi: rate.default(0), forecastex: rate.default(0), opportunity: rate.default(0) })

/** How boxes are judged and sent. */
const box = z
  .strictObject({
    leg_order: legOrder.default('kalshi-first'),
    leg_order_of: z.record(z.string(), legOrder).default({}),
    fill_prior: fillPrior,
    completion_allowance: dollars,
    min_profit: dollars.default(NO_MONEY),
    min_annual_return_bps: z.int().min(0).max(100_000).default(0),
    carry: carry.default({ kalshi: 0, forecastex: 0, opportunity: 0 }),
    persistence_ms: z.int().min(0).max(60_000).default(0),
    persistence_confirmations: z.int().min(0).max(1_000).default(0),
  })
  .transform((file): BoxPolicy => ({
    legOrder: file.leg_order,
    legOrderOf: file.leg_order_of,
    fillPrior: file.fill_prior,
    completionAllowance: file.completion_allowance,
    minProfit: file.min_profit,
    minAnnualReturn: file.min_annual_return_bps,
    carry: file.carry,
    persistence: { ms: file.persistence_ms, confirmations: file.persistence_confirmations },
  }))

export const venuesSchema = z.strictObject({
  mode: z.enum(MODES),
  shard: z.string().regex(/^[a-z0-9-]{1,20}$/),
  kalshi: z.strictObject({
    series: z.array(z.string()).min(1),
    balance_precision: z.enum(['direct', 'non_direct']),
    calendar,
    runaway_contracts_per_15s: runaway,
    markets_per_connection: marketsPerConnection,
    connections_max: connectionsMax,
    ticker: z.boolean().default(false),
  }),
  forecastex: z
    .strictObject({
      symbols: z.array(z.string()).min(1),
      client_id: z.int().min(1).max(999),
      finality_grace_ms: z.int().min(0).max(60_000),
      messages_per_second: messages,
      market_data_lines: lines,
      depth,
      calendar,
      gateway_restart: z.string().regex(TIME_OF_DAY, "is a time of day in New York, like '23:45'").optional(),
      fee_regimes: z.array(feeRegime).min(1),
    })
    .refine(({ calendar, gateway_restart }) => calendar === 'open' || gateway_restart !== undefined, {
      path: ['gateway_restart'],
      message:
        "is missing: write when the gateway restarts each day, in New York's time, like '23:45'; or calendar: open for a simulated venue",
    }),
  /** E28: publications that decide the markets of some of Kalshi's series. */
  releases: z.array(z.strictObject({ at: z.iso.datetime(), what: z.string().min(1), series: z.array(z.string()).min(1) })).default([]),
  box,
})
export type VenuesFile = z.infer<typeof venuesSchema>
