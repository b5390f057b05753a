import { z } from 'zod'
import type { BookPolicy } from '../../core/edge/consensus/consensus'
import { DEVIG_METHODS } from '../../core/edge/consensus/devig-methods'
import { SPORTS_THAT_MAY_TIE, WAYS_OF_SPORT } from '../../core/edge/games/series'
import { profileMistake, type EdgeSettings, type Profile } from '../../core/edge/profile'
import { CONFIDENCES } from '../../core/stats/estimates'
import { price, quantity, type Price, type Quantity } from '../../core/units'
import { dollars } from './venues'

const MS_PER_SECOND = 1_000
const MS_PER_HOUR = 3_600_000
/** A quarter of a year: nobody offers odds of a game for longer. */
const HOURS_MAX = 2_200
const DAY_S = 86_400

/** A decimal text through the constructor of its unit. */
const decimal = <T>(read: (text: string) => T, what: string, example: string): z.ZodPipe<z.ZodString, z.ZodTransform<T, string>> =>
  z.string().transform((text, context): T => {
    try {
      return read(text)
    } catch {
      context.addIssue({ code: 'custom', message: `"${text}" is not ${what}: write a quoted decimal like '${example}'` })
      return z.NEVER
    }
  })
const contractPrice = decimal((text): Price => price(text), 'a price of a contract between 0 and 1 dollar', '0.30')
const contracts = decimal((text): Quantity => quantity(text), 'a number of contracts', '500')
const hours = z.number().min(0).max(HOURS_MAX)
const seconds = z.int().min(1).max(DAY_S)
const share = z.number().min(0).max(1)
const score = z.int().min(0).max(100)

const profileSchema = z.strictObject({
  min_edge: dollars,
  min_edge_high_confidence: dollars,
  min_books: z.int().min(1).max(100),
  max_book_spread: dollars,
  max_kalshi_spread: dollars,
  min_volume: contracts,
  min_hours_to_start: hours,
  max_hours_to_start: hours,
  min_price: contractPrice,
  max_price: contractPrice,
  kelly_fraction: z.number().gt(0).max(1),
  tiers: z.strictObject({ high: score, medium: score, low: score }),
  max_contracts: contracts.prefault('500'),
  bankroll: dollars.prefault('10000.00'),
})
type ProfileFile = z.output<typeof profileSchema>

const toProfile = (name: string, file: ProfileFile): Profile => ({
  name,
  minEdge: file.min_edge,
  minEdgeHighConfidence: file.min_edge_high_confidence,
  minBooks: file.min_books,
  maxBookSpread: file.max_book_spread,
  maxKalshiSpread: file.max_kalshi_spread,
  minVolume: file.min_volume,
  minToStartMs: Math.round(file.min_hours_to_start * MS_PER_HOUR),
  maxToStartMs: Math.round(file.max_hours_to_start * MS_PER_HOUR),
  minPrice: file.min_price,
  maxPrice: file.max_price,
  kellyFraction: file.kelly_fraction,
  tiers: file.tiers,
  maxContracts: file.max_contracts,
  bankroll: file.bankroll,
})

/** Ruling 13. All of them have to be written: a guard that nobody wrote down is none that anybody knows. */
const guardsSchema = z.strictObject({
  on: z.boolean(),
  sharp_for_high_confidence: z.boolean(),
  min_edge: dollars,
  min_price: contractPrice,
  max_price: contractPrice,
  max_kelly_fraction: z.number().gt(0).max(1),
  confirm_from: dollars,
  review_above: dollars,
  odds_after_move: z.boolean(),
})
const oddsSchema = z.strictObject({
  line_age_near_s: seconds,
  line_age_far_s: seconds,
  near_hours: hours,
  start_gap_max_s: seconds,
})

/** Of the bankroll, and of what is displayed at the limit or below (market-math §6). */
const sizeSchema = z.strictObject({ per_trade: share, per_event: share, per_day: share, of_depth: share })

