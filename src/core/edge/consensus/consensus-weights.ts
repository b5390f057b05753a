/** What one book thinks of one outcome, its margin off. */
export interface Opinion {
  readonly book: string
  /** Above 0 and below 1. */
  readonly probability: number
  /** Before its age is counted; above 0. */
  readonly weight: number
  readonly ageMs: number
  /** Whether the book makes its prices itself and takes large bets at them. */
  readonly sharp: boolean
  /** Books of one operator or feed: together they weigh no more than their heaviest. Absent: the book is its own. */
  readonly family?: string
}
/** An opinion as it counts now, on the scale where chances can be averaged. */
export interface Voice<O extends Opinion = Opinion> {
  readonly opinion: O
  readonly logit: number
  readonly weight: number
}

const logit = (p: number): number => Math.log(p / (1 - p))
const logistic = (x: number): number => 1 / (1 + Math.exp(-x))

/** The spread of a normal law in terms of its median deviation. */
const MAD_SCALE = 1.4826
/** Two honest books differ by as much on the logit scale (about a cent at even odds): less is no measure of what an outlier is. */
const SCALE_MIN = 0.04
const OUTLIER_SCALES = 3
/** Of fewer, nobody knows which one is wrong. */
const BOOKS_TO_REJECT_MIN = 3
/** Shares of a total that are nearer than this to its half are its half. */
const HALF_ROUNDING = 1e-12

const weightOf = (voices: readonly { readonly weight: number }[]): number => voices.reduce((sum, { weight }) => sum + weight, 0)
const familyOf = ({ family, book }: Opinion): string => family ?? book

/**
 * Opinions with their weight halved by every half-life, one family sharing the weight of its heaviest: a book that nearly has no weight left changes
 * nothing of what its sisters have. In an order of their own, so that the result does not hang on that of the books.
 */
function voicesOf<O extends Opinion>(opinions: readonly O[], halfLifeMs: number): readonly Voice<O>[] {
  const decayed = opinions.map((opinion) => ({
    opinion,
    logit: logit(opinion.probability),
    weight: opinion.weight * 2 ** (-Math.max(0, opinion.ageMs) / halfLifeMs),
  }))
  decayed.sort((a, b) => a.logit - b.logit || a.weight - b.weight || (a.opinion.book < b.opinion.book ? -1 : 1))
  const families = new Map<string, { sum: number; most: number }>()
  for (const { opinion, weight } of decayed) {
    const family = families.get(familyOf(opinion))
    if (family) {
      family.sum += weight
      family.most = Math.max(family.most, weight)
    } else families.set(familyOf(opinion), { sum: weight, most: weight })
  }
  return decayed.map((voice) => {
    const family = families.get(familyOf(voice.opinion))
    return family && family.sum > family.most ? { ...voice, weight: (voice.weight * family.most) / family.sum } : voice
  })
}

/** The weight of each family. */
function familyWeights(voices: readonly Voice[]): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const { opinion, weight } of voices) weights.set(familyOf(opinion), (weights.get(familyOf(opinion)) ?? 0) + weight)
  return weights
}

/** The value at which half of the weight is reached; the mean of two where one of them ends exactly there. At least one value. */
function weightedMedian(values: readonly { readonly value: number; readonly weight: number }[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value)
  const total = weightOf(sorted)
  let below = 0
  for (const [n, { value, weight }] of sorted.entries()) {
    below += weight
    const over = below / total - 0.5
    if (Math.abs(over) <= HALF_ROUNDING) return (value + (sorted[n + 1]?.value ?? value)) / 2
    if (over > 0) return value
  }
  return sorted.at(-1)?.value ?? NaN
}

export interface Pooling {
  /** An opinion this old weighs half. */
  readonly halfLifeMs: number
  /** An older one is not heard. */
  readonly maxAgeMs: number
}
export interface Combined<O extends Opinion = Opinion> {
  readonly probability: number
  readonly median: number
  /** How far the books that were kept are from it, by weight. */
  readonly sigma: number
  /** To how many equal books, one a family, the kept ones come. */
  readonly effectiveBooks: number
  /** 0 … 1 */
  readonly sharpShare: number
  /** Those that made it, and of how many families they are. */
  readonly kept: readonly Voice<O>[]
  readonly families: number
  /** Books too far from the others, and their share of all weight. */
  readonly rejected: readonly string[]
  readonly rejectedShare: number
  readonly stale: readonly string[]
}

/**
 * One probability of many: the mean on the logit scale by weight and age, after one round of rejecting what is too far from the weighted median
 * (market-math §5). The order of the opinions does not matter. null: none of them is young enough and weighs anything.
 */
export function combine<O extends Opinion>(opinions: readonly O[], { halfLifeMs, maxAgeMs }: Pooling): Combined<O> | null {
  const stale = opinions.filter(({ ageMs }) => ageMs > maxAgeMs).map(({ book }) => book)
  const young = opinions.filter(({ ageMs }) => ageMs <= maxAgeMs)
  const voices = voicesOf(young, halfLifeMs).filter(({ weight }) => weight > 0)
  if (voices.length === 0) return null
  const median = weightedMedian(voices.map(({ logit: value, weight }) => ({ value, weight })))
  const limit = voices.length >= BOOKS_TO_REJECT_MIN ? OUTLIER_SCALES * scaleOf(voices, median) : Infinity
  const isKept = ({ logit: value }: Voice): boolean => Math.abs(value - median) <= limit
  const kept = voices.filter(isKept)
  const rejected = voices.filter((voice) => !isKept(voice))
  return {
    ...meanOf(kept),
    median: logistic(median),
    kept,
    rejected: rejected.map(({ opinion }) => opinion.book),
    rejectedShare: weightOf(rejected) / weightOf(voices),
    stale,
  }
}

const scaleOf = (voices: readonly Voice[], median: number): number =>
  Math.max(SCALE_MIN, MAD_SCALE * weightedMedian(voices.map(({ logit, weight }) => ({ value: Math.abs(logit - median), weight }))))

/** Of one voice at least: what is rejected is less than half of the weight, for half of it lies within the median deviation. */
function meanOf(voices: readonly Voice[]): Pick<Combined, 'probability' | 'sigma' | 'effectiveBooks' | 'sharpShare' | 'families'> {
  let total = 0
  let logits = 0
  let sharp = 0
  for (const { opinion, logit, weight } of voices) {
    total += weight
    logits += weight * logit
    if (opinion.sharp) sharp += weight
  }
  const probability = logistic(logits / total)
  let squares = 0
  for (const { opinion, weight } of voices) squares += weight * (opinion.probability - probability) ** 2
  const families = familyWeights(voices)
  let concentration = 0
  for (const weight of families.values()) concentration += weight ** 2
  return {
    probability,
    sigma: Math.sqrt(squares / total),
    effectiveBooks: total ** 2 / concentration,
    sharpShare: sharp / total,
    families: families.size,
  }
}
