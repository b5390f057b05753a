import { MICROS_PER_PRICE, formatPrice, formatQuantity, type Money } from '../../units'
import type { Consensus } from '../consensus/consensus'
import { inFamilies, isOfAfter, spokenSince, spokenText, type Spoken } from '../consensus/spoken'
import type { EdgeInput } from '../finding'
import type { EdgeRules } from '../profile'
import { EDGE_CHECKS, type Check } from '../refusals'
import { DOLLAR_MICROS } from '../value'
import { dollars, untilStart, type Look, type Side } from './preconditions'

/** A market with the side that is looked at. */
export interface Judged {
  readonly look: Look
  readonly side: Side
}

const HOUR_MS = 3_600_000
const HUNDREDTHS = 100
const hours = (ms: number): string => `${Math.round((ms / HOUR_MS) * HUNDREDTHS) / HUNDREDTHS} h`

/** Doubles that should be equal differ by less, in µ$. */
const NOISE = 1e-6
/** µ$ of a probability, rounded up: what must not be too much. */
const microsUp = (of: number): number => Math.ceil(of * DOLLAR_MICROS - NOISE)

/** Whether the books earn a profile's discount: many families, close together, and under the guards a sharp book among them (ruling 13). */
export const isHighConfidence = ({ familyCount, bookSpread, sharpShare }: Consensus, rules: EdgeRules): boolean =>
  familyCount >= rules.highConfidence.minBooks &&
  microsUp(bookSpread) <= rules.highConfidence.maxBookSpread &&
  (!rules.sharpForHighConfidence || sharpShare > 0)
export const minEdgeOf = (consensus: Consensus, rules: EdgeRules): Money =>
  isHighConfidence(consensus, rules) ? rules.minEdgeHighConfidence : rules.minEdge

const spread = ({ bid, ask }: Look): number => (bid === null || ask === null ? Infinity : (ask - bid) * MICROS_PER_PRICE)

/** The seven named conditions of a profile (seed-behaviour §3.3). Every one is told, with both figures. */
export const PROFILE_CONDITIONS: readonly Check<Judged>[] = [
  {
    check: EDGE_CHECKS.minEdge,
    passes: ({ side }) => side.edge >= side.minEdge,
    actual: ({ side }) => `${dollars(side.edge)} net per contract of ${side.outcome}`,
    limit: ({ side, look }) =>
      `≥ ${dollars(side.minEdge)}${isHighConfidence(side.consensus, look.input.rules) ? ' (high confidence)' : ''}`,
  },
  {
    // books of one family are one opinion, however many names it has
    check: EDGE_CHECKS.minBooks,
    passes: ({ side, look }) => side.consensus.familyCount >= look.input.rules.minBooks,
    actual: ({ side }) => `${inFamilies(side.consensus.familyCount)} of books, ${side.consensus.bookCount} by name`,
    limit: ({ look }) => `≥ ${look.input.rules.minBooks}`,
  },
  {
    check: EDGE_CHECKS.maxBookSpread,
    passes: ({ side, look }) => microsUp(side.consensus.bookSpread) <= look.input.rules.maxBookSpread,
    actual: ({ side }) => dollars(microsUp(side.consensus.bookSpread)),
    limit: ({ look }) => `≤ ${dollars(look.input.rules.maxBookSpread)}`,
  },
  {
    check: EDGE_CHECKS.maxKalshiSpread,
    passes: ({ look }) => spread(look) <= look.input.rules.maxKalshiSpread,
    actual: ({ look }) => dollars(spread(look)),
    limit: ({ look }) => `≤ ${dollars(look.input.rules.maxKalshiSpread)}`,
  },
  {
    check: EDGE_CHECKS.minVolume,
    passes: ({ look: { input } }) => input.volume !== null && input.volume >= input.rules.minVolume,
    actual: ({ look: { input } }) => (input.volume === null ? 'not told' : formatQuantity(input.volume)),
    limit: ({ look: { input } }) => `≥ ${formatQuantity(input.rules.minVolume)}`,
  },
  {
    check: EDGE_CHECKS.priceRange,
    passes: ({ side, look: { input } }) => side.ask >= input.rules.minPrice && side.ask <= input.rules.maxPrice,
    actual: ({ side }) => `${formatPrice(side.ask)} for ${side.outcome}`,
    limit: ({ look: { input } }) => `${formatPrice(input.rules.minPrice)} to ${formatPrice(input.rules.maxPrice)}`,
  },
  {
    check: EDGE_CHECKS.timing,
    passes: ({ look: { input } }) => isTimely(untilStart(input), input.rules),
    actual: ({ look: { input } }) => untilText(untilStart(input)),
    limit: ({ look: { input } }) => `${hours(input.rules.minToStartMs)} to ${hours(input.rules.maxToStartMs)}`,
  },
]
const isTimely = (ms: number | null, { minToStartMs, maxToStartMs }: EdgeRules): boolean =>
  ms !== null && ms >= minToStartMs && ms <= maxToStartMs
