import type { CalibrationRule } from '../stats/throttle'
import type { Mode } from '../trade/plan'
import { formatMoney, money, price, type Millis, type Money, type Price, type Quantity } from '../units'
import type { ConsensusPolicy } from './consensus/consensus'
import type { EdgePolicy } from './finding'

/** How eager somebody is (seed-behaviour §3.4): a custom profile is any other name with the same figures. Edges are net of fees (ruling 8). */
export interface Profile {
  readonly name: string
  /** Per contract, on the lower bound of the consensus. */
  readonly minEdge: Money
  /** The same where many books agree: {@link HighConfidence}. */
  readonly minEdgeHighConfidence: Money
  /** Those of one family counted once. */
  readonly minBooks: number
  /** Between the books' fair probabilities, as what a contract is worth by each. */
  readonly maxBookSpread: Money
  /** Per contract, between Kalshi's ask and its bid. */
  readonly maxKalshiSpread: Money
  /** Traded in the market so far. */
  readonly minVolume: Quantity
  readonly minToStartMs: number
  readonly maxToStartMs: number
  /** Of the side bought. */
  readonly minPrice: Price
  readonly maxPrice: Price
  /** Of full Kelly. */
  readonly kellyFraction: number
  readonly tiers: Tiers
  readonly maxContracts: Quantity
  readonly bankroll: Money
}
/** From which score on a confidence is called so; below `low` nothing is traded. */
export interface Tiers {
  readonly high: number
  readonly medium: number
  readonly low: number
}
/** So many families of books no further apart than this earn the discount of {@link Profile.minEdgeHighConfidence}. */
export interface HighConfidence {
  readonly minBooks: number
  readonly maxBookSpread: Money
}

/** Ruling 13: what keeps a profile from losing by construction. */
export interface Guards {
  /** No discount on the minimum edge where no sharp book is among those that agree. */
  readonly sharpForHighConfidence: boolean
  /** No profile asks for less. */
  readonly minEdge: Money
  readonly minPrice: Price
  readonly maxPrice: Price
  readonly maxKellyFraction: number
  /** From this edge on it is presumed an error, until the books have spoken again after the fetch that bore it, and it is still there. */
  readonly confirmFrom: Money
  /** Above this edge a person looks first. */
  readonly reviewAbove: Money
  /** The odds have to be fetched, and told by their books, after Kalshi last moved. */
  readonly oddsAfterMove: boolean
}

/** How a market is judged: a profile, and what the guards make of it. Only {@link rulesOf} makes one. */
export interface EdgeRules extends Profile {
  readonly highConfidence: HighConfidence
  readonly sharpForHighConfidence: boolean
  /** null: not asked. */
  readonly confirmFrom: Money | null
  readonly reviewAbove: Money | null
  readonly oddsAfterMove: boolean
}

/** What decides with recorded data in virtual time: nobody's money. */
export type JudgingMode = Mode | 'backtest'
const UNGUARDED: readonly JudgingMode[] = ['paper', 'backtest']

export interface Guarding {
  readonly guards: Guards
  readonly highConfidence: HighConfidence
  readonly mode: JudgingMode
  /** False: as the first systems did it. */
  readonly isGuarded: boolean
}

/** All that config/profiles.yaml says. */
export interface EdgeSettings {
  /** The name of the one in force. */
  readonly profile: string
  readonly profiles: readonly Profile[]
  readonly highConfidence: HighConfidence
  readonly guards: Guards
  readonly isGuarded: boolean
  readonly policy: EdgePolicy
  /** Its `maxAgeMs` is that of a start far away: {@link consensusPolicyAt}. */
  readonly consensus: ConsensusPolicy
  /** How the source begins the names of sports whose winner has three outcomes. */
  readonly threeWaySports: readonly string[]
  /** How often a game of a sport ends in a tie, by the source's name of it; "other": of every sport that is not named. */
  readonly tieProbability: Readonly<Record<string, number>>
  /** When claims have failed, and what follows. */
  readonly calibration: CalibrationRule
}

/**
 * The rules of a profile by these settings.
 * @throws RangeError for a profile that there is not, and as {@link rulesOf}.
 */
export const rulesFor = (settings: EdgeSettings, mode: JudgingMode, profile: string = settings.profile): EdgeRules =>
  rulesOf(profileOf(settings.profiles, profile), { ...settings, mode })

/** How the books of one game are pooled now: what is near its start moves faster, and some sports have draws. `startMs` null: as if it were near. */
export function consensusPolicyAt(
  { policy, consensus, threeWaySports }: Pick<EdgeSettings, 'policy' | 'consensus' | 'threeWaySports'>,
  { sport, startMs }: { readonly sport: string; readonly startMs: Millis | null },
  nowMs: Millis,
): ConsensusPolicy & { readonly ways: number } {
  return {
    ...consensus,
    maxAgeMs: lineAgeAt(policy, startMs, nowMs),
    ways: threeWaySports.some((prefix) => sport.startsWith(prefix)) ? 3 : 2,
  }
}
/** How old a line may be now: by how far the start is away (seed-behaviour §3.9). */
export const lineAgeAt = ({ nearMs, lineAgeFarMs, lineAgeNearMs }: EdgePolicy, startMs: Millis | null, nowMs: Millis): number =>
  startMs !== null && startMs - nowMs > nearMs ? lineAgeFarMs : lineAgeNearMs

