import { z } from 'zod'
import { time } from '../texts'

/** Section `odds` of a scenario: events as The Odds API v4 tells them. docs/scenario.md says what each key does. */

const outcome = z.strictObject({ name: z.string(), price: z.number(), point: z.number().optional(), description: z.string().optional() })
const market = z.strictObject({
  key: z.string().min(1),
  /** A relative time is the age at each answer; an absolute one stays; none is told where there is none. */
  last_update: time.optional(),
  outcomes: z.array(outcome),
})
const bookmaker = z.strictObject({
  key: z.string().min(1),
  title: z.string().default(''),
  last_update: time.optional(),
  markets: z.array(market).default([]),
})
export const oddsEvent = z.strictObject({
  id: z.string().min(1),
  sport_key: z.string().regex(/^[a-z0-9_]+$/, 'must be a key of the source like "baseball_mlb"'),
  sport_title: z.string().default(''),
  /** null: the source does not tell it. */
  commence_time: time.nullable(),
  home_team: z.string().nullable(),
  away_team: z.string().nullable(),
  bookmakers: z.array(bookmaker).default([]),
})
export const oddsSection = z.strictObject({
  settings: z
    .strictObject({
      api_key: z.string().min(1).default('simulated'),
      monthly_credits: z.int().min(0).default(20_000),
      credits_used: z.int().min(0).default(0),
      latency_ms: z.int().min(0).default(40),
      calls_per_second: z.int().positive().default(30),
      /** How prices are written here; they are told as each call asks. */
      prices: z.enum(['american', 'decimal']).default('american'),
      /** After so long a game is over: it is in the scores and no longer among the odds. */
      game_hours: z.number().positive().default(4),
    })
    .prefault({}),
  events: z.array(oddsEvent).default([]),
})

export type OddsSection = z.output<typeof oddsSection>
export type OddsEvent = z.output<typeof oddsEvent>
export type OddsBook = OddsEvent['bookmakers'][number]
export type OddsMarket = OddsBook['markets'][number]
