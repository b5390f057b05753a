import { GATES, holds, type Gated } from '../../core/risk/gates'
import type { Standing } from '../../core/stats/throttle'
import type { Millis } from '../../core/units'
import { KNOWN_FOR_MS } from './standing'

const PERCENT = 100

/**
 * What calibration leaves of the profile's sizes, as the ledger was last heard to have it. A throttle stands however old the run that found it: only claims that
 * hold, or a person, end it. What was read too long ago is not known, and then nothing is launched.
 */
export class Throttle {
  #standing: Standing | null = null
  #readMs = -Infinity

  /** @param standing null: no run has judged the profile. @param beganMs when the ledger was asked */
  tell(standing: Standing | null, beganMs: Millis): void {
    this.#standing = standing
    this.#readMs = beganMs
  }

  /** Of each size. Where nothing trades sizes are whole: what would have been had is followed all the same, and may earn the trust back. */
  get share(): number {
    const share = this.#standing?.share ?? 1
    return share > 0 ? share : 1
  }

  gate(nowMs: Millis): Gated {
    const ageMs = nowMs - this.#readMs
    const age = ageMs === Infinity ? 'not read yet' : `read ${ageMs} ms ago`
    return (
      holds(GATES.calibration, ageMs <= KNOWN_FOR_MS, age, `read at most ${KNOWN_FOR_MS} ms ago`) ??
      holds(GATES.calibration, this.#standing === null || this.#standing.share > 0, this.#why(), 'claims that hold')
    )
  }

  /** In words; null: it is not throttled, as far as it was read. */
  get text(): string | null {
    if (this.#standing === null || this.#standing.share >= 1) return null
    return `${Math.round(this.#standing.share * PERCENT)} % of each size: ${this.#why()}`
  }

  #why(): string {
    return this.#standing?.reasons.join('; ') ?? ''
  }
}
