import type { Verdict } from '../../trade/plan'
import { formatPrice, formatQuantity, NO_QUANTITY, type Price, type Quantity } from '../../units'
import type { Confidence, EdgeFigures } from '../finding'
import type { SizeCap } from '../kelly'
import { EDGE_CHECKS, firstFailure, verdictsOf, type Check, type EdgeCheck } from '../refusals'
import { GUARDS, PROFILE_CONDITIONS, type Judged } from './conditions'
import { dollars, PRECONDITIONS, type Look, type Side } from './preconditions'

/** A side that passed what comes before its size, sized as far as it goes. */
export interface Attempt {
  readonly look: Look
  readonly side: Side
  /** null: no price of the grid leaves the least edge. */
  readonly limit: Price | null
  /** What is asked for at the limit or below, and what the caps allow of it, in whole contracts. */
  readonly depth: Quantity
  readonly cap: Quantity
  /** What bounds the size; null: it did not come to that. */
  readonly boundBy: SizeCap | null
  readonly confidence: Confidence
  /** null: not a contract of it is worth trading. */
  readonly figures: EdgeFigures | null
}
/** The same with its figures. */
interface Valued {
  readonly attempt: Attempt
  readonly figures: EdgeFigures
}

const SIZE: readonly Check<Attempt>[] = [
  {
    // a bankroll that nobody reconciled is a wish (ruling 13)
    check: EDGE_CHECKS.bankroll,
    passes: ({ look }) => look.input.equity !== null && look.input.equity > 0,
    actual: ({ look: { input } }) => (input.equity === null ? 'not told' : dollars(input.equity)),
    limit: () => '> $0.00 by the last reconciliation',
  },
  {
    check: EDGE_CHECKS.limit,
    passes: ({ limit, side }) => limit !== null && limit >= side.ask,
    actual: ({ limit }) => (limit === null ? 'none' : formatPrice(limit)),
    limit: ({ side }) => `≥ ${formatPrice(side.ask)}, the ask, with ${dollars(side.minEdge)} net on the lower bound`,
  },
  {
    check: EDGE_CHECKS.confidence,
    passes: ({ confidence }) => confidence.tier !== 'SKIP',
    actual: ({ confidence }) => `${confidence.score}, ${confidence.tier}`,
    limit: ({ look }) => `≥ ${look.input.rules.tiers.low}`,
  },
  {
    check: EDGE_CHECKS.size,
    passes: ({ figures }) => figures !== null,
    actual: ({ figures, boundBy }) =>
      `${formatQuantity(figures?.quantity ?? NO_QUANTITY)}${boundBy === null ? '' : `, bound by ${boundBy}`}`,
    limit: ({ cap, depth }) => `1 to ${formatQuantity(cap)}, of ${formatQuantity(depth)} on offer`,
  },
]

/** What a whole order may lose: the size shrinks to it, and one contract may be too much already. */
const WORTH: readonly Check<Valued>[] = [
  {
    check: EDGE_CHECKS.modelledLoss,
    passes: ({ attempt, figures }) => figures.unwindLoss <= attempt.look.input.limits.lossBudget,
    actual: ({ figures }) => dollars(figures.unwindLoss),
    limit: ({ attempt }) => `≤ ${dollars(attempt.look.input.limits.lossBudget)}`,
  },
]
/** Why a side is not worth sizing; null: nothing speaks against it. */
export const judgementOf = (judged: Judged): EdgeCheck | null => firstFailure(PROFILE_CONDITIONS, judged) ?? firstFailure(GUARDS, judged)

/** Why an attempt is not traded; null: nothing speaks against it. */
export const refusalOf = (attempt: Attempt): EdgeCheck | null =>
  firstFailure(SIZE, attempt) ?? (attempt.figures && firstFailure(WORTH, { attempt, figures: attempt.figures }))

/** Every check that was looked at, in the order of blame. */
export function trail(look: Look, attempt: Attempt | null): readonly Verdict[] {
  const verdicts = [...verdictsOf(PRECONDITIONS, look)]
  if (look.side === null) return verdicts
  const judged = { look, side: look.side }
  verdicts.push(...verdictsOf(PROFILE_CONDITIONS, judged), ...verdictsOf(GUARDS, judged))
  if (attempt === null) return verdicts
  verdicts.push(...verdictsOf(SIZE, attempt))
  return attempt.figures ? [...verdicts, ...verdictsOf(WORTH, { attempt, figures: attempt.figures })] : verdicts
}
