import type { Millis } from '../units'
import { clusteredMean, wilson, type ConfidencePercent, type Estimate, type Observed } from './estimates'

/** What was claimed of the side that was bought or would have been, and what became of it. Probabilities and dollars per contract, both in 1e-6. */
export interface Claim {
  readonly id: string
  readonly atMs: Millis
  /** The market's ticker. */
  readonly market: string
  /** When its game begins. */
  readonly startMs: Millis
  /** Claims of one game hang together: their results are one draw. */
  readonly game: string
  readonly profile: string
  readonly method: string
  readonly tier: string
  /** That the side pays, by the consensus, and by each book that made it. */
  readonly probability: number
  readonly books: readonly { readonly book: string; readonly probability: number }[]
  /** What a contract cost without and with its fee: as filled, or else as it was displayed. */
  readonly price: number
  readonly cost: number
  /** The net edge that was claimed at least: on the bound of the consensus against us. */
  readonly edge: number
  readonly isFilled: boolean
  /** What a contract of the side paid: anything from nothing to a dollar; null: not known. */
  readonly paid: number | null
  /** What the books thought of the side last before the game began; null: not known. */
  readonly closing: number | null
}

export const CALIBRATION_GROUPS = ['profile', 'method', 'book', 'tier'] as const
export type CalibrationGroup = (typeof CALIBRATION_GROUPS)[number]

/** Claims whose probability lies between two tenths. Means and shares 0 … 1. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly claims: number
  readonly games: number
  readonly predicted: number
  readonly observed: number
  /** Wilson's interval of what was observed, with games as its trials. */
  readonly low: number
  readonly high: number
}
/** How claims fared whose market has ended. Brier and log-loss: less is better; dollars per contract. */
export interface Scored {
  readonly claims: number
  readonly games: number
  readonly brier: number
  /** The same of the price without its fee, taken for a probability. */
  readonly priceBrier: number
  /** One less the ratio of the two: above zero the claims knew more than the price. null: the price was never wrong. */
  readonly skill: number | null
  readonly logLoss: number
  readonly priceLogLoss: number
  /** Claimed less observed: above zero too much was claimed. */
  readonly gap: Estimate
  /** Claimed of the probability itself, and on its bound, net of fee. */
  readonly claimed: number
  readonly claimedAtLeast: number
  /** What a contract earned, net of fee, each claim once. */
  readonly realised: Estimate
  /** The same of what was filled alone; null: nothing was. */
  readonly filled: Estimate | null
  readonly bins: readonly ReliabilityBin[]
}
export interface Calibration {
  readonly claims: number
  readonly games: number
  /** Of these nobody knows yet how they ended. */
  readonly unknown: number
  /** null: of none is known how it ended. */
  readonly scored: Scored | null
  /** The closing probability less the cost, fee included; null: of no claim a closing line is known. */
  readonly closing: Estimate | null
  readonly withoutClosing: number
}

const MICROS = 1_000_000
const BINS = 10
/** What claims certainty and is wrong would lose without end: as sure as a claim is written down. */
const SUREST = 1 / MICROS

/** How a group of claims fared. The order of the claims does not matter. */
export function calibrationOf(claims: readonly Claim[], confidence: ConfidencePercent): Calibration {
  const sorted = claims.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.probability - b.probability)) // sums of doubles depend on their order
  const ended = sorted.flatMap(({ paid, ...claim }) => (paid === null ? [] : [{ ...claim, paid }]))
  const closed = sorted.flatMap(({ game, cost, closing }) => (closing === null ? [] : [observed(game, closing - cost)]))
  return {
    claims: sorted.length,
    games: gamesOf(sorted),
    unknown: sorted.length - ended.length,
    scored: ended.length === 0 ? null : scoredOf(ended, confidence),
    closing: clusteredMean(closed, confidence),
    withoutClosing: sorted.length - closed.length,
  }
}