const untilText = (ms: number | null): string => (ms === null ? 'not told' : hours(ms))

/** Ruling 13: what is presumed an error, and what Kalshi may know and the odds do not yet. */
export const GUARDS: readonly Check<Judged>[] = [
  {
    check: EDGE_CHECKS.oddsAfterMove,
    passes: ({ side, look: { input } }) => !input.rules.oddsAfterMove || (sinceMove(input) > 0 && isOfAfter(saidSinceMove(side, input))),
    actual: ({ side, look: { input } }) =>
      Number.isFinite(sinceMove(input))
        ? `fetched ${sinceMove(input)} ms after it, ${spokenText(saidSinceMove(side, input))}`
        : 'not known',
    limit: () => `> 0 ms after it, ${ENOUGH_SAID}`,
  },
  {
    check: EDGE_CHECKS.confirmed,
    passes: ({ side, look: { input } }) => isBelow(side, input.rules.confirmFrom) || isConfirmed(side, input),
    actual: ({ side, look: { input } }) => `${dollars(side.edge)} net per contract, ${birthText(side, input)}`,
    limit: ({ look: { input } }) =>
      input.rules.confirmFrom === null
        ? 'not asked'
        : `< ${dollars(input.rules.confirmFrom)}, or shown again by a later fetch, ${ENOUGH_SAID}`,
  },
  {
    check: EDGE_CHECKS.review,
    passes: ({ side, look: { input } }) => input.rules.reviewAbove === null || side.edge <= input.rules.reviewAbove,
    actual: ({ side }) => `${dollars(side.edge)} net per contract`,
    limit: ({ look: { input } }) =>
      input.rules.reviewAbove === null ? 'not asked' : `≤ ${dollars(input.rules.reviewAbove)} without a person`,
  },
]
const sinceMove = ({ odds, movedAtMs }: EdgeInput): number => (odds === null || movedAtMs === null ? -Infinity : odds.fetchedMs - movedAtMs)
/** The move is by our clock and a line by its book's: it is later only where it is so by either. */
const saidSinceMove = ({ consensus }: Side, { movedAtMs, policy }: EdgeInput): Spoken =>
  spokenSince(consensus, movedAtMs === null ? Infinity : movedAtMs + policy.clockSkewMaxMs)
const ENOUGH_SAID = 'half of the weight told later by two families or a sharp book'
const isBelow = ({ edge }: Side, from: Money | null): boolean => from === null || edge < from
/** The same lines fetched again say nothing: the books themselves have to. */
const isConfirmed = ({ outcome, consensus }: Side, { birth, odds }: EdgeInput): boolean =>
  birth !== null &&
  odds !== null &&
  birth.outcome === outcome &&
  odds.fetchedMs > birth.fetchedMs &&
  isOfAfter(spokenSince(consensus, birth.newestMs))
function birthText(side: Side, input: EdgeInput): string {
  const { birth, odds } = input
  if (birth === null || birth.outcome !== side.outcome || odds === null) return 'seen for the first time'
  return `by odds fetched ${odds.fetchedMs - birth.fetchedMs} ms after those that bore it, ${spokenText(spokenSince(side.consensus, birth.newestMs))}`
}
