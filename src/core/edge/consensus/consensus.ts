import { millis, type Millis } from '../../units'
import { impliedOf } from './american'
import { combine, type Combined, type Opinion, type Pooling, type Voice } from './consensus-weights'
import { defaultMethod, type DevigDrop, type DevigMethod } from './devig'
import { fairOf, spreadOf } from './line'
import type { BookLine, OddsGame } from '../odds'

export { combine, type Combined, type Opinion, type Pooling } from './consensus-weights'

/** A source's clock may be this far ahead of ours: recorded lines are up to 0.4 s later than their own fetch. */
export const CLOCK_TOLERANCE_MS = 2_000

export interface BookPolicy {
  /** 3 for sharp market makers, 2 for second-tier sharps and exchanges, 1 for retail books; 0: never heard. */
  readonly weight: number
  readonly sharp: boolean
  readonly family: string
}
export interface ConsensusPolicy extends Pooling {
  /** 'default': by the number of outcomes, {@link defaultMethod}. */
  readonly method: DevigMethod | 'default'
  /** By the name that the source gives the book. */
  readonly books: Readonly<Record<string, BookPolicy>>
  /** Of a book that is not listed, a family of its own. 0: it is not heard, for nobody knows whose prices it copies. */
  readonly unknownBook: { readonly weight: number; readonly sharp: false }
  /** How many families must be left, unless one of the books is sharp. */
  readonly minFamilies: number
  /** Share of all weight above which what was rejected leaves no consensus. */
  readonly maxRejectedShare: number
  /** What nobody knows better than, in probability. */
  readonly uncertaintyFloor: number
  /** The share of the spread between the methods that widens both bounds (ruling 13). */
  readonly methodSpreadShare: number
  /** How many outcomes the question has, where the sport says so. Absent: as many as the widest line has, if no other width has as many books. */
  readonly ways?: number
}

/** Why there is no consensus. */
export const CONSENSUS_REFUSALS = {
  futureFetch: 'fetched later than now',
  noLines: 'no lines',
  outcomesDiffer: 'no agreed set of outcomes',
  noSuchOutcome: 'outcome not offered',
  noBooks: 'no usable book',
  tooFew: 'too few families',
  rejected: 'too much rejected',
} as const
export type ConsensusRefusal = (typeof CONSENSUS_REFUSALS)[keyof typeof CONSENSUS_REFUSALS]

export interface ConsensusBook {
  readonly book: string
  readonly family: string
  readonly sharp: boolean
  readonly probability: number
  /** As the book quotes it, its margin included. */
  readonly raw: number
  readonly updatedMs: Millis
  /** With age and family counted. */
  readonly weight: number
}
export interface Consensus {
  readonly kind: 'consensus'
  readonly probability: number
  /** What a purchase of the outcome counts on, and what a sale of it does: 0 … 1. */
  readonly lower: number
  readonly upper: number
  readonly sigma: number
  /** The methods' disagreement on this outcome, by weight, before {@link ConsensusPolicy.methodSpreadShare}. */
  readonly methodSpread: number
  readonly effectiveBooks: number
  readonly sharpShare: number
  /** Of the kept: books (to be shown: what counts is families), families, greatest less smallest probability, and the times of their own that are farthest apart (B6). */
  readonly bookCount: number
  readonly familyCount: number
  readonly bookSpread: number
  readonly oldestMs: Millis
  readonly newestMs: Millis
  readonly books: readonly ConsensusBook[]
  readonly rejected: readonly string[]
  readonly dropped: readonly DroppedBook[]
}
export type ConsensusResult =
  | Consensus
  | { readonly kind: 'none'; readonly reason: ConsensusRefusal; readonly detail: string; readonly dropped: readonly DroppedBook[] }

/** Why one book was not heard. */
export const BOOK_DROPS = {
  unlisted: 'book not listed',
  unweighted: 'weighs nothing',
  missingSide: 'a side is missing',
  otherOutcomes: 'another set of outcomes',
  noTime: 'no time of its own',
  future: 'later than its fetch',
  stale: 'too old',
} as const
export type BookDrop = (typeof BOOK_DROPS)[keyof typeof BOOK_DROPS] | DevigDrop
export interface DroppedBook {
  readonly book: string
  readonly reason: BookDrop
}