/**
 * The rules in force for a profile. A guard only ever tightens it.
 * @throws RangeError for guards that are off, or looser than ruling 13 has them, in another mode than paper or backtest; where profile and guards leave no
 * price.
 */
export function rulesOf(profile: Profile, { guards, highConfidence, mode, isGuarded }: Guarding): EdgeRules {
  if (!isGuarded) return unguarded(profile, highConfidence, mode)
  const loose = UNGUARDED.includes(mode) ? [] : loosenedIn(guards)
  if (loose.length > 0)
    throw new RangeError(
      `guards may be looser than they have to be in modes ${UNGUARDED.join(' and ')} only, not in ${mode}: in config/profiles.yaml set ${loose.join(', ')}`,
    )
  const minPrice = larger(profile.minPrice, guards.minPrice)
  const maxPrice = smaller(profile.maxPrice, guards.maxPrice)
  if (minPrice > maxPrice)
    throw new RangeError(`profile ${profile.name} and the guards leave no price between them: widen min_price or max_price of one`)
  return {
    ...profile,
    highConfidence,
    minEdge: larger(profile.minEdge, guards.minEdge),
    minEdgeHighConfidence: larger(profile.minEdgeHighConfidence, guards.minEdge),
    minPrice,
    maxPrice,
    kellyFraction: Math.min(profile.kellyFraction, guards.maxKellyFraction),
    sharpForHighConfidence: guards.sharpForHighConfidence,
    confirmFrom: guards.confirmFrom,
    reviewAbove: guards.reviewAbove,
    oddsAfterMove: guards.oddsAfterMove,
  }
}

/** Ruling 13: what no configuration loosens where there is money, and how that is said in the file. Above 12c confidence closes anyway. */
const BOUNDS: readonly (readonly [holds: (guards: Guards) => boolean, says: string])[] = [
  [({ sharpForHighConfidence }) => sharpForHighConfidence, 'guards.sharp_for_high_confidence to true'],
  [({ minEdge }) => minEdge >= money('0.02'), "guards.min_edge to '0.02' or more"],
  [({ minPrice }) => minPrice >= price('0.20'), "guards.min_price to '0.20' or more"],
  [({ maxPrice }) => maxPrice <= price('0.80'), "guards.max_price to '0.80' or less"],
  [({ maxKellyFraction }) => maxKellyFraction <= 0.25, 'guards.max_kelly_fraction to 0.25 or less'],
  [({ confirmFrom }) => confirmFrom <= money('0.05'), "guards.confirm_from to '0.05' or less"],
  [({ reviewAbove }) => reviewAbove <= money('0.12'), "guards.review_above to '0.12' or less"],
  [({ oddsAfterMove }) => oddsAfterMove, 'guards.odds_after_move to true'],
]
const loosenedIn = (guards: Guards): readonly string[] => BOUNDS.flatMap(([holds, says]) => (holds(guards) ? [] : says))

function unguarded(profile: Profile, highConfidence: HighConfidence, mode: JudgingMode): EdgeRules {
  if (!UNGUARDED.includes(mode))
    throw new RangeError(`the guards of an edge are off in modes ${UNGUARDED.join(' and ')} only, not in ${mode}: switch them on`)
  return { ...profile, highConfidence, sharpForHighConfidence: false, confirmFrom: null, reviewAbove: null, oddsAfterMove: false }
}

const larger = <N extends number>(a: N, b: N): N => (a > b ? a : b)
const smaller = <N extends number>(a: N, b: N): N => (a < b ? a : b)

/**
 * A profile by its name.
 * @throws RangeError naming those that there are.
 */
export function profileOf(profiles: readonly Profile[], name: string): Profile {
  const found = profiles.find((profile) => profile.name === name)
  if (!found) throw new RangeError(`there is no profile "${name}": use one of ${profiles.map((profile) => profile.name).join(', ')}`)
  return found
}

/** Why the figures of a profile cannot be, or null: what a file may say and a market cannot mean. */
export function profileMistake(profile: Profile): string | null {
  const { minEdge, minEdgeHighConfidence, minToStartMs, maxToStartMs, minPrice, maxPrice, kellyFraction, tiers } = profile
  if (minEdge < 0 || minEdgeHighConfidence < 0) return 'an edge below zero is a loss: min_edge and min_edge_high_confidence start at 0'
  if (minEdgeHighConfidence > minEdge)
    return `min_edge_high_confidence is a discount: at most ${formatMoney(minEdge)}, its min_edge, not ${formatMoney(minEdgeHighConfidence)}`
  if (minToStartMs > maxToStartMs) return 'min_hours_to_start is beyond max_hours_to_start'
  if (minPrice > maxPrice) return 'min_price is above max_price'
  if (!(kellyFraction > 0 && kellyFraction <= 1)) return `kelly_fraction is above 0 and at most 1, not ${kellyFraction}`
  if (!(tiers.high >= tiers.medium && tiers.medium >= tiers.low)) return 'the tiers fall from high to low'
  return null
}
