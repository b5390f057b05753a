import { invariant } from '../../../core/assert'
import type { SimClock } from '../port'

/** Another version of an execution: absent values stay as they are. */
export interface CorrectionStep {
  readonly price?: string
  readonly size?: number
  readonly delay_ms?: number
}

/** What the exchange will do by itself. Plain JSON: it survives the process. */
export type Plan =
  | { readonly kind: 'late_fill'; readonly permId: number; readonly size: number }
  | { readonly kind: 'correction'; readonly permId: number; readonly execId: string; readonly steps: readonly CorrectionStep[] }
  | { readonly kind: 'cancel'; readonly permId: number }
  | { readonly kind: 'expire'; readonly permId: number; readonly atMs: number }
  | { readonly kind: 'open'; readonly permId: number }

export interface Planned {
  /** null: when {@link Agenda.release} says so. */
  readonly atMs: number | null
  readonly plan: Plan
}

/** Keeps what is due, over restarts too, and has it run as one commit each. */
export class Agenda {
  readonly #waiting = new Map<Planned, () => void>()

  constructor(
    private readonly clock: SimClock,
    private readonly commit: (work: () => void) => void,
    private readonly run: (plan: Plan) => void,
  ) {}

  /** What an earlier process had planned; what is overdue happens soon. */
  resume(saved: readonly Planned[]): void {
    for (const planned of saved) this.#arm(planned)
  }

  add(plan: Plan, atMs: number | null): void {
    this.#arm({ atMs, plan })
  }

  /** Drops what is planned for an order, but for what happens after its end. */
  forget(permId: number): void {
    for (const [planned, cancel] of this.#waiting) {
      const { kind } = planned.plan
      if (planned.plan.permId !== permId || kind === 'late_fill' || kind === 'correction') continue
      cancel()
      this.#waiting.delete(planned)
    }
  }

  /** What waited for a sign happens now. */
  release(): void {
    const waiting = [...this.#waiting.keys()].filter(({ atMs }) => atMs === null)
    if (waiting.length === 0) return
    this.commit(() => {
      for (const planned of waiting) this.#do(planned)
    })
  }

  snapshot(): readonly Planned[] {
    return [...this.#waiting.keys()]
  }

  #arm(planned: Planned): void {
    const { atMs } = planned
    const cancel = atMs === null ? () => undefined : this.clock.after(atMs - this.clock.nowMs(), () => this.#due(planned))
    this.#waiting.set(planned, cancel)
  }

  #due(planned: Planned): void {
    if (this.#waiting.has(planned)) this.commit(() => this.#do(planned))
  }

  #do(planned: Planned): void {
    invariant(this.#waiting.delete(planned), 'a plan that was not kept')
    this.run(planned.plan)
  }
}
