import { z } from 'zod'
import type { Limits } from '../../core/risk/limits'
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

export const limitsSchema = z
  .strictObject({
    version: z.string().min(1).max(60),
    max_contracts_per_trade: contracts,
    max_premium_per_trade: dollars,
    max_contracts_per_market: contracts,
    max_contracts_per_event: contracts,
    max_contracts_per_day: contracts,
    max_openings_per_minute: count,
    max_openings_per_day: count,
    max_open_trades: count,
    max_daily_loss: dollars,
    loss_budget_per_trade: dollars,
    max_unpaired_premium: dollars,
    min_cash_per_venue: dollars,
    cool_down_ms: count,
    min_net_edge_per_contract: dollars,
    min_expected_value: dollars,
    entry_life_ms: z.int().min(50).max(2_500), // must stay below the 3 s of a leg's activity
    close_margin_ms: count,
  })
  .transform((file): Limits => ({
    version: file.version,
    maxContractsPerTrade: file.max_contracts_per_trade,
    maxPremiumPerTrade: file.max_premium_per_trade,
    maxContractsPerMarket: file.max_contracts_per_market,
    maxContractsPerEvent: file.max_contracts_per_event,
    maxContractsPerDay: file.max_contracts_per_day,
    maxOpeningsPerMinute: file.max_openings_per_minute,
    maxOpeningsPerDay: file.max_openings_per_day,
    maxOpenTrades: file.max_open_trades,
    maxDailyLoss: file.max_daily_loss,
    lossBudgetPerTrade: file.loss_budget_per_trade,
    maxUnpairedPremium: file.max_unpaired_premium,
    minCashPerVenue: file.min_cash_per_venue,
    coolDownMs: file.cool_down_ms,
    minNetEdgePerContract: file.min_net_edge_per_contract,
    minExpectedValue: file.min_expected_value,
    entryLifeMs: file.entry_life_ms,
    closeMarginMs: file.close_margin_ms,
  }))
