import type { MarketId, Outcome, SubjectId } from '../ids'
import type { OpeningBar } from '../market/bars'
import type { Book } from '../market/book'
import type { MarketStatus } from '../market/event'
import type { CannotBePriced, KalshiFees } from '../market/fees'
import type { PriceBand } from '../market/grid'
import type { Mode, Verdict } from '../trade/plan'
import { NO_QUANTITY, type Millis, type Money, type Price, type Quantity } from '../units'
import type { Look, Side } from './checks/preconditions'
import { trail, type Attempt } from './checks/worth'
import type { ConfidenceKind, Tier } from './confidence'
import type { ConsensusResult } from './consensus/consensus'
import type { GameMapping } from './games/game'
import type { SizeShares } from './kelly'
import type { OddsGame } from './odds'
import type { EdgeRules } from './profile'
import type { EdgeCheck } from './refusals'

/** What a strategy trades once at a time: one market of Kalshi on the winner of a game. */
export interface EdgeMarket {
  /** Its ticker: edge workflows are `edge-<marketId>` (E1). */
  readonly id: SubjectId
  readonly kalshi: MarketId
  readonly title: string
  readonly mapping: GameMapping
}

/** How all markets are judged (config/profiles.yaml). */
export interface EdgePolicy {
  readonly confidence: ConfidenceKind
  /** A line is as old as its book says: younger than the first within `nearMs` of the start, than the second earlier. */
  readonly lineAgeNearMs: number
  readonly lineAgeFarMs: number
  readonly nearMs: number
  /** Between the start that the ticker tells and the one that the books tell. */
  readonly startGapMaxMs: number
  /** By how much the source's clock, and so the times of its lines, may differ from ours: the bound by which a fetch is refused. */
  readonly clockSkewMaxMs: number
  /** Of the bankroll and of the displayed depth that one trade may take. */
  readonly shares: SizeShares
}

/** What one opening may be. */
export interface EdgeLimits {
  readonly maxContracts: Quantity
  /** Of the leg at its limit, fees included: what may be paid, and lost. */
  readonly maxPremium: Money
  /** What the reserve wants to be left at the venue: it is not sized with. Absent: nothing. */
  readonly minCash?: Money
  /** What getting out at once at the visible bids may lose (E23). */
  readonly lossBudget: Money
  readonly livenessMs: number
}

/** The edge of a side as it was first seen to be presumed an error: what later words of the books have to confirm (ruling 13). */
export interface Birth {
  readonly outcome: Outcome
  /** The fetch of odds that bore it. */
  readonly fetchedMs: Millis
  /** The newest of the books' own times in it: a line that is no later has said nothing since, however often it is fetched. */
  readonly newestMs: Millis
}

export interface EdgeInput {
  readonly market: EdgeMarket
  readonly mode: Mode
  /** Kalshi's, in YES terms. */
  readonly book: Book
  /** Of the outcome that YES pays for. It changes with the odds, not with the book: whoever calls keeps it. */
  readonly consensus: ConsensusResult
  /** The fetch that it comes from; null: the source tells nothing of the game. */
  readonly odds: Pick<OddsGame, 'eventId' | 'commenceMs' | 'fetchedMs'> | null
  readonly fees: KalshiFees | CannotBePriced
  /** When Kalshi last vouched for its books; null: not since it connected. */
  readonly confirmedAtMs: Millis | null
  /** When the best bid or the best ask was last another one; null: not known. */
  readonly movedAtMs: Millis | null
  /** By {@link birthOf}, after the look before this one. */
  readonly birth: Birth | null
  /** Contracts traded in the market so far; null: not told. */
  readonly volume: Quantity | null
  /** null: not told. */
  readonly status: MarketStatus | null
  readonly bar: OpeningBar | null
  /** null: changed, and not read again yet. */
  readonly bands: readonly PriceBand[] | null
  /** What the account is worth by the last reconciliation: the bankroll is never more (ruling 13). null: not known, and nothing is sized. */
  readonly equity: Money | null
  /** Free cash; null: not known here, the reserve alone decides (E5). */
  readonly cash: Money | null
  /** Premium at risk on the game, and spent today. */
  readonly spent: { readonly event: Money; readonly day: Money }
  /** What calibration leaves of each size: above 0, 1 at the most. Absent: all of it. */
  readonly share?: number
  readonly nowMs: Millis
  readonly rules: EdgeRules
  readonly policy: EdgePolicy
  readonly limits: EdgeLimits
}

/** How much is thought of an edge, and why. */
export interface Confidence {
  readonly score: number
  readonly tier: Tier
  readonly reasons: readonly string[]
}

/** What a sized edge is worth. */
export interface EdgeFigures {
  readonly quantity: Quantity
  /** The dearest price at which one contract still earns the least edge on the lower bound, whatever the fragmentation (B15). */
  readonly limit: Price
  /** All contracts at the limit, fees at their bound: what is paid, and lost, at most. */
  readonly costBound: Money
  /** At the displayed levels, on the lower bound, in total. */
  readonly netEdge: Money
  /** The same on the probability itself. */
  readonly expectedValue: Money
  /** On the lower bound, all contracts at the limit. */
  readonly worstEdge: Money
  /** Sold back at once into the visible bids, what finds none counted as lost. */
  readonly unwindLoss: Money
}

