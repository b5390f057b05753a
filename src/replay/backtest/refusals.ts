import type { SubjectId } from '../../core/ids'
import { refusedLooks } from '../../core/report/record'
import type { OpportunityRow } from '../../ports/record'

/** What rests on quotes that this run has taken already: only a backtest refuses that. */
export const TAKEN_HERE = 'taken here before'

/** One opportunity as the paper side knows it: what refused any look of it, and whether it became a trade here. */
export interface Opportunity {
  readonly reasons: Set<string>
  wasTraded: boolean
}

/**
 * What refused opportunities in a backtest. A look that is refused is soon made again, so looks say how long a refusal lasted and not how much it cost:
 * opportunities are counted beside them, each once by every reason that refused some look of it.
 */
export class Refusals {
  /** Those that last, by pair: at most one at a time does. */
  readonly #open = new Map<SubjectId, Opportunity>()
  /** The reserve's and those of a backtest alone; the gates count their own. */
  readonly #looks = new Map<string, number>()
  readonly #opportunities = new Map<string, number>()

  get looks(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#looks)
  }
  get opportunities(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#opportunities)
  }

  /** The pair's opportunity that lasts now. */
  of(pair: SubjectId): Opportunity {
    const known = this.#open.get(pair)
    if (known) return known
    const begun: Opportunity = { reasons: new Set(), wasTraded: false }
    this.#open.set(pair, begun)
    return begun
  }

  /** Beside what the gates refuse. It may have ended meanwhile: a reserve answers later. */
  refuse(opportunity: Opportunity, reason: string): void {
    this.#looks.set(reason, (this.#looks.get(reason) ?? 0) + 1)
    this.#count(opportunity, reason)
  }

  /** @returns how it ended here: what the launcher took and no trade was made of is refused. */
  ended(row: OpportunityRow): OpportunityRow['outcome'] {
    const opportunity = this.of(row.subject)
    this.#open.delete(row.subject)
    for (const [reason] of refusedLooks([row])) this.#count(opportunity, reason)
    return row.outcome === 'taken' && !opportunity.wasTraded ? 'refused' : row.outcome
  }

  #count({ reasons }: Opportunity, reason: string): void {
    if (reasons.has(reason)) return
    reasons.add(reason)
    this.#opportunities.set(reason, (this.#opportunities.get(reason) ?? 0) + 1)
  }
}
