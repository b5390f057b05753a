import type { FailureName } from '../core/failures'
import type { Clock } from '../ports/clock'
import { unlessAborted, withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { Family } from './metrics'

/** With the longest look, a store that has stopped is known to be away within five seconds of the ten that are promised (B18). */
const LOOK_EVERY_MS = 2_000
/** A local server answers in a millisecond. One that is frozen accepts connections and never answers: it is away as well. */
const LOOK_LIMIT_MS = 3_000
const MS_PER_SECOND = 1_000

export type StoreName = 'postgres' | 'temporal' | 'redis' | 'questdb'
export interface Store {
  readonly name: StoreName
  /** Without it the process cannot do its work, and says that it is not ready. */
  readonly needed: boolean
  /** What the runbook calls it when this one is away; absent: nothing of its own. */
  readonly failure?: FailureName
  /** Asks it for something that only a working server has. @throws when it does not answer, or not as it should */
  ask(signal: AbortSignal): Promise<unknown>
}
export interface StoreState {
  readonly name: StoreName
  readonly needed: boolean
  /** `unknown`: not looked at yet. */
  readonly state: 'unknown' | 'up' | 'down'
  /** Of the last answer; null: there was none. */
  readonly latencyMs: number | null
  /** Why it is down. */
  readonly detail: string | null
}

/** How the servers behind a process are, asked again and again in their own language. */
export class StoreWatch {
  readonly #stores: readonly Store[]
  readonly #states: Map<StoreName, StoreState>
  readonly #clock: Pick<Clock, 'sleep'>
  readonly #log: Log

  constructor(stores: readonly Store[], clock: Pick<Clock, 'sleep'>, log: Log) {
    this.#stores = stores
    this.#states = new Map(stores.map(({ name, needed }) => [name, { name, needed, state: 'unknown', latencyMs: null, detail: null }]))
    this.#clock = clock
    this.#log = log
  }

  /** Every store that is needed answered when it was last asked. */
  get ready(): boolean {
    return this.state().every(({ needed, state }) => !needed || state === 'up')
  }
  state(): readonly StoreState[] {
    return [...this.#states.values()]
  }

  /** Looks until aborted, at each store by itself: one that hangs delays no other. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#stores.map((store) => this.#follow(store, signal)))
  }

  async #follow(store: Store, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#look(store, signal)
      await this.#clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined) // aborted: the loop ends
    }
  }

  async #look({ name, needed, ask, failure: named }: Store, signal: AbortSignal): Promise<void> {
    const startedAt = performance.now()
    const failure = await withLimit([signal], LOOK_LIMIT_MS, (limit) => unlessAborted(ask(limit), limit)).then(
      () => null,
      (error: Error) => error.message || error.name,
    )
    if (signal.aborted) return
    const before = this.#states.get(name)?.state
    if (failure === null) {
      this.#states.set(name, { name, needed, state: 'up', latencyMs: performance.now() - startedAt, detail: null })
      if (before === 'down') this.#log.info({ store: name, ...(named && { ended: named }) }, 'a store answers again')
      return
    }
    this.#states.set(name, { name, needed, state: 'down', latencyMs: null, detail: failure })
    if (before !== 'down')
      this.#log.warn({ store: name, needed, detail: failure, ...(named && { failure: named }) }, 'a store does not answer')
  }
}

/** @param ready of the whole process, as `/readyz` has it */
export const storeMeasures = (watch: Pick<StoreWatch, 'state'>, ready: () => boolean): readonly Family[] => [
  {
    name: 'crossbook_ready_state',
    help: '1 while the process says that it is ready',
    type: 'gauge',
    read: () => [{ value: Number(ready()) }],
  },
  {
    name: 'crossbook_store_up_state',
    help: '1 while the store answers this process; one that was not asked yet is left out',
    type: 'gauge',
    labels: ['store'],
    read: () =>
      watch
        .state()
        .filter(({ state }) => state !== 'unknown')
        .map(({ name, state }) => ({ labels: { store: name }, value: state === 'up' ? 1 : 0 })),
  },
  {
    name: 'crossbook_store_answer_seconds',
    help: 'how long the last answer of the store took',
    type: 'gauge',
    labels: ['store'],
    read: () =>
      watch
        .state()
        .flatMap(({ name, latencyMs }) => (latencyMs === null ? [] : [{ labels: { store: name }, value: latencyMs / MS_PER_SECOND }])),
  },
]