/** A tier that weighs nothing names books that are never to be heard. */
const tierSchema = z.strictObject({ weight: z.number().min(0).max(100), sharp: z.boolean() })
const consensusSchema = z.strictObject({
  half_life_s: seconds,
  devig: z.enum(['default', ...DEVIG_METHODS]),
  three_way_sports: z.array(z.string().min(1)).superRefine((prefixes, context) => {
    for (const [sport, ways] of WAYS_OF_SPORT)
      if (prefixes.some((prefix) => sport.startsWith(prefix)) !== (ways === 3))
        return context.addIssue({
          code: 'custom',
          message: `a game of ${sport} has ${ways} outcomes: ${ways === 3 ? 'add' : 'leave out'} what it begins with`,
        })
  }),
  tie_probability: z
    .record(z.string(), share)
    .refine((of) => Object.hasOwn(of, 'other'), 'says what holds for every sport that is not named: add other')
    .superRefine((of, context) => {
      const missing = SPORTS_THAT_MAY_TIE.filter((sport) => !Object.hasOwn(of, sport))
      if (missing.length > 0)
        context.addIssue({
          code: 'custom',
          message: `a game of it may end in a tie, and nothing says how often: add ${missing.join(', ')}`,
        })
    }),
  min_families: z.int().min(1).max(100),
  max_rejected_share: share,
  uncertainty_floor: share,
  method_spread_share: share,
  tiers: z.record(z.string(), tierSchema),
  unknown_weight: z.number().min(0).max(100),
  families: z.array(z.strictObject({ name: z.string().min(1), tier: z.string(), books: z.array(z.string().min(1)).min(1) })),
})
type ConsensusFile = z.output<typeof consensusSchema>

/** Every book of every family, once. A family in a tier that there is not, or a book in two families, is told to `mistake`. */
function booksOf({ families, tiers }: ConsensusFile, mistake: (message: string) => void): Record<string, BookPolicy> {
  const books: Record<string, BookPolicy> = {}
  for (const { name, tier, books: keys } of families) {
    const found = tiers[tier]
    if (found === undefined) mistake(`consensus.families: "${name}" is in tier "${tier}", and there are ${Object.keys(tiers).join(', ')}`)
    for (const key of keys) {
      const before = books[key]
      if (before !== undefined) mistake(`consensus.families: "${key}" is in "${before.family}" and in "${name}": a book has one family`)
      if (found !== undefined) books[key] = { ...found, family: name }
    }
  }
  return books
}

/** Two years, as long as signals are kept. */
const CALIBRATION_DAYS_MAX = 730
const calibrationSchema = z.strictObject({
  days: z.int().min(7).max(CALIBRATION_DAYS_MAX),
  min_games: z.int().min(30).max(10_000),
  confidence: z.union(CONFIDENCES.map((percent) => z.literal(percent))),
  max_gap: share,
  action: z.enum(['reduce', 'refuse']),
  share: z.number().min(0.01).max(0.99),
})

/** All of the settings but what odds.yaml says. */
export interface ProfilesFile extends Omit<EdgeSettings, 'policy'> {
  readonly policy: Omit<EdgeSettings['policy'], 'clockSkewMaxMs'>
}

const PROFILE_NAME = /^[A-Z][A-Z0-9_]{0,39}$/

/** `config/profiles.yaml`: how edges are judged. */
export const profilesSchema = z
  .strictObject({
    profile: z.string(),
    confidence: z.enum(['bands', 'continuous']),
    high_confidence: z.strictObject({ min_books: z.int().min(1).max(100), max_book_spread: dollars }),
    profiles: z.record(z.string(), profileSchema),
    guards: guardsSchema,
    size: sizeSchema,
    odds: oddsSchema,
    consensus: consensusSchema,
    calibration: calibrationSchema,
  })
  .transform((file, context): ProfilesFile => {
    const mistake = (message: string): void => context.addIssue({ code: 'custom', message })
    const profiles = Object.entries(file.profiles).map(([name, profile]) => toProfile(name, profile))
    for (const profile of profiles) {
      const why = PROFILE_NAME.test(profile.name) ? profileMistake(profile) : 'a profile is named in capitals, like MY_PROFILE'
      if (why !== null) mistake(`profiles.${profile.name}: ${why}`)
    }
    if (!profiles.some(({ name }) => name === file.profile))
      mistake(`profile: there is no "${file.profile}": use one of ${profiles.map(({ name }) => name).join(', ')}`)
    if (file.guards.confirm_from > file.guards.review_above) mistake('guards: confirm_from is above review_above')
    const books = booksOf(file.consensus, mistake)
    if (file.guards.on) for (const [holds, says] of GUARDED_BOUNDS) if (!holds(file, books)) mistake(`${says} while guards.on is true`)
    return { ...settingsOf(file), policy: policyOf(file), profiles, consensus: consensusOf(file, books) }
  })

interface File {
  readonly profile: string
  readonly confidence: 'bands' | 'continuous'
  readonly high_confidence: { readonly min_books: number; readonly max_book_spread: EdgeSettings['highConfidence']['maxBookSpread'] }
  readonly guards: z.output<typeof guardsSchema>
  readonly size: z.output<typeof sizeSchema>
  readonly odds: z.output<typeof oddsSchema>
  readonly consensus: ConsensusFile
  readonly calibration: z.output<typeof calibrationSchema>
}

