import type { MarketId } from '../ids'
import type { DecidedFind } from '../trade/seen'
import type { Millis, Money, Quantity } from '../units'
import { figuresOf, type EdgeFound } from './finding'
import { microsOf } from './value'

export { microsOf }

/** Where nothing is told, among {@link decidedFiguresOf}. */
const UNTOLD = -1

/** What one book thought the YES worth, its margin taken off and a tie counted, and what it weighed in thousandths, age and family counted. */
export interface SeenLine {
  readonly book: string
  readonly family: string
  readonly probability: Money
  readonly weight: number
  readonly updatedMs: Millis
}
/** The odds that an edge was judged by. */
export interface SeenOdds {
  readonly eventId: string
  /** Number of the frame that told them; null: no frame did. */
  readonly n: number | null
  readonly fetchedMs: Millis
  /** When the consensus was thought: lines weigh less as they age, and are thought over when one is too old. */
  readonly thoughtMs: Millis
  /** Of YES. */
  readonly fair: Money
  readonly lower: Money
  readonly upper: Money
  /** Those that made it. */
  readonly lines: readonly SeenLine[]
}
/** What an edge was sized with that no frame tells: the ledger does. */
export interface EdgeGiven {
  readonly equity: Money | null
  readonly cash: Money | null
  readonly spent: { readonly event: Money; readonly day: Money }
  /** What calibration left of the size: above 0, 1 at the most. */
  readonly share: number
  /** By the limits and the strategy's own standing. */
  readonly maxContracts: Quantity
}
/** An edge that became a trade. `figures`: by {@link decidedFiguresOf}. */
export interface EdgeDecided extends DecidedFind {
  readonly strategy: 'edge'
  readonly market: MarketId
  readonly odds: SeenOdds
  /** When the best bid or ask was last another one; null: not known. */
  readonly movedMs: Millis | null
  /** The fetch that bore an edge which is presumed an error; null: it is not. */
  readonly bornMs: Millis | null
  readonly given: EdgeGiven
  readonly profile: string
  /** SHA-256 of all that profiles.yaml came to: what was judged by other rules is not compared. */
  readonly rulesSha256: string
}

/** {@link figuresOf}, then the ask, what YES is worth (fair, lower, upper), the fetch of the odds, and when the best prices were last other ones. */
export function decidedFiguresOf(found: EdgeFound): readonly number[] {
  const { ask, consensus } = found.side
  const { odds, movedAtMs } = found.look.input
  const worth = [consensus.probability, consensus.lower, consensus.upper].map(microsOf)
  return [...figuresOf(found), ask, ...worth, odds?.fetchedMs ?? UNTOLD, movedAtMs ?? UNTOLD]
}
