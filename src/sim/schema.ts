import { z } from 'zod'
import { kalshiAccount } from './account-schema'
import { oddsSection } from './odds/section'
import { clock, countText, decimals, dollars, isTime, priceText, RELATIVE, time, tradingHours } from './texts'

/** The shape of a scenario file (simulators.md "Scenario"): strict everywhere, because a misspelt key must not become a default. */

const AFTER_TAPE = /^tape_end(\+\d+(\.\d+)?(ms|s|m|h|d))?$/
const TRADE_DATE = /^\d{8}( \d{2}:\d{2}:\d{2})?$/

/** A fee multiplier: a JSON number on the wire, kept exact to four decimals. */
export const multiplier = z
  .number()
  .min(0)
  .refine((value) => decimals(4)(String(value)), 'must have at most 4 decimals')

const priceLevel = z.tuple([priceText, countText])
export const feeType = z.enum(['quadratic', 'quadratic_with_maker_fees', 'quadratic_with_combo_maker_fees', 'flat'])
export const priceStructure = z.enum(['linear_cent', 'deci_cent', 'tapered_deci_cent', 'banded_centi_cent', 'center_deci_edge_centi_cent'])
export const strikeType = z.enum(['greater', 'greater_or_equal', 'less', 'less_or_equal', 'between', 'functional', 'custom', 'structured'])
const marketStatus = z.enum(['initialized', 'inactive', 'active', 'closed', 'determined', 'disputed', 'amended', 'finalized'])

/** Who says how a question came out. */
const settlementSource = z.strictObject({ name: z.string().default(''), url: z.string().default('') })

const kalshiMarket = z.strictObject({
  ticker: z.string().min(1),
  title: z.string().default(''),
  yes_sub_title: z.string().default(''),
  no_sub_title: z.string().default(''),
  status: marketStatus.default('active'),
  open_time: time,
  close_time: time,
  expected_expiration_time: time.optional(),
  occurrence_datetime: time.optional(),
  price_level_structure: priceStructure.default('linear_cent'),
  strike_type: strikeType.optional(),
  floor_strike: z.number().optional(),
  cap_strike: z.number().optional(),
  rules_primary: z.string().default(''),
  rules_secondary: z.string().default(''),
  settlement_timer_seconds: z.number().int().min(0).default(60),
  can_close_early: z.boolean().default(true),
  result: z.enum(['yes', 'no', 'scalar']).optional(),
  settlement_value_dollars: priceText.optional(),
  settled_time: time.optional(),
  early_close_condition: z.string().optional(),
  /** A combination of other markets: hidden from `mve_filter=exclude` and from `/events`. */
  mve_collection_ticker: z.string().optional(),
  mve_selected_legs: z
    .array(z.strictObject({ event_ticker: z.string(), market_ticker: z.string(), side: z.enum(['yes', 'no']) }))
    .optional(),
  book: z.strictObject({ yes: z.array(priceLevel).default([]), no: z.array(priceLevel).default([]) }).optional(),
  trades: z
    .array(z.strictObject({ yes_price: priceText, count: countText, taker_book_side: z.enum(['bid', 'ask']), created_time: time }))
    .default([]),
})

export const kalshiEvent = z.strictObject({
  event_ticker: z.string().min(1),
  series_ticker: z.string().min(1),
  title: z.string(),
  sub_title: z.string().default(''),
  mutually_exclusive: z.boolean().default(false),
  collateral_return_type: z.enum(['MECNET', 'DIRECNET', '']).default(''),
  strike_period: z.string().optional(),
  strike_date: time.optional(),
  settlement_sources: z.array(settlementSource).default([]),
  exchange_index: z.number().int().min(0).default(0),
  fee_type_override: feeType.optional(),
  fee_multiplier_override: multiplier.optional(),
  relist: z.boolean().default(false),
  markets: z.array(kalshiMarket).min(1),
})

const milestone = z.strictObject({
  id: z.string().min(1),
  category: z.string(),
  type: z.string(),
  title: z.string(),
  start_date: time,
  end_date: time.optional(),
  competition: z.string().default(''),
  source_id: z.string().optional(),
  notification_message: z.string().default(''),
  related_event_tickers: z.array(z.string()).default([]),
  primary_event_tickers: z.array(z.string()).default([]),
})