/**
 * Ruling 13 where it is about odds and consensus, and what would be no throttle. Whoever builds settings for a backtest goes beyond by itself: recorded odds
 * are minutes apart.
 */
const GUARDED_BOUNDS: readonly (readonly [holds: (file: File, books: Readonly<Record<string, BookPolicy>>) => boolean, says: string])[] = [
  [({ odds }) => odds.line_age_near_s <= 60, 'odds.line_age_near_s is at most 60'],
  [({ odds }) => odds.line_age_far_s <= 180, 'odds.line_age_far_s is at most 180'],
  [({ odds }) => odds.near_hours >= 6, 'odds.near_hours is at least 6'],
  [({ odds }) => odds.start_gap_max_s <= 1_800, 'odds.start_gap_max_s is at most 1800'],
  [({ consensus }) => consensus.min_families >= 2, 'consensus.min_families is at least 2'],
  [({ consensus }) => consensus.max_rejected_share <= 1 / 3, 'consensus.max_rejected_share is at most a third (0.333333)'],
  [
    // one that is in no family weighs what an unknown book does
    ({ consensus }, books) => (books['kalshi']?.weight ?? consensus.unknown_weight) === 0,
    'consensus: kalshi weighs nothing, for its price is no evidence against itself,',
  ],
  [({ consensus }) => consensus.uncertainty_floor >= 0.005, 'consensus.uncertainty_floor is at least 0.005'],
  [({ consensus }) => consensus.method_spread_share >= 0.5, 'consensus.method_spread_share is at least 0.5'],
  [({ calibration }) => calibration.days >= 90, 'calibration.days is at least 90'],
  [({ calibration }) => calibration.min_games <= 200, 'calibration.min_games is at most 200'],
  [({ calibration }) => calibration.confidence <= 95, 'calibration.confidence is at most 95'],
  [({ calibration }) => calibration.max_gap <= 0.05, 'calibration.max_gap is at most 0.05'],
  [({ calibration }) => calibration.share <= 0.5, 'calibration.share is at most 0.5'],
]

const settingsOf = ({
  profile,
  high_confidence,
  guards,
  consensus,
  calibration,
}: File): Omit<EdgeSettings, 'policy' | 'profiles' | 'consensus'> => ({
  profile,
  highConfidence: { minBooks: high_confidence.min_books, maxBookSpread: high_confidence.max_book_spread },
  isGuarded: guards.on,
  guards: {
    sharpForHighConfidence: guards.sharp_for_high_confidence,
    minEdge: guards.min_edge,
    minPrice: guards.min_price,
    maxPrice: guards.max_price,
    maxKellyFraction: guards.max_kelly_fraction,
    confirmFrom: guards.confirm_from,
    reviewAbove: guards.review_above,
    oddsAfterMove: guards.odds_after_move,
  },
  threeWaySports: consensus.three_way_sports,
  tieProbability: consensus.tie_probability,
  calibration: {
    days: calibration.days,
    minGames: calibration.min_games,
    confidence: calibration.confidence,
    maxGap: calibration.max_gap,
    share: calibration.action === 'refuse' ? 0 : calibration.share,
  },
})

const policyOf = ({ confidence, size, odds }: File): ProfilesFile['policy'] => ({
  confidence,
  lineAgeNearMs: odds.line_age_near_s * MS_PER_SECOND,
  lineAgeFarMs: odds.line_age_far_s * MS_PER_SECOND,
  nearMs: Math.round(odds.near_hours * MS_PER_HOUR),
  startGapMaxMs: odds.start_gap_max_s * MS_PER_SECOND,
  shares: { perTrade: size.per_trade, perEvent: size.per_event, perDay: size.per_day, ofDepth: size.of_depth },
})

const consensusOf = ({ consensus, odds }: File, books: Record<string, BookPolicy>): EdgeSettings['consensus'] => ({
  halfLifeMs: consensus.half_life_s * MS_PER_SECOND,
  maxAgeMs: odds.line_age_far_s * MS_PER_SECOND,
  method: consensus.devig,
  books,
  unknownBook: { weight: consensus.unknown_weight, sharp: false },
  minFamilies: consensus.min_families,
  maxRejectedShare: consensus.max_rejected_share,
  uncertaintyFloor: consensus.uncertainty_floor,
  methodSpreadShare: consensus.method_spread_share,
})