/** A book's line, made an opinion on one outcome. */
interface View extends Opinion {
  readonly line: BookLine
  /** The outcome's place in the line. */
  readonly at: number
  readonly raw: number
  readonly updatedMs: Millis
  readonly family: string
}
interface Asked {
  readonly game: OddsGame
  readonly outcome: string
  readonly nowMs: Millis
  readonly policy: ConsensusPolicy
}
type Refused = Extract<ConsensusResult, { kind: 'none' }>

/**
 * What the books of a game think of one outcome now. The margin of each is taken off all its outcomes before they are averaged (B1), its age is by its
 * own time (B6), and what is missing is missing: nothing is filled in (B5).
 * @param outcome as the source names it: a team, or "Draw".
 */
export function consensusOf(game: OddsGame, outcome: string, nowMs: Millis, policy: ConsensusPolicy): ConsensusResult {
  if (game.fetchedMs > nowMs + CLOCK_TOLERANCE_MS) return none(CONSENSUS_REFUSALS.futureFetch, `by ${game.fetchedMs - nowMs} ms`)
  if (game.lines.length === 0) return none(CONSENSUS_REFUSALS.noLines, 'no book has odds of the winner')
  const heard = game.lines.filter(({ book }) => policyOf(book, policy).weight > 0)
  const set = outcomesOf(heard, policy.ways)
  if (set === null && heard.length > 0)
    return none(CONSENSUS_REFUSALS.outcomesDiffer, heard.map(({ book, outcomes }) => `${book} ${outcomes.length}`).join(', '))
  if (set !== null && !set.includes(outcome)) return none(CONSENSUS_REFUSALS.noSuchOutcome, `"${outcome}" is none of ${set.join(', ')}`)
  const dropped: DroppedBook[] = []
  const views: View[] = []
  for (const line of game.lines) {
    const view = viewOf(line, set ?? [], { game, outcome, nowMs, policy })
    if (typeof view === 'string') dropped.push({ book: line.book, reason: view })
    else views.push(view)
  }
  const combined = combine(views, policy)
  if (combined === null)
    return none(CONSENSUS_REFUSALS.noBooks, `${dropped.length} of ${game.lines.length} dropped: ${dropsText(dropped)}`, dropped)
  return refusalOf(combined, policy, dropped) ?? consensus(combined, policy, dropped)
}

const none = (reason: ConsensusRefusal, detail: string, dropped: readonly DroppedBook[] = []): Refused => ({
  kind: 'none',
  reason,
  detail,
  dropped,
})

/**
 * The outcomes that the game has by the books that are heard: the widest set, when no other set of two or more is named by as many books. Two outcomes of one kind of
 * game and three of another are different bets, and a guess between them is an edge that is not there. null: they do not agree.
 */
function outcomesOf(lines: readonly BookLine[], ways: number | undefined): readonly string[] | null {
  const sets: { readonly names: readonly string[]; books: number }[] = []
  for (const line of lines) {
    const known = sets.find(({ names }) => hasOutcomes(line, names))
    const names = known ? [] : line.outcomes.map(({ name }) => name)
    if (known) known.books++
    else if (names.length >= 2 && names.length === (ways ?? names.length) && new Set(names).size === names.length)
      sets.push({ names, books: 1 })
  }
  const [widest, ...others] = sets.toSorted((a, b) => b.names.length - a.names.length || b.books - a.books)
  return widest && others.every(({ books }) => books < widest.books) ? widest.names : null
}

/** @param names each once. */
const hasOutcomes = ({ outcomes }: BookLine, names: readonly string[]): boolean =>
  outcomes.length === names.length && names.every((name) => outcomes.some((outcome) => outcome.name === name))

/** A name that every object has, as "constructor", is no book that is listed. */
const policyOf = (book: string, { books, unknownBook }: ConsensusPolicy): BookPolicy =>
  (Object.hasOwn(books, book) ? books[book] : undefined) ?? { ...unknownBook, family: book }

/** How a line of so many outcomes has its margin taken out (ruling 9). */
export const methodOf = ({ method }: Pick<ConsensusPolicy, 'method'>, ways: number): DevigMethod =>
  method === 'default' ? defaultMethod(ways) : method

