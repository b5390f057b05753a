import { Context } from '@temporalio/activity'

/** Five beats fit into the heartbeat limit of a trade's steps (2 s), so that one that is late ends no attempt. */
const BEAT_MS = 400

type Activities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>

/**
 * Each activity tells Temporal that its process lives for as long as it runs: a killed one is noticed after the heartbeat limit, not after all the time that
 * its step may take (temporal.md A3, W3). What is over within a beat tells nothing. A step without a
 * heartbeat limit, and a local activity, need none.
 */
export function beating<T extends object>(activities: T): T {
  const beat = Object.entries(activities as Activities).map(([name, activity]) => [
    name,
    (...args: never[]) => whileBeating(() => activity(...args)),
  ])
  return Object.fromEntries(beat) as T
}

async function whileBeating<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current()
  if (!context.info.heartbeatTimeoutMs) return work() // local, or a step without a heartbeat limit
  const timer = setInterval(() => context.heartbeat(), BEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}
