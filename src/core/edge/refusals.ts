import type { Verdict } from '../trade/plan'

/**
 * Every check of an edge, and so every reason not to trade one, in the order of blame: what counters, alerts and the runbook call it.
 * The seven with an underscore are the named conditions of a profile (seed-behaviour §3.3).
 */
export const EDGE_CHECKS = {
  mapping: 'mapping confirmed',
  tie: 'tie and void known',
  startTime: 'start time known',
  notStarted: 'game not started',
  notMoved: 'game not moved',
  odds: 'odds fetched lately',
  consensus: 'consensus of the books',
  marketOpen: 'market open',
  notBarred: 'market not barred',
  feeTerms: 'fee terms known',
  grid: 'price grid known',
  kalshiAlive: 'kalshi book confirmed',
  twoSided: 'two-sided book',
  crossed: 'book not crossed',
  minEdge: 'min_edge',
  minBooks: 'min_books',
  maxBookSpread: 'max_book_spread',
  maxKalshiSpread: 'max_kalshi_spread',
  minVolume: 'min_volume',
  priceRange: 'price_range',
  timing: 'timing',
  oddsAfterMove: 'odds later than the kalshi move',
  confirmed: 'too good to be true',
  review: 'manual review',
  bankroll: 'bankroll known',
  limit: 'limit price',
  confidence: 'confidence',
  size: 'size worth trading',
  modelledLoss: 'modelled loss',
} as const
export type EdgeCheck = (typeof EDGE_CHECKS)[keyof typeof EDGE_CHECKS]

/** The seven conditions of a profile, in the order of seed-behaviour §3.3. */
export const CONDITIONS = [
  EDGE_CHECKS.minEdge,
  EDGE_CHECKS.minBooks,
  EDGE_CHECKS.maxBookSpread,
  EDGE_CHECKS.maxKalshiSpread,
  EDGE_CHECKS.minVolume,
  EDGE_CHECKS.priceRange,
  EDGE_CHECKS.timing,
] as const satisfies readonly EdgeCheck[]

/** What a digest of decisions calls them. Numbers are only ever added, whatever the order of blame becomes; a box has numbers of its own. */
export const CHECK_CODES: Readonly<Record<EdgeCheck, number>> = {
  [EDGE_CHECKS.mapping]: 1,
  [EDGE_CHECKS.tie]: 2,
  [EDGE_CHECKS.startTime]: 3,
  [EDGE_CHECKS.notStarted]: 4,
  [EDGE_CHECKS.notMoved]: 5,
  [EDGE_CHECKS.odds]: 6,
  [EDGE_CHECKS.consensus]: 7,
  [EDGE_CHECKS.marketOpen]: 8,
  [EDGE_CHECKS.notBarred]: 9,
  [EDGE_CHECKS.feeTerms]: 10,
  [EDGE_CHECKS.grid]: 11,
  [EDGE_CHECKS.kalshiAlive]: 12,
  [EDGE_CHECKS.twoSided]: 13,
  [EDGE_CHECKS.crossed]: 14,
  [EDGE_CHECKS.minEdge]: 15,
  [EDGE_CHECKS.minBooks]: 16,
  [EDGE_CHECKS.maxBookSpread]: 17,
  [EDGE_CHECKS.maxKalshiSpread]: 18,
  [EDGE_CHECKS.minVolume]: 19,
  [EDGE_CHECKS.priceRange]: 20,
  [EDGE_CHECKS.timing]: 21,
  [EDGE_CHECKS.oddsAfterMove]: 22,
  [EDGE_CHECKS.confirmed]: 23,
  [EDGE_CHECKS.review]: 24,
  [EDGE_CHECKS.bankroll]: 25,
  [EDGE_CHECKS.limit]: 26,
  [EDGE_CHECKS.confidence]: 27,
  [EDGE_CHECKS.size]: 28,
  [EDGE_CHECKS.modelledLoss]: 29,
}

/** One check of what was seen: decided in numbers with every edge, put into words only for somebody who reads them. */
export interface Check<Seen> {
  readonly check: EdgeCheck
  readonly passes: (seen: Seen) => boolean
  readonly actual: (seen: Seen) => string
  readonly limit: (seen: Seen) => string
}

/** The first that does not pass, in the order of blame; null: all pass. */
export function firstFailure<Seen>(checks: readonly Check<Seen>[], seen: Seen): EdgeCheck | null {
  for (const { check, passes } of checks) if (!passes(seen)) return check
  return null
}

export const verdictsOf = <Seen>(checks: readonly Check<Seen>[], seen: Seen): readonly Verdict[] =>
  checks.map(({ check, passes, actual, limit }) => ({ check, passed: passes(seen), actual: actual(seen), limit: limit(seen) }))
