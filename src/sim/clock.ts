/** The time of the simulated venues. */
export interface SimClock {
  /** Milliseconds since 1970. */
  nowMs(): number
  /** Runs `work` once, `delayMs` of simulated time from now; returns its cancellation. */
  after(delayMs: number, work: () => void): () => void
  /** As `after`, for what is done again and again while somebody is connected: when the clock is moved, it is not made up for. */
  beat(delayMs: number, work: () => void): () => void
}

/** setTimeout takes 32-bit delays: a longer wait is cut into pieces of this length. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1

/** Runs `work` after so much of the machine's time. Timers do not keep a process alive: the listeners do. */
function timer(delayMs: number, work: () => void): () => void {
  let running: NodeJS.Timeout
  const arm = (leftMs: number): void => {
    running = setTimeout(
      () => (leftMs > LONGEST_TIMEOUT_MS ? arm(leftMs - LONGEST_TIMEOUT_MS) : work()),
      Math.min(leftMs, LONGEST_TIMEOUT_MS),
    )
    running.unref()
  }
  arm(Math.max(0, delayMs))
  return () => clearTimeout(running)
}

/** The machine's clock. */
export const realClock = (): SimClock => ({ nowMs: () => Date.now(), after: timer, beat: timer })

/** A clock that {@link MovableClock.advance} moves; what is due by then runs in order of its time, then of its arming. */
export interface MovableClock extends SimClock {
  advance(ms: number): void
}

/** A clock that nothing else moves. */
export function manualClock(startMs: number): MovableClock {
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
  const after = (delayMs: number, work: () => void): (() => void) => {
    const id = armed++
    waiting.set(id, { dueMs: now + Math.max(0, delayMs), work })
    return () => void waiting.delete(id)
  }
  return {
    nowMs: () => now,
    after,
    beat: after,
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

/** Where a moved clock is kept, for whoever lives by it: milliseconds ahead of the machine's. */
export interface ClockKeeper {
  /** null: it was never moved. */
  read(): number | null
  write(aheadMs: number): void
}

interface Armed {
  readonly dueMs: number
  readonly isBeat: boolean
  readonly run: () => void
  cancel: () => void
}

/**
 * A clock that goes on as the machine's does, and can be moved ahead. It is told to others before anything happens in the new time: what a client
 * then hears is never later than its own clock.
 * @param startMs where it begins, unless the keeper knows of an earlier process: time that has passed has passed.
 */
export function movableClock(startMs: number, keeper: ClockKeeper): MovableClock {
  let aheadMs = keeper.read() ?? startMs - Date.now()
  keeper.write(aheadMs)
  /** While what was jumped over happens: the time at which it was due. */
  let pinnedMs: number | null = null
  const armed = new Set<Armed>()
  const nowMs = (): number => pinnedMs ?? Date.now() + aheadMs
  const arm = (each: Armed): void => {
    each.cancel()
    each.cancel = timer(each.dueMs - Date.now() - aheadMs, each.run)
  }
  const firstDue = (untilMs: number): Armed | null => {
    let first: Armed | null = null
    for (const each of armed) if (!each.isBeat && each.dueMs <= untilMs && (first === null || each.dueMs < first.dueMs)) first = each
    return first
  }
  const add = (delayMs: number, work: () => void, isBeat: boolean): (() => void) => {
    const run = (): void => {
      if (armed.delete(each)) work()
    }
    const each: Armed = { dueMs: nowMs() + Math.max(0, delayMs), isBeat, run, cancel: () => undefined }
    armed.add(each)
    arm(each)
    return () => {
      each.cancel()
      armed.delete(each)
    }
  }
  return {
    nowMs,
    after: (delayMs, work) => add(delayMs, work, false),
    beat: (delayMs, work) => add(delayMs, work, true),
    advance(ms) {
      const untilMs = nowMs() + ms
      aheadMs += ms
      keeper.write(aheadMs)
      try {
        for (let each = firstDue(untilMs); each !== null; each = firstDue(untilMs)) {
          pinnedMs = Math.max(pinnedMs ?? 0, each.dueMs)
          each.cancel()
          each.run()
        }
      } finally {
        pinnedMs = null
      }
      for (const each of armed) arm(each)
    },
  }
}
