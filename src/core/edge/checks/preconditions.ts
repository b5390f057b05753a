import type { Outcome } from '../../ids'
import { FEE_TERMS_AGE_LIMIT_MS } from '../../market/fees'
import { venueFreshness } from '../../market/liveness'
import { formatMoney, formatPrice, money, type Money, type Price } from '../../units'
import { CLOCK_TOLERANCE_MS, type Consensus, type ConsensusResult } from '../consensus/consensus'
import type { EdgeInput } from '../finding'
import { lineAgeAt } from '../profile'
import { EDGE_CHECKS, type Check } from '../refusals'

/** A market as it was seen, before anything is sized. The book goes on; what was seen of it does not change. */
export interface Look {
  readonly input: EdgeInput
  /** null: there is no consensus, or nothing is asked for. */
  readonly side: Side | null
  /** In YES terms; null: no quote. */
  readonly bid: Price | null
  readonly ask: Price | null
  readonly isLive: boolean
  readonly isOffGrid: boolean
}
/** The side that earns more, and what one contract of it earns at its best price. */
export interface Side {
  readonly outcome: Outcome
  readonly consensus: Consensus
  /** In its own price. */
  readonly ask: Price
  /** In µ$ per contract, net of the fee, on the lower bound: of this side and of the other; minus infinity where nothing is asked. */
  readonly edge: Money
  readonly opposite: number
  /** What a contract is worth on the lower bound of its own probability, in µ$. */
  readonly worth: Money
  /** The least edge that is asked of it. */
  readonly minEdge: Money
}

export const dollars = (value: number): string => (Number.isFinite(value) ? `$${formatMoney(money(value))}` : 'no quotes')

const lineAgeLimit = ({ policy, market, nowMs }: EdgeInput): number => lineAgeAt(policy, market.mapping.startMs, nowMs)

/** Until the earlier of the two starts; null: neither is told. */
export function untilStart({ market, odds, nowMs }: EdgeInput): number | null {
  const first = Math.min(market.mapping.startMs ?? Infinity, odds?.commenceMs ?? Infinity)
  return first === Infinity ? null : first - nowMs
}
const isConfirmed = ({ market: { mapping, kalshi } }: EdgeInput): boolean =>
  mapping.status === 'confirmed' && mapping.sport !== null && Object.hasOwn(mapping.yesTeams, kalshi)
/** What YES pays in a tie is known, or there is none. */
const isTieTold = ({ market: { mapping } }: EdgeInput): boolean => mapping.tie === 'none' || mapping.tie.value !== 'unknown'
const tieText = ({ market: { mapping } }: EdgeInput): string =>
  mapping.tie === 'none'
    ? 'none'
    : mapping.tie.value === 'unknown'
      ? (mapping.tie.why ?? 'not told by the rules')
      : `pays ${mapping.tie.value}`