export const kalshiSection = z.strictObject({
  settings: z
    .strictObject({
      max_skew_ms: z.number().int().min(0).default(10_000),
      max_skew_future_ms: z.number().int().min(0).optional(),
      read_lag_ms: z.number().int().min(0).default(0),
      rate_limits: z.boolean().default(false),
      ping_interval_ms: z.number().int().min(10).default(10_000),
      /** The venue names none: two pings that nobody answered. */
      pong_timeout_ms: z.number().int().min(10).default(20_000),
      /** Whether every message says when it was queued (`sending_ts_ms`). */
      sending_time: z.boolean().default(true),
      /** Whether messages are compressed for a client that offers it. */
      deflate: z.boolean().default(false),
      ws_markets_max: z.number().int().positive().default(500_000),
      /** As much as the venue's largest message: who is further behind is not reading. */
      ws_buffer_bytes: z
        .number()
        .int()
        .positive()
        .default(64 * 1024 * 1024),
      ws_commands_per_second: z.number().int().positive().default(10_000),
      /** From the end of trading until what rests is cancelled: the median of 21 recorded closes. */
      close_cancel_ms: z.number().int().min(0).default(700),
      thursday_pause: z.boolean().default(false),
      maintenance_windows: z
        .array(z.strictObject({ start_time: time, end_time: time, scope: z.enum(['trading', 'exchange']).default('trading') }))
        .default([]),
      historical_cutoff: time.optional(),
      extra_fields: z.record(z.string(), z.json()).default({}),
    })
    .prefault({}),
  accounts: z.array(kalshiAccount).default([]),
  series: z
    .array(
      z.strictObject({
        ticker: z.string().min(1),
        title: z.string(),
        category: z.string().default(''),
        frequency: z.string().default('custom'),
        fee_type: feeType.default('quadratic'),
        fee_multiplier: multiplier.default(1),
        tags: z.array(z.string()).default([]),
        settlement_sources: z.array(settlementSource).default([]),
        contract_terms_url: z.string().default(''),
      }),
    )
    .default([]),
  fee_changes: z
    .array(z.strictObject({ series_ticker: z.string(), fee_type: feeType, fee_multiplier: multiplier, scheduled_ts: time }))
    .default([]),
  event_fee_changes: z
    .array(
      z.strictObject({
        event_ticker: z.string(),
        fee_type_override: feeType.nullable(),
        fee_multiplier_override: multiplier.nullable(),
        scheduled_ts: time,
      }),
    )
    .default([]),
  milestones: z.array(milestone).default([]),
  events: z.array(kalshiEvent).default([]),
})

/** An outside participant's bid: price in dollars per contract, whole contracts. */
const contractBid = z.tuple([priceText, z.number().int().positive()])
const outcomeContract = z.strictObject({
  con_id: z.number().int().positive(),
  local_symbol: z.string().min(1),
  bids: z.array(contractBid).default([]),
})