/** Neither it nor a refusal ever changes: whoever is handed one may keep it. */
export interface EdgeFound extends EdgeFigures {
  readonly kind: 'found'
  readonly outcome: Outcome
  /** Of one contract at the best price, net, on the lower bound. */
  readonly edge: Money
  /** The least that one contract has to earn: the profile's minimum, with its discount where that was earned. */
  readonly minEdge: Money
  readonly confidence: Confidence
  /** What it was seen with. */
  /** What it was seen with, and by. The book in it goes on. */
  readonly look: Look
  readonly side: Side
  /** Written when it is read. */
  readonly verdicts: readonly Verdict[]
}
export interface EdgeRefused {
  readonly kind: 'refused'
  /** null: it did not come to a side. */
  readonly outcome: Outcome | null
  readonly edge: Money | null
  /** The first check that failed, in the order of blame. */
  readonly reason: EdgeCheck
  /** What it was sized to; 0, and null below: it was refused before. */
  readonly quantity: Quantity
  readonly figures: EdgeFigures | null
  readonly confidence: Confidence | null
  readonly look: Look
  /** All that failed, in the order of blame, and every check with its figures. Written when they are read. */
  readonly failed: readonly EdgeCheck[]
  readonly verdicts: readonly Verdict[]
}
export type EdgeFinding = { readonly kind: 'none' } | EdgeRefused | EdgeFound

/** What makes a find the one that it is, in integers: two that agree in them would become the same trade. */
export const figuresOf = (found: EdgeFound): readonly number[] => [
  found.outcome === 'yes' ? 1 : 0,
  found.quantity,
  found.limit,
  found.costBound,
  found.edge,
  found.minEdge,
  found.netEdge,
  found.expectedValue,
  found.worstEdge,
  found.unwindLoss,
  found.confidence.score,
]

/**
 * What is remembered of an edge that is presumed an error: the fetch that bore it, as long as every look since showed it on the same side. Whatever
 * else refuses it meanwhile; an edge that comes back is born anew.
 * @param before after the look before this one; null: nothing
 */
export function birthOf(before: Birth | null, finding: EdgeFinding): Birth | null {
  if (finding.kind === 'none' || finding.edge === null || finding.outcome === null) return null
  const { edge, outcome } = finding
  const { input, side } = finding.look
  const { rules, odds } = input
  if (rules.confirmFrom === null || edge < rules.confirmFrom || odds === null || side === null) return null
  return before?.outcome === outcome ? before : { outcome, fetchedMs: odds.fetchedMs, newestMs: side.consensus.newestMs }
}

/** Fields one by one: what is copied by a spread is read slower ever after (docs/decisions/hot-engine.md). */
export class Found implements EdgeFound {
  readonly kind = 'found'
  readonly outcome: Outcome
  readonly edge: Money
  readonly minEdge: Money
  readonly quantity: Quantity
  readonly limit: Price
  readonly costBound: Money
  readonly netEdge: Money
  readonly expectedValue: Money
  readonly worstEdge: Money
  readonly unwindLoss: Money
  readonly confidence: Confidence
  readonly look: Look
  readonly side: Side
  readonly #attempt: Attempt

  constructor(attempt: Attempt, figures: EdgeFigures) {
    const { side, confidence, look } = attempt
    this.side = side
    this.look = look
    this.outcome = side.outcome
    this.edge = side.edge
    this.minEdge = side.minEdge
    this.quantity = figures.quantity
    this.limit = figures.limit
    this.costBound = figures.costBound
    this.netEdge = figures.netEdge
    this.expectedValue = figures.expectedValue
    this.worstEdge = figures.worstEdge
    this.unwindLoss = figures.unwindLoss
    this.confidence = confidence
    this.#attempt = attempt
  }

  get verdicts(): readonly Verdict[] {
    return trail(this.look, this.#attempt)
  }
}

export class Refused implements EdgeRefused {
  readonly kind = 'refused'
  readonly outcome: Outcome | null
  readonly edge: Money | null
  readonly reason: EdgeCheck
  readonly quantity: Quantity
  readonly figures: EdgeFigures | null
  readonly confidence: Confidence | null
  readonly look: Look
  readonly #attempt: Attempt | null

  constructor(reason: EdgeCheck, look: Look, attempt: Attempt | null) {
    const figures = attempt?.figures ?? null
    this.reason = reason
    this.outcome = look.side?.outcome ?? null
    this.edge = look.side?.edge ?? null
    this.quantity = figures?.quantity ?? NO_QUANTITY
    this.figures = figures
    this.confidence = attempt?.confidence ?? null
    this.look = look
    this.#attempt = attempt
  }

  get failed(): readonly EdgeCheck[] {
    return this.verdicts.filter(({ passed }) => !passed).map(({ check }) => check as EdgeCheck)
  }
  get verdicts(): readonly Verdict[] {
    return trail(this.look, this.#attempt)
  }
}