/** What must hold before an edge is worth sizing: one game, not begun, that both sides mean; odds and a book that somebody still vouches for; known terms. */
export const PRECONDITIONS: readonly Check<Look>[] = [
  {
    check: EDGE_CHECKS.mapping,
    passes: ({ input }) => isConfirmed(input),
    actual: ({ input: { market } }) => `${market.mapping.status}: ${market.mapping.reasons.join('; ') || 'no reason told'}`,
    limit: ({ input: { market } }) => `confirmed, with ${market.kalshi}`,
  },
  {
    check: EDGE_CHECKS.tie,
    passes: ({ input }) => isTieTold(input),
    actual: ({ input }) => tieText(input),
    limit: () => 'none, or what it pays',
  },
  {
    check: EDGE_CHECKS.startTime,
    passes: ({ input: { market, odds } }) => market.mapping.startMs !== null && odds !== null && odds.commenceMs !== null,
    actual: ({ input: { market, odds } }) =>
      `${market.mapping.startMs ?? 'not told'} by the ticker, ${odds?.commenceMs ?? 'not told'} by the odds`,
    limit: () => 'told by both',
  },
  {
    check: EDGE_CHECKS.notStarted,
    passes: ({ input }) => (untilStart(input) ?? -Infinity) > 0,
    actual: ({ input }) => `${untilStart(input) ?? 'unknown'} ms to the start`,
    limit: () => '> 0 ms to the start',
  },
  {
    check: EDGE_CHECKS.notMoved,
    passes: ({ input }) => startGap(input) <= input.policy.startGapMaxMs,
    actual: ({ input }) => `${startGap(input)} ms between ticker and odds`,
    limit: ({ input }) => `≤ ${input.policy.startGapMaxMs} ms`,
  },
  {
    check: EDGE_CHECKS.odds,
    passes: ({ input }) => isWithin(oddsAge(input), lineAgeLimit(input)),
    actual: ({ input }) => (oddsAge(input) === null ? 'no odds' : `${oddsAge(input)} ms old`),
    limit: ({ input }) => `≤ ${lineAgeLimit(input)} ms`,
  },
  {
    check: EDGE_CHECKS.consensus,
    passes: ({ input }) => isWithin(oldestAge(input), lineAgeLimit(input)),
    actual: ({ input }) => consensusText(input),
    limit: ({ input }) => `of lines ≤ ${lineAgeLimit(input)} ms old`,
  },
  {
    check: EDGE_CHECKS.marketOpen,
    passes: ({ input: { status } }) => status === 'open',
    actual: ({ input: { status } }) => status ?? 'not told',
    limit: () => 'open',
  },
  {
    check: EDGE_CHECKS.notBarred,
    passes: ({ input: { bar } }) => bar === null,
    actual: ({ input: { bar } }) => (bar ? `${bar.reason} (${bar.by})` : 'none'),
    limit: () => 'none',
  },
  {
    check: EDGE_CHECKS.feeTerms,
    passes: ({ input: { fees, nowMs } }) => fees.kind === 'priced' && nowMs - fees.knownAtMs <= FEE_TERMS_AGE_LIMIT_MS,
    actual: ({ input: { fees, nowMs } }) =>
      fees.kind === 'priced' ? `${nowMs - fees.knownAtMs} ms old` : `cannot be priced: ${fees.reason}`,
    limit: ({ input: { fees } }) => (fees.kind === 'priced' ? `≤ ${FEE_TERMS_AGE_LIMIT_MS} ms` : 'a published formula'),
  },
  {
    check: EDGE_CHECKS.grid,
    passes: ({ input: { bands }, isOffGrid }) => bands !== null && !isOffGrid,
    actual: ({ input: { bands }, isOffGrid }) => (bands === null ? 'changed or not told' : isOffGrid ? 'a price off the grid' : 'told'),
    limit: () => 'told, and every price on it',
  },
  {
    check: EDGE_CHECKS.kalshiAlive,
    passes: ({ input, isLive }) => isLive && alive(input).kind === 'fresh',
    actual: (look) => aliveText(look),
    limit: ({ input: { limits } }) => `≤ ${limits.livenessMs} ms`,
  },
  {
    // B8: a NO price is the complement of a YES bid that somebody really made, and never of a missing one
    check: EDGE_CHECKS.twoSided,
    passes: ({ bid, ask }) => bid !== null && ask !== null,
    actual: ({ bid, ask }) => `bid ${bid === null ? 'none' : formatPrice(bid)}, ask ${ask === null ? 'none' : formatPrice(ask)}`,
    limit: () => 'both',
  },
  {
    check: EDGE_CHECKS.crossed,
    passes: ({ bid, ask }) => bid === null || ask === null || bid < ask,
    actual: ({ bid, ask }) => `bid ${bid === null ? 'none' : formatPrice(bid)}, ask ${ask === null ? 'none' : formatPrice(ask)}`,
    limit: () => 'the bid below the ask',
  },
]

const startGap = ({ market: { mapping }, odds }: EdgeInput): number =>
  mapping.startMs === null || odds === null || odds.commenceMs === null ? Infinity : Math.abs(mapping.startMs - odds.commenceMs)
const oddsAge = ({ odds, nowMs }: EdgeInput): number | null => (odds === null ? null : nowMs - odds.fetchedMs)
const oldestAge = ({ consensus, nowMs }: EdgeInput): number | null => {
  const sound = soundOf(consensus)
  return sound === null ? null : nowMs - sound.oldestMs
}
/** A time ahead of now by more than two honest clocks differ is as wrong as one that is too far behind. */
const isWithin = (ageMs: number | null, limitMs: number): boolean => ageMs !== null && ageMs <= limitMs && ageMs >= -CLOCK_TOLERANCE_MS
/** A consensus whose bounds hold its probability; null: none, or no number to trade by. */
export const soundOf = (of: ConsensusResult): Consensus | null =>
  of.kind === 'consensus' && of.lower >= 0 && of.lower <= of.probability && of.probability <= of.upper && of.upper <= 1 ? of : null
function consensusText({ consensus, nowMs }: EdgeInput): string {
  if (consensus.kind === 'none') return `${consensus.reason}: ${consensus.detail}`
  if (soundOf(consensus) === null) return `no probability: ${consensus.lower} ≤ ${consensus.probability} ≤ ${consensus.upper}`
  return `oldest line ${nowMs - consensus.oldestMs} ms old`
}
const alive = ({ confirmedAtMs, nowMs, limits }: EdgeInput): ReturnType<typeof venueFreshness> =>
  venueFreshness('kalshi', confirmedAtMs, nowMs, limits.livenessMs)
function aliveText({ input, isLive }: Look): string {
  if (!isLive) return 'not told'
  const freshness = alive(input)
  return freshness.kind === 'unknown' ? 'never' : `${freshness.ageMs} ms ago`
}