/** What a line says of the outcome; a word: why it says nothing. */
function viewOf(line: BookLine, set: readonly string[], { game, outcome, nowMs, policy }: Asked): View | BookDrop {
  const { book, outcomes, updatedMs } = line
  const { weight, sharp, family } = policyOf(book, policy)
  if (!(weight > 0)) return Object.hasOwn(policy.books, book) ? BOOK_DROPS.unweighted : BOOK_DROPS.unlisted
  if (!hasOutcomes(line, set)) return outcomes.every(({ name }) => set.includes(name)) ? BOOK_DROPS.missingSide : BOOK_DROPS.otherOutcomes
  if (updatedMs === null) return BOOK_DROPS.noTime
  if (updatedMs > game.fetchedMs + CLOCK_TOLERANCE_MS) return BOOK_DROPS.future
  if (nowMs - updatedMs > policy.maxAgeMs) return BOOK_DROPS.stale
  const at = outcomes.findIndex(({ name }) => name === outcome)
  const fair = fairOf(line, methodOf(policy, outcomes.length))
  if (fair.kind === 'dropped') return fair.reason
  return {
    book,
    family,
    sharp,
    weight: weight * fair.weight,
    ageMs: nowMs - updatedMs,
    probability: fair.probabilities[at] ?? NaN,
    line,
    at,
    raw: impliedOf(outcomes[at]?.odds ?? NaN),
    updatedMs,
  }
}

function refusalOf(
  { families, sharpShare, rejected, rejectedShare }: Combined,
  policy: ConsensusPolicy,
  dropped: readonly DroppedBook[],
): Refused | null {
  const besides = dropped.length === 0 ? '' : `; dropped: ${dropsText(dropped)}`
  if (rejectedShare > policy.maxRejectedShare)
    return none(
      CONSENSUS_REFUSALS.rejected,
      `${Math.round(rejectedShare * 100)} % of the weight: ${rejected.join(', ')}${besides}`,
      dropped,
    )
  if (families < policy.minFamilies && sharpShare === 0)
    return none(CONSENSUS_REFUSALS.tooFew, `${families} of ${policy.minFamilies}, and none is sharp${besides}`, dropped)
  return null
}

/** "too old 2, book not listed 1 (espnbet)": how many books were dropped why, and by name those that the configuration does not know. */
function dropsText(dropped: readonly DroppedBook[]): string {
  const byReason = new Map<BookDrop, string[]>()
  for (const { book, reason } of dropped) byReason.set(reason, [...(byReason.get(reason) ?? []), book])
  return [...byReason]
    .map(([reason, books]) => `${reason} ${books.length}${reason === BOOK_DROPS.unlisted ? ` (${books.join(', ')})` : ''}`)
    .join(', ')
}

function consensus(combined: Combined<View>, policy: ConsensusPolicy, dropped: readonly DroppedBook[]): Consensus {
  const { probability, sigma, effectiveBooks, sharpShare, families, kept, rejected } = combined
  const spread = methodSpreadOf(kept)
  const margin = Math.max(policy.uncertaintyFloor, sigma / Math.sqrt(effectiveBooks)) + policy.methodSpreadShare * spread
  const [chances, times] = [kept.map(({ opinion }) => opinion.probability), kept.map(({ opinion }) => opinion.updatedMs)]
  return {
    kind: 'consensus',
    probability,
    lower: Math.max(0, probability - margin),
    upper: Math.min(1, probability + margin),
    sigma,
    methodSpread: spread,
    effectiveBooks,
    sharpShare,
    bookCount: kept.length,
    familyCount: families,
    bookSpread: Math.max(...chances) - Math.min(...chances),
    oldestMs: millis(Math.min(...times)),
    newestMs: millis(Math.max(...times)),
    books: kept.map(({ opinion: { book, family, sharp, probability: chance, raw, updatedMs }, weight }) => ({
      book,
      family,
      sharp,
      probability: chance,
      raw,
      updatedMs,
      weight,
    })),
    rejected,
    dropped,
  }
}

/** Weighted over the books. */
function methodSpreadOf(kept: readonly Voice<View>[]): number {
  let total = 0
  let spread = 0
  for (const { opinion, weight } of kept) {
    total += weight
    spread += weight * (spreadOf(opinion.line)[opinion.at] ?? 0)
  }
  return spread / total
}

/**
 * What a market pays on average, of a probability that books quote with ties refunded: p · (1 − t) + s · t (market-math §5).
 * @param tieProbability how often the game ends in a tie. @param tieValue what the market pays then: 0.5 or 0, by its rules.
 * @throws RangeError for what is not 0 … 1.
 */
export function adjustForTie(p: number, tieProbability: number, tieValue: number): number {
  for (const value of [p, tieProbability, tieValue]) if (!(value >= 0 && value <= 1)) throw new RangeError(`not within 0 … 1: ${value}`)
  return p * (1 - tieProbability) + tieValue * tieProbability
}
