import type { Millis } from '../../core/units'
import type { OddsFailureKind, OddsFetch } from '../../ports/odds'

/** Answers about what was asked for, counted or not: asked again at once they would be the same. */
const ANSWERED: readonly OddsFailureKind[] = ['request refused', 'unreadable']

/** The question was not answered, and may be within half a minute. */
export const isUnanswered = (fetch: OddsFetch): boolean => fetch.kind === 'failed' && !ANSWERED.includes(fetch.failure.kind)

interface Asked {
  readonly atMs: Millis
  /** In a row, up to now. */
  readonly unanswered: number
}

/** When each sport was asked last. */
export class AskedSports {
  readonly #intervalMs: Millis
  readonly #asked = new Map<string, Asked>()

  /** @param intervalMs doubled with each question that is not answered; the first is repeated by the next round */
  constructor(intervalMs: Millis) {
    this.#intervalMs = intervalMs
  }

  note(fetch: OddsFetch, atMs: Millis): void {
    const before = this.#asked.get(fetch.sport)?.unanswered ?? 0
    this.#asked.set(fetch.sport, { atMs, unanswered: isUnanswered(fetch) ? before + 1 : 0 })
  }

  has(sport: string): boolean {
    return this.#asked.has(sport)
  }

  /**
   * null: never, or in vain and due again, however long its plan would wait. The waits between such questions grow, because one that ran into its time
   * limit may have been counted by the source all the same.
   */
  lastMs(sport: string, nowMs: Millis): Millis | null {
    const asked = this.#asked.get(sport)
    if (asked === undefined) return null
    const { atMs, unanswered } = asked
    const waitMs = unanswered === 1 ? 0 : this.#intervalMs * 2 ** (unanswered - 2)
    return unanswered > 0 && nowMs >= atMs + waitMs ? null : atMs
  }
}
