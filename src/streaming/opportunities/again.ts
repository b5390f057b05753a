import type { GateRefusal } from '../../core/risk/gates'
import type { SubjectId } from '../../core/ids'
import type { Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'

/** Books that stand still say nothing more: what a time refused is looked at again when that is over, each subject once at a time. */
export class Again {
  readonly #clock: Clock
  readonly #awaited = new Set<SubjectId>()
  readonly #ended = new AbortController()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  later(subject: SubjectId, { passesInMs }: Pick<GateRefusal, 'passesInMs'>, look: (nowMs: Millis) => void): void {
    if (passesInMs === null || this.#awaited.has(subject)) return
    this.#awaited.add(subject)
    this.#clock.sleep(passesInMs, this.#ended.signal).then(
      () => {
        this.#awaited.delete(subject)
        look(this.#clock.nowMs())
      },
      () => this.#awaited.delete(subject), // the process ends
    )
  }

  end(): void {
    this.#ended.abort()
  }
}
