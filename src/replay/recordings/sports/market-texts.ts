import path from 'node:path'
import { z } from 'zod'
import { millis, type Millis } from '../../../core/units'
import { damaged, jsonLinesOf, read, timeSchema } from './json-lines'
import { leagueOf } from './leagues'

const FILE = 'kalshi_rest/sports_markets_20260709_10.jsonl.gz'
const MS_PER_SECOND = 1_000

/** What Kalshi tells of a market for good, where its record was kept. */
export interface MarketText {
  readonly title: string
  readonly subtitle: string
  readonly rulesPrimary: string
  readonly rulesSecondary: string
  readonly closeMs: Millis
  /** When what it pays is to be cash: its expected end and the settlement's time. */
  readonly payoutMs: Millis
}

const text = z.string()
const ofMarket = z.object({ market: z.object({ ticker: text }) })
const lineSchema = z.object({
  market: z.object({
    ...{ ticker: text, title: text, yes_sub_title: text, rules_primary: text, rules_secondary: text },
    ...{ close_time: timeSchema, expected_expiration_time: timeSchema, settlement_timer_seconds: z.int().nonnegative() },
    // the grid and the way of closing are told for all markets alike: another one would be told wrongly
    ...{ price_level_structure: z.literal('linear_cent'), can_close_early: z.literal(true) },
  }),
})

/**
 * The markets of the recorded leagues whose records were kept, by ticker.
 * @throws RangeError naming file and line
 */
export async function readMarketTexts(folder: string): Promise<ReadonlyMap<string, MarketText>> {
  const texts = new Map<string, MarketText>()
  for await (const line of jsonLinesOf(path.join(folder, FILE))) {
    if (!leagueOf(read(ofMarket, line).market.ticker)) continue
    const { market } = read(lineSchema, line)
    if (texts.has(market.ticker)) damaged(line.place, `${market.ticker} has a record already`)
    texts.set(market.ticker, {
      ...{ title: market.title, subtitle: market.yes_sub_title },
      ...{ rulesPrimary: market.rules_primary, rulesSecondary: market.rules_secondary, closeMs: market.close_time },
      payoutMs: millis(market.expected_expiration_time + market.settlement_timer_seconds * MS_PER_SECOND),
    })
  }
  return texts
}
