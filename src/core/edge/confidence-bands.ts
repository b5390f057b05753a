import { formatFixed } from '../units'
import { inFamilies } from './consensus/spoken'

/** What an edge is scored by, whatever the kind of score. Each part has its own most: 30, 30, 20, 20. */
export interface ConfidenceParts {
  readonly edge: number
  readonly consensus: number
  readonly liquidity: number
  readonly timing: number
}
export interface Scored {
  readonly parts: ConfidenceParts
  readonly reasons: readonly string[]
}
export const PART_MAX: ConfidenceParts = { edge: 30, consensus: 30, liquidity: 20, timing: 20 }

export interface BandInput {
  /** Net, in dollars per contract. */
  readonly edge: number
  /** Books that made the consensus, those of one family counted once, and the distance of the farthest two in probability. */
  readonly bookCount: number
  readonly bookSpread: number
  /** Contracts traded in the market so far. */
  readonly volume: number
  /** null: not known, which earns nothing. */
  readonly hoursToStart: number | null
}

/** A band is reached by what differs from its border by rounding alone. */
const NOISE = 1e-9
const CENTS = 100
const reaches = (value: number, border: number): boolean => value >= border - NOISE
const isWithin = (value: number, border: number): boolean => value <= border + NOISE

interface Band<Seen> {
  readonly points: number
  readonly holds: (seen: Seen) => boolean
}
/** By cents. */
const EDGE_BANDS: readonly Band<number>[] = [10, 7, 5, 3].map((cents, n) => ({
  points: [30, 25, 20, 10][n] ?? 0,
  holds: (edge) => reaches(edge * CENTS, cents),
}))
/** By how many books are no further apart than so many cents. */
const BOOK_BANDS: readonly Band<BandInput>[] = [
  { points: 30, books: 4, cents: 1 },
  { points: 25, books: 3, cents: 2 },
  { points: 15, books: 3, cents: 3 },
].map(({ points, books, cents }) => ({
  points,
  holds: ({ bookCount, bookSpread }) => bookCount >= books && isWithin(bookSpread * CENTS, cents),
}))
const VOLUME_BANDS: readonly Band<number>[] = [
  { points: 20, holds: (volume) => volume >= 5_000 },
  { points: 15, holds: (volume) => volume >= 2_000 },
  { points: 10, holds: (volume) => volume >= 500 },
]
const TIMING_BANDS: readonly Band<number>[] = [
  { points: 20, holds: (hours) => reaches(hours, 6) && isWithin(hours, 24) },
  { points: 10, holds: (hours) => reaches(hours, 2) && isWithin(hours, 48) },
]
/** The first band that holds. */
const pointsOf = <Seen>(bands: readonly Band<Seen>[], seen: Seen): number => bands.find(({ holds }) => holds(seen))?.points ?? 0

/** The first systems' score in steps (seed-behaviour §3.5), to which profiles and tiers are tuned (ruling 6). */
export function bands(input: BandInput): Scored {
  const { edge, bookCount, bookSpread, volume, hoursToStart } = input
  const parts: ConfidenceParts = {
    edge: pointsOf(EDGE_BANDS, edge),
    consensus: pointsOf(BOOK_BANDS, input),
    liquidity: pointsOf(VOLUME_BANDS, volume),
    timing: hoursToStart === null ? 0 : pointsOf(TIMING_BANDS, hoursToStart),
  }
  return {
    parts,
    reasons: [
      reason('edge', parts, `${inCents(edge)} net`),
      reason('consensus', parts, `${inFamilies(bookCount)} of books within ${inCents(bookSpread)}`),
      reason('liquidity', parts, `${shown(volume, 0)} contracts traded`),
      reason('timing', parts, inHours(hoursToStart)),
    ],
  }
}

/** "edge 25 of 30: 7.1c net" */
export const reason = (part: keyof ConfidenceParts, parts: ConfidenceParts, seen: string): string =>
  `${part} ${shown(parts[part], 1)} of ${PART_MAX[part]}: ${seen}`
/** A double as people read it. */
export function shown(value: number, decimals: number): string {
  const scaled = Math.round(value * 10 ** decimals)
  return Number.isSafeInteger(scaled) ? formatFixed(scaled, decimals, 0) : 'unknown'
}
export function inCents(dollars: number): string {
  const cents = shown(dollars * CENTS, 2)
  return cents === 'unknown' ? cents : `${cents}c`
}
export const inHours = (hours: number | null): string => (hours === null ? 'start not known' : `${shown(hours, 1)} h to the start`)
