import { z } from 'zod'
import { FILL_PRIOR_MAX } from '../../core/box/leg-order'
import type { BoxPolicy } from '../../core/box/policy'
import { GRACE_MS } from '../../core/ledger/breaks'
import { money, NO_MONEY, parseFixed, type Money } from '../../core/units'
import { demoSchema, gatewaySchema, liveSchema } from './accounts'
import { paper } from './paper'

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

/** E12: how long after its last moment a simulated venue may still take an order; without it what holds at the venue itself (venues/kalshi/lookup). */
const acceptanceWindow = z.int().min(1_000).max(60_000).optional()

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

/** A schedule drills every week; a day beside it is for one that was refused, or a machine that was off. */
const OVERDUE_AFTER_DAYS = 8
/** Where canaries of the kill drill rest: Kalshi's ticker, ForecastEx's conId of YES. Mode sim needs neither. */
const drill = z
  .strictObject({
    canaries: z
      .strictObject({
        kalshi: z.string().min(1).optional(),
        forecastex: z.string().regex(/^\d+$/, "is the conId of a question's YES contract, as quoted digits").optional(),
      })
      .default({}),
    overdue_after_days: z.int().min(1).max(90).default(OVERDUE_AFTER_DAYS),
  })
  .default({ canaries: {}, overdue_after_days: OVERDUE_AFTER_DAYS })

const shardName = z.string().regex(/^[a-z0-9-]{1,20}$/)
const clientId = z.int().min(1).max(999)
/** E18, E19: the client id of a shard's holder, and its part of the account's request budgets among the shards that run. */
const shardOf = z.strictObject({ client_id: clientId, share: z.int().min(1).max(100).default(1) })

/**
 * How often both accounts are compared with the ledger, how long a difference must last to be a break, and after which age an open break alarms again.
 * A look costs 60 of Kalshi's read tokens (200 a second at the smallest tier) and nine messages of the gateway (50 a second): every five seconds that
 * is a sixteenth of the one and a twenty-fifth of the other. Why the grace is what it is: core/ledger/breaks.
 */
const reconciliation = z
  .strictObject({
    every_ms: z.int().min(1_000).max(300_000).default(5_000),
    grace_ms: z.int().min(1_000).max(600_000).default(GRACE_MS),
    alarm_after_ms: z.int().min(60_000).max(86_400_000).default(3_600_000),
  })
  .default({ every_ms: 5_000, grace_ms: GRACE_MS, alarm_after_ms: 3_600_000 })

/** Milliseconds between two beats that keep the path of a trade warm; 0: none. Below 20 ms a beat gains nothing and costs a core. */
const keepWarm = z
  .int()
  .refine((ms) => ms === 0 || (ms >= 20 && ms <= 1_000), 'is 0 (off) or from 20 to 1000')
  .default(0)

/** E20: the busiest plan of a desk allows 60 openings a minute and their hedges; twice as many orders are a loop. A load test needs more. */
const ordersPerMinute = z.int().min(10).max(10_000).default(240)

/** A week: yesterday for the nightly replay, and time to ask why after a long weekend. */
const KEEP_DAYS = 7
/** Some weeks of the busiest recorded feed, and a small part of any disk; a file is 64 MiB at the most, so fewer than 1 GiB bound nothing well. */
const KEEP_GIB = 20
/** A quarter: what a venue's statement of the last one may be asked about. Links take no space while the ring has the files too. */
const PINNED_DAYS = 90
/** What led to a decision is older than this only where nothing moves. */
const PINNED_SECONDS_BEFORE = 30
/** How long captures are kept (docs/capture.md). */
const capture = z
  .strictObject({
    keep_days: z.int().min(2).max(3_650).default(KEEP_DAYS),
    keep_gib: z.int().min(1).max(100_000).default(KEEP_GIB),
    pinned_days: z.int().min(2).max(3_650).default(PINNED_DAYS),
    pinned_gib: z.int().min(1).max(100_000).default(KEEP_GIB),
    pinned_seconds_before: z.int().min(1).max(3_600).default(PINNED_SECONDS_BEFORE),
  })
  .prefault({})

/** Whether Kalshi's markets on games are watched and traded against the sportsbooks; which series is in odds.yaml, how in profiles.yaml. */
const edges = z.strictObject({ enabled: z.boolean().default(false) })

const venuesFile = z.strictObject({
  mode: z.enum(MODES),
  shard: shardName,
  keep_warm_ms: keepWarm,
  orders_per_minute: ordersPerMinute,
  /** Absent: `shard` alone, under `forecastex.client_id`. */
  shards: z.record(shardName, shardOf).optional(),
  kalshi: z.strictObject({
    series: z.array(z.string()).min(1),
    balance_precision: z.enum(['direct', 'non_direct']),
    calendar,
    runaway_contracts_per_15s: runaway,
    markets_per_connection: marketsPerConnection,
    connections_max: connectionsMax,
    ticker: z.boolean().default(false),
    acceptance_window_ms: acceptanceWindow,
    live: liveSchema.optional(),
    demo: demoSchema.optional(),
  }),
  forecastex: z
    .strictObject({
      symbols: z.array(z.string()).min(1),
      client_id: clientId,
      finality_grace_ms: z.int().min(0).max(60_000),
      messages_per_second: messages,
      market_data_lines: lines,
      depth,
      calendar,
      gateway: gatewaySchema.optional(),
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
  drill,
  capture,
  box,
  /** Absent: boxes alone. */
  edges: edges.optional(),
  reconciliation,
  paper,
})
export const venuesSchema = venuesFile.refine(({ mode, kalshi }) => mode === 'sim' || kalshi.acceptance_window_ms === undefined, {
  path: ['kalshi', 'acceptance_window_ms'],
  message: 'is for simulated venues: remove it, because a real one has its own (mode is not sim)',
})
export type VenuesFile = z.infer<typeof venuesSchema>
