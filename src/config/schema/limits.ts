import { z } from 'zod'
import type { Limits } from '../../core/risk/limits'
import { CLEAN_TRADES_COUNTED } from '../../core/risk/size'
import { quantity, type Quantity } from '../../core/units'
import { dollars } from './venues'

const contracts = z.string().transform((text, context): Quantity => {
  try {
    return quantity(text)
  } catch {
    context.addIssue({ code: 'custom', message: `"${text}" is not a number of contracts: write a quoted decimal like '10'` })
    return z.NEVER
  }
})
const count = z.int().min(0)
const cleanTrades = z.int().min(0).max(CLEAN_TRADES_COUNTED)

/** A complete set of limits, as a file writes it. */
export const limitsSchema = z
  .strictObject({
    version: z.string().min(1).max(60),
    max_contracts_per_trade: contracts,
    first_contracts: contracts,
    first_clean_trades: cleanTrades,
    next_contracts: contracts,
    next_clean_trades: cleanTrades,
    max_premium_per_trade: dollars,
    max_contracts_per_market: contracts,
    max_contracts_per_event: contracts,
    max_contracts_per_day: contracts,
    max_openings_per_minute: count,
    min_opening_gap_ms: count,
    max_openings_per_day: count,
    max_open_trades: count,
    max_daily_loss: dollars,
    max_weekly_loss: dollars,
    max_consecutive_losses: z.int().min(1),
    breaker_cool_down_ms: count,
    loss_budget_per_trade: dollars,
    max_unpaired_premium: dollars,
    max_unpaired_premium_total: dollars,
    max_unpaired_age_ms: count,
    max_unpaired_first_legs: count,
    more_first_legs_clean_trades: cleanTrades,
    max_dust_per_market: contracts,
    min_cash_per_venue: dollars,
    cool_down_ms: count,
    min_net_edge_per_contract: dollars,
    min_expected_value: dollars,
    edge_min_price: dollars,
    edge_max_price: dollars,
    max_sport_share_bps: z.int().min(0).max(10_000),
    entry_life_ms: z.int().min(50).max(2_500), // must stay below the 3 s of a leg's activity
    close_margin_ms: count,
  })
  .transform((file): Limits => ({
    version: file.version,
    maxContractsPerTrade: file.max_contracts_per_trade,
    firstContracts: file.first_contracts,
    firstCleanTrades: file.first_clean_trades,
    nextContracts: file.next_contracts,
    nextCleanTrades: file.next_clean_trades,
    maxPremiumPerTrade: file.max_premium_per_trade,
    maxContractsPerMarket: file.max_contracts_per_market,
    maxContractsPerEvent: file.max_contracts_per_event,
    maxContractsPerDay: file.max_contracts_per_day,
    maxOpeningsPerMinute: file.max_openings_per_minute,
    minOpeningGapMs: file.min_opening_gap_ms,
    maxOpeningsPerDay: file.max_openings_per_day,
    maxOpenTrades: file.max_open_trades,
    maxDailyLoss: file.max_daily_loss,
    maxWeeklyLoss: file.max_weekly_loss,
    maxConsecutiveLosses: file.max_consecutive_losses,
    breakerCoolDownMs: file.breaker_cool_down_ms,
    lossBudgetPerTrade: file.loss_budget_per_trade,
    maxUnpairedPremium: file.max_unpaired_premium,
    maxUnpairedPremiumTotal: file.max_unpaired_premium_total,
    maxUnpairedAgeMs: file.max_unpaired_age_ms,
    maxUnpairedFirstLegs: file.max_unpaired_first_legs,
    moreFirstLegsCleanTrades: file.more_first_legs_clean_trades,
    maxDustPerMarket: file.max_dust_per_market,
    minCashPerVenue: file.min_cash_per_venue,
    coolDownMs: file.cool_down_ms,
    minNetEdgePerContract: file.min_net_edge_per_contract,
    minExpectedValue: file.min_expected_value,
    edgeMinPrice: file.edge_min_price,
    edgeMaxPrice: file.edge_max_price,
    maxSportShareBps: file.max_sport_share_bps,
    entryLifeMs: file.entry_life_ms,
    closeMarginMs: file.close_margin_ms,
  }))

export const PRESETS = ['conservative', 'standard', 'aggressive'] as const

/** A preset by name, and what differs from it. */
export const presetSchema = z.looseObject({ preset: z.enum(PRESETS) })

/** A key of limitsSchema's file. */
export type LimitKey = keyof z.input<typeof limitsSchema>
