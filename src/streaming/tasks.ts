import type { Clock } from '../ports/clock'
import { withLimit } from '../ports/limit'
import type { Trader } from '../ports/trader'

/** Enough for the compiler to have seen the path often. */
const REHEARSALS = 12
const REHEARSAL_LIMIT_MS = 10_000

/** Trades in flight are given this long to end by themselves before the worker stops; they are durable and go on at the next start. */
const DRAIN_LIMIT_MS = 4_000
export const DRAIN_POLL_MS = 50
/** For waits that are bounded by a count or a state instead. */
const NEVER = new AbortController().signal

/** A task that must go on as long as the process does: its failure ends the process, and the supervisor starts it again. */
export function essential(name: string, task: Promise<unknown>, fail: (error: Error) => void, signal: AbortSignal): void {
  task.then(
    () => (signal.aborted ? undefined : fail(new Error(`${name} ended by itself`))),
    (error: Error) => (signal.aborted ? undefined : fail(new Error(`${name}: ${error.message}`))),
  )
}

/** The first trades of a process were five times slower than the rest: code is compiled and connections are opened on their way. */
export async function rehearse(trader: Trader, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < REHEARSALS; i++) await withLimit([signal], REHEARSAL_LIMIT_MS, (limit) => trader.warmUp(limit))
}

/** Nothing further opens; what is in flight gets its moment. */
export async function drain(launcher: { readonly inFlight: number; stop(): void }, clock: Clock): Promise<void> {
  launcher.stop()
  const until = clock.nowMs() + DRAIN_LIMIT_MS
  while (launcher.inFlight > 0 && clock.nowMs() < until) await clock.sleep(DRAIN_POLL_MS, NEVER)
}
