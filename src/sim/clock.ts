/** The time of the simulated venues. */
export interface SimClock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Runs `work` once, `delayMs` of simulated time from now; returns its cancellation. */
  after(delayMs: number, work: () => void): () => void
}

/** setTimeout takes 32-bit delays: a longer wait is cut into pieces of this length. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** The machine's clock. Its timers do not keep a process alive: the listeners do. */
export function realClock(): SimClock {
  const after = (delayMs: number, work: () => void): (() => void) => {
    let timer: NodeJS.Timeout
    const arm = (leftMs: number): void => {
      timer = setTimeout(
        () => (leftMs > LONGEST_TIMEOUT_MS ? arm(leftMs - LONGEST_TIMEOUT_MS) : work()),
        Math.min(leftMs, LONGEST_TIMEOUT_MS),
      )
      timer.unref()
    }
    arm(Math.max(0, delayMs))
    return () => clearTimeout(timer)
  }
  return { nowMs: () => Date.now(), after }
}

/** A clock that only {@link ManualClock.advance} moves; due work runs in order of its time, then of its arming. */
export interface ManualClock extends SimClock {
  advance(ms: number): void
}

export function manualClock(startMs: number): ManualClock {
  let now = startMs
  let armed = 0
  const waiting = new Map<number, { readonly dueMs: number; readonly work: () => void }>()
  const nextDue = (limitMs: number): number | null => {
    let first: number | null = null
    for (const [id, timer] of waiting) {
      if (timer.dueMs <= limitMs && (first === null || timer.dueMs < (waiting.get(first)?.dueMs ?? 0))) first = id
    }
    return first
  }
  return {
    nowMs: () => now,
    after(delayMs, work) {
      const id = armed++
      waiting.set(id, { dueMs: now + Math.max(0, delayMs), work })
      return () => void waiting.delete(id)
    },
    advance(ms) {
      const end = now + ms
      for (let id = nextDue(end); id !== null; id = nextDue(end)) {
        const timer = waiting.get(id)
        waiting.delete(id)
        if (!timer) continue
        now = Math.max(now, timer.dueMs)
        timer.work()
      }
      now = end
    },
  }
}
