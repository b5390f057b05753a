import { z } from 'zod'
import { WAYS_OF_SPORT } from '../../core/edge/games/series'
import { millis, type Millis } from '../../core/units'

const MS_PER_SECOND = 1_000
const MS_PER_HOUR = 3_600_000
/** What the source takes three months for is no interval any more. */
const HOURS_MAX = 2_160
const seconds = (standard: number) =>
  z
    .int()
    .min(1)
    .max(86_400)
    .default(standard)
    .transform((count): Millis => millis(count * MS_PER_SECOND))
const hours = (standard: number) =>
  z
    .int()
    .min(1)
    .max(HOURS_MAX)
    .default(standard)
    .transform((count): Millis => millis(count * MS_PER_HOUR))
/** By how much a source's clock may differ from this machine's where `odds.yaml` says nothing of it, or is missing. */
export const CLOCK_SKEW_MAX_MS = 5_000
const credits = z.int().min(0).max(1_000_000_000)
/** As the source names things: in an address, so nothing else may be in it. */
const sourceName = z.string().regex(/^[a-z0-9_]+$/, 'is a name of the source: small letters, digits and underscores')

/** How the credits of a month are spread (core/edge/budget says what each figure does). */
const budget = z
  .strictObject({
    monthly_credits: credits,
    /** The day on which the source counts from zero again, 00:00 UTC. */
    resets_on_day: z.int().min(1).max(28).default(1),
    keep_credits: credits.default(0),
    near_hours: hours(6),
    horizon_hours: hours(72),
    ahead_hours: hours(6),
    near_interval_s: seconds(30),
    far_interval_s: seconds(120),
    look_interval_s: seconds(3_600),
  })
  .refine((file) => file.near_interval_s <= file.far_interval_s && file.far_interval_s <= file.look_interval_s, {
    error: 'must not be shorter than far_interval_s, nor that than near_interval_s',
    path: ['look_interval_s'],
  })
  .refine((file) => file.near_hours <= file.horizon_hours, { error: 'must not be less than near_hours', path: ['horizon_hours'] })
  .refine((file) => file.keep_credits < file.monthly_credits, { error: 'leaves nothing of monthly_credits', path: ['keep_credits'] })

const sport = z.strictObject({
  /** As people say it, and as `crossbook` shows it. */
  sport: z.string().regex(/^[a-z0-9-]{2,20}$/),
  source: sourceName,
  /** Kalshi's, those that ask who wins one game. */
  series: z.array(z.string().regex(/^KX[A-Z0-9]+$/)).min(1),
  /** 2: one of two wins, and a tie is the market's rules' affair. 3: the draw has a price and a market of its own. */
  outcomes: z.union([z.literal(2), z.literal(3)]),
})

/** `config/odds.yaml`: where odds come from, of which sports, and what may be spent on them. */
export const oddsSchema = z
  .strictObject({
    base_url: z.url({ protocol: /^https?$/ }),
    /** Of the secret, relative to this folder: the key itself is in no configuration. */
    key_file: z.string().min(1),
    regions: z.array(z.enum(['us', 'us2', 'us_ex', 'us_dfs', 'uk', 'eu', 'au', 'fr', 'se'])).default(['us']),
    /** Instead of regions: ten cost as much as one region. */
    bookmakers: z.array(sourceName).default([]),
    markets: z.array(z.enum(['h2h', 'spreads', 'totals'])).default(['h2h']),
    odds_format: z.enum(['american', 'decimal']).default('american'),
    timeout_ms: z.int().min(100).max(60_000).default(10_000),
    pause_ms: z.int().min(0).max(10_000).default(150),
    clock_skew_max_ms: z.int().min(0).max(60_000).default(CLOCK_SKEW_MAX_MS),
    budget,
    sports: z.array(sport).min(1),
  })
  .refine(({ markets }) => markets.includes('h2h'), { error: 'must name h2h: nothing else is read', path: ['markets'] })
  .refine(({ regions, bookmakers }) => regions.length > 0 || bookmakers.length > 0, {
    error: 'must name a region, or bookmakers must name books',
    path: ['regions'],
  })
  .superRefine(({ sports }, context) => {
    for (const key of ['sport', 'source'] as const)
      unique(
        sports.map((each) => each[key]),
        key,
        context,
      )
    unique(
      sports.flatMap(({ series }) => series),
      'series',
      context,
    )
    for (const { sport: name, source, outcomes } of sports) {
      const ways = WAYS_OF_SPORT.get(source)
      if (ways !== undefined && ways !== outcomes)
        context.addIssue({
          code: 'custom',
          message: `${name} has outcomes: ${outcomes}, and a game of ${source} has ${ways}`,
          path: ['sports'],
        })
    }
  })

function unique(
  names: readonly string[],
  key: string,
  context: { addIssue(issue: { code: 'custom'; message: string; path: string[] }): void },
): void {
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice !== undefined) context.addIssue({ code: 'custom', message: `${key} ${twice} is listed twice: list it once`, path: ['sports'] })
}

export type OddsFile = z.output<typeof oddsSchema>