/** The same by group, the names in their order. By `book` every claim counts for each of its books, by that book's own probability. */
export function calibrationBy(
  group: CalibrationGroup,
  claims: readonly Claim[],
  confidence: ConfidencePercent,
): readonly { readonly name: string; readonly calibration: Calibration }[] {
  const own = new Map<string, Claim[]>()
  for (const { name, claim } of group === 'book' ? claims.flatMap(byBook) : claims.map((claim) => ({ name: claim[group], claim })))
    if (!own.get(name)?.push(claim)) own.set(name, [claim])
  return [...own].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => ({ name, calibration: calibrationOf(each, confidence) }))
}
const byBook = (claim: Claim): readonly { readonly name: string; readonly claim: Claim }[] =>
  claim.books.map(({ book, probability }) => ({ name: book, claim: { ...claim, probability, edge: probability - claim.cost } }))

type Ended = Claim & { readonly paid: number }
const observed = (game: string, micros: number): Observed => ({ cluster: game, value: micros / MICROS })
const gamesOf = (claims: readonly Pick<Claim, 'game'>[]): number => new Set(claims.map(({ game }) => game)).size
const meanOf = (claims: readonly Ended[], of: (claim: Ended) => number): number =>
  claims.reduce((sum, claim) => sum + of(claim), 0) / claims.length

const brier = (claimed: number, paid: number): number => ((claimed - paid) / MICROS) ** 2
/** Of a market that pays a part of a dollar: the cross-entropy of the two. */
function logLoss(claimed: number, paid: number): number {
  const probability = Math.min(1 - SUREST, Math.max(SUREST, claimed / MICROS))
  const share = paid / MICROS
  return -(share * Math.log(probability) + (1 - share) * Math.log(1 - probability))
}

function scoredOf(ended: readonly Ended[], confidence: ConfidencePercent): Scored {
  const estimate = (claims: readonly Ended[], of: (claim: Ended) => number): Estimate | null =>
    clusteredMean(
      claims.map((claim) => observed(claim.game, of(claim))),
      confidence,
    )
  const earned = ({ paid, cost }: Ended): number => paid - cost
  const gap = estimate(ended, ({ probability, paid }) => probability - paid)
  const realised = estimate(ended, earned)
  if (gap === null || realised === null) throw new RangeError('no claim has ended')
  const [own, price] = [meanOf(ended, (each) => brier(each.probability, each.paid)), meanOf(ended, (each) => brier(each.price, each.paid))]
  return {
    claims: ended.length,
    games: gamesOf(ended),
    brier: own,
    priceBrier: price,
    skill: price === 0 ? null : 1 - own / price,
    logLoss: meanOf(ended, (each) => logLoss(each.probability, each.paid)),
    priceLogLoss: meanOf(ended, (each) => logLoss(each.price, each.paid)),
    gap,
    claimed: meanOf(ended, ({ probability, cost }) => (probability - cost) / MICROS),
    claimedAtLeast: meanOf(ended, ({ edge }) => edge / MICROS),
    realised,
    filled: estimate(
      ended.filter(({ isFilled }) => isFilled),
      earned,
    ),
    bins: binsOf(ended, confidence),
  }
}

/** Bins without a claim are left out. Claims of one game are one trial: what repeats itself is no more evidence. */
function binsOf(ended: readonly Ended[], confidence: ConfidencePercent): readonly ReliabilityBin[] {
  return Array.from({ length: BINS }, (_, at) => at).flatMap((at): readonly ReliabilityBin[] => {
    const own = ended.filter(({ probability }) => Math.min(BINS - 1, Math.floor((probability * BINS) / MICROS)) === at)
    if (own.length === 0) return []
    const games = gamesOf(own)
    const share = meanOf(own, ({ paid }) => paid / MICROS)
    return [
      {
        ...{ from: at / BINS, to: (at + 1) / BINS, claims: own.length, games },
        ...{ predicted: meanOf(own, ({ probability }) => probability / MICROS), observed: share },
        ...wilson(share, games, confidence),
      },
    ]
  })
}