export const ibkrSection = z.strictObject({
  settings: z
    .strictObject({
      /** Highest protocol version offered; the connection uses min(this, the client's maximum). */
      server_version: z.number().int().default(193),
      pair_price: dollars.default('1.00'),
      fee_per_contract: dollars.default('0.01'),
      netting_side: z.string().default('N'),
      netting_carries_ref: z.boolean().default(false),
      netting_order_id: z.enum(['zero', 'order']).default('zero'),
      /** Whether netting reports have commission reports: of 0.00, in reads alone or also as they happen. */
      netting_commission: z.enum(['reads', 'always', 'never']).default('reads'),
      lowest_price: priceText.default('0.01'),
      highest_price: priceText.default('0.99'),
      unsupported_tif_code: z.union([z.literal(201), z.literal(111)]).default(201),
      unsupported_type_code: z.union([z.literal(387), z.literal(201)]).default(387),
      /** The code that refuses every order of an account without the permission. */
      missing_permission: z.union([z.literal(201), z.literal(203), z.literal(460)]).optional(),
      orders_per_side: z.number().int().positive().default(20),
      position_limit: z.number().int().positive().default(250_000),
      /** Of contracts that name none. */
      trading_hours: tradingHours.default('always'),
      outside_hours: z.enum(['queue', 'reject']).default('queue'),
      /** What a completed order says is its quantity. */
      completed_quantity: z.enum(['remaining', 'zero', 'original']).default('remaining'),
      /** Interest of a year on what positions are worth. */
      coupon_rate: dollars.default('0'),
      max_messages_per_second: z.number().int().positive().default(50),
      pacing: z.enum(['delay', 'disconnect']).default('delay'),
      market_data_lines: z.number().int().positive().default(100),
      /** How frames are put on the socket. */
      writes: z.enum(['whole', 'bytes', 'pieces', 'coalesced']).default('whole'),
      /** Whether clients of this machine may connect; the others are accepted and closed. */
      trusted: z.boolean().default(true),
      read_only: z.boolean().default(false),
      /** What managedAccounts says instead of the accounts below. */
      managed_accounts: z.array(z.string()).optional(),
      /** The client that reads every client's executions, and hears of them as they happen. */
      master_client_id: z.number().int().min(0).default(0),
      executions_window: z.enum(['all', 'day']).default('all'),
      /** What an account without the permission finds: nothing, or no answer at all. */
      event_contracts: z.enum(['permitted', 'missing', 'silent']).default('permitted'),
      market_data_type: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).default(1),
      /** The error that answers every request for quotes. */
      market_data_refusal: z
        .union([z.literal(354), z.literal(10089), z.literal(10090), z.literal(10167), z.literal(10186)])
        .nullable()
        .default(null),
      no_quote: z.enum(['minus_one', 'silent']).default('minus_one'),
      depth: z.enum(['none', 'l1', 'l2']).default('none'),
      depth_lines: z.number().int().positive().default(3),
    })
    .prefault({}),
  /** The first account trades; all of them are in managedAccounts. */
  accounts: z.array(z.strictObject({ account: z.string().min(1), cash: dollars })).min(1),
  next_order_id: z.number().int().positive().default(1),
  contracts: z
    .array(
      z.strictObject({
        symbol: z.string().min(1),
        trading_class: z.string().min(1),
        under_con_id: z.number().int(),
        long_name: z.string(),
        /** In the file `YYYYMMDD`, `YYYYMMDD HH:MM:SS` or relative ("+1d"); after loading never relative, in `time_zone`. */
        last_trade_date: z
          .string()
          .refine((text) => TRADE_DATE.test(text) || RELATIVE.test(text), 'must be YYYYMMDD, "YYYYMMDD HH:MM:SS", or relative like "+1d"'),
        /** The day of the result, as the contract details tell it; the last trading day when the scenario names none. */
        real_expiration_date: z
          .string()
          .refine((text) => /^\d{8}$/.test(text) || RELATIVE.test(text), 'must be YYYYMMDD, or relative like "+1d"')
          .optional(),
        time_zone: z.string().default('US/Central'),
        strike: z.string().refine(decimals(6), 'must be a decimal string'),
        trading_hours: tradingHours.optional(),
        relist: z.boolean().default(false),
        yes: outcomeContract,
        no: outcomeContract,
      }),
    )
    .default([]),
})

export const tapeSection = z.strictObject({
  venue: z.enum(['kalshi', 'ibkr', 'odds']),
  file: z.string().min(1),
  kind: z.enum(['frames', 'prints', 'responses']),
  /** Recorded name → ticker, or the two contracts of a question. */
  markets: z
    .record(z.string(), z.union([z.string(), z.strictObject({ yes_con_id: z.number().int(), no_con_id: z.number().int() })]))
    .optional(),
  speed: z.number().positive().default(1),
  start: z.enum(['now', 'first_subscription', 'control']).default('now'),
  loop: z.boolean().default(false),
  quote: z
    .strictObject({
      half_spread: priceText.default('0.01'),
      size: z.union([z.literal('print'), z.number().positive()]).default('print'),
      life_ms: z.number().int().positive().default(2000),
    })
    .prefault({}),
})

const timelineEntry = z.looseObject({
  at_ms: z.union([
    z.number().min(0),
    z.string().refine((text) => isTime(text) || AFTER_TAPE.test(text), 'must be milliseconds since the start, a time, or "tape_end+5s"'),
  ]),
  venue: z.enum(['kalshi', 'ibkr', 'odds', 'clock']),
  type: z.string().min(1),
})

export const scenarioSchema = z.strictObject({
  schema_version: z.literal(1),
  seed: z.number().int().default(1),
  clock: clock.default({ mode: 'real' }),
  kalshi: kalshiSection.optional(),
  ibkr: ibkrSection.optional(),
  odds: oddsSection.optional(),
  tapes: z.array(tapeSection).default([]),
  timeline: z.array(timelineEntry).default([]),
})

/** The same as JSON Schema (draft 2020-12), for editors. Refinements of strings are described in docs/scenario.md only. */
export const scenarioJsonSchema = (): unknown => z.toJSONSchema(scenarioSchema, { io: 'input' })

export type Scenario = z.output<typeof scenarioSchema>
export type KalshiSection = z.output<typeof kalshiSection>
export type KalshiEventSection = KalshiSection['events'][number]
export type KalshiMarketSection = KalshiEventSection['markets'][number]
export type FeeType = z.output<typeof feeType>
export type PriceStructure = z.output<typeof priceStructure>
export type IbkrSection = z.output<typeof ibkrSection>
export type TapeSection = z.output<typeof tapeSection>
export type TimelineEntry = z.output<typeof timelineEntry>
