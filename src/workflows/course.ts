import { defineQuery, defineSignal, log, setCurrentDetails, setHandler } from '@temporalio/workflow'
import { FAILURES } from '../core/failures'
import type { Scope } from '../core/risk/scope'
import type { Plan } from '../core/trade/plan'
import { QUERIES, SIGNALS, type Command, type Progress } from './messages'
import { Story, verdictLine } from './story'
import { Verdicts } from './verdicts'

const haltSignal = defineSignal<[Command]>(SIGNALS.halt)
const resumeSignal = defineSignal<[Command]>(SIGNALS.resume)
const progressQuery = defineQuery<Progress>(QUERIES.progress)

/** Where a running trade is, what it shows of itself, and what it is told. */
export class Course {
  /** null until a successor has taken over. */
  plan: Plan | null = null
  readonly verdicts: Verdicts
  readonly #halts = new Map<Scope, Command>()
  readonly #story: Story
  #progress: Omit<Progress, 'halts'> = { state: 'running', step: 'reserve', sinceMs: Date.now() }
  #pages = 0

  constructor(title: string) {
    this.#story = new Story(title)
    setHandler(haltSignal, (command) => {
      this.#halts.set(command.scope, command)
      this.tell('halt', `${command.scope} by ${command.by}: ${command.reason}`)
    })
    setHandler(resumeSignal, (command) => {
      this.#halts.delete(command.scope)
      this.tell('resume', `${command.scope} by ${command.by}: ${command.reason}`)
    })
    setHandler(progressQuery, () => ({ ...this.#progress, halts: this.halts }))
    this.verdicts = new Verdicts(
      () => this.plan?.mode ?? 'live',
      (verdict) => this.tell('verdict', verdictLine(verdict)),
    )
  }

  get halts(): readonly Scope[] {
    return [...this.#halts.keys()]
  }
  get state(): Progress['state'] {
    return this.#progress.state
  }
  tell(step: string, what: string): void {
    setCurrentDetails(this.#story.add(step, what))
  }
  /** A trade that only looks at its books again stays in the state it is in. */
  enter(step: string, state: Progress['state'] = 'running'): void {
    const isSame = state === this.#progress.state
    if (!isSame) this.#pages = 0
    this.#progress = { state, step, sinceMs: isSame ? this.#progress.sinceMs : Date.now() }
  }
  /** §5: `resolving`, `waiting-for-venue` and `over-budget` are paged by age: once at the given one, then each time it has doubled. */
  pageIfOld(pagedMs: number): void {
    const { state, step, sinceMs } = this.#progress
    const ageMs = Date.now() - sinceMs
    if (state === 'running' || ageMs < pagedMs * 2 ** this.#pages) return
    this.#pages++
    log.error(FAILURES.openTooLong, { tradeId: this.plan?.tradeId, state, step, ageMs })
  }
}
