import { millis, type Millis } from '../../core/units'
import type { Clock } from '../../ports/clock'

const NS_PER_MS = 1_000_000n
/** More timers in one run than any recording needs: something waits for itself. */
const TIMERS_MAX = 50_000_000

interface Timer {
  readonly atMs: number
  /** Of two at one time the one that was set first is due first. */
  readonly n: number
  readonly fire: () => void
}

/** Time that only a recording moves: what waits is woken in the order of its times, and between two of them everything that can run has run. */
export class VirtualClock implements Clock {
  readonly #timers: Timer[] = []
  #nowMs = millis(0)
  #set = 0
  /** Something was started or woken since everything last ran. */
  #isStirred = false

  nowMs(): Millis {
    return this.#nowMs
  }
  monoNs(): bigint {
    return BigInt(this.#nowMs) * NS_PER_MS
  }
  /** When the next one that waits is due; null: nobody waits. */
  get nextMs(): number | null {
    return this.#timers[0]?.atMs ?? null
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal?.reason as Error)
      if (signal?.aborted) return stop()
      signal?.addEventListener('abort', stop, { once: true })
      this.at(this.#nowMs + Math.max(0, Math.ceil(durationMs)), () => {
        signal?.removeEventListener('abort', stop)
        resolve()
      })
    })
  }

  /** Calls back at a time; one that has passed is the next moment. @throws RangeError when there is no end to it. */
  at(atMs: number, fire: () => void): void {
    if (++this.#set > TIMERS_MAX) throw new RangeError(`more than ${TIMERS_MAX} waits in one run: a trade never ends`)
    push(this.#timers, { atMs: Math.max(atMs, this.#nowMs), n: this.#set, fire })
    this.#isStirred = true
  }

  /** Wakes whoever is due until then, then it is that time. A time before now changes nothing: recordings of two files may overlap. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      await this.settled()
      const next = this.nextMs
      if (next === null || next > untilMs) break
      const timer = pop(this.#timers)
      if (timer === null) break
      this.#nowMs = millis(Math.max(this.#nowMs, timer.atMs))
      timer.fire()
      this.#isStirred = true
    }
    if (untilMs > this.#nowMs) this.#nowMs = millis(untilMs)
  }

  /** Until nothing can run any more without time passing. */
  async settled(): Promise<void> {
    if (!this.#isStirred) return
    this.#isStirred = false
    // promises that wait for no input or timer of the machine have all run before this one
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const isBefore = (a: Timer, b: Timer): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.n < b.n)

/** A binary heap: the next one first. */
function push(heap: Timer[], timer: Timer): void {
  let at = heap.length
  heap.push(timer)
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above]
    if (parent === undefined || isBefore(parent, timer)) break
    heap[at] = parent
    at = above
  }
  heap[at] = timer
}

function pop(heap: Timer[]): Timer | null {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined) return null
  if (heap.length === 0) return first
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const [a, b] = [heap[left], heap[left + 1]]
    if (a === undefined) break
    const [below, child] = b !== undefined && isBefore(b, a) ? [left + 1, b] : [left, a]
    if (!isBefore(child, last)) break
    heap[at] = child
    at = below
  }
  heap[at] = last
  return first
}
