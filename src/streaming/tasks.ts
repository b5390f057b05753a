import type { Clock } from '../ports/clock'
import { withLimit } from '../ports/limit'
import type { Beat, Trader } from '../ports/trader'

/** Enough for the compiler to have seen the path often. */
const REHEARSALS = 12
const REHEARSAL_LIMIT_MS = 10_000

/** A beat takes milliseconds; one that hangs is given up, for its moment has passed. */
const BEAT_LIMIT_MS = 1_000
/** A Temporal that did not take a beat has other work than to be kept warm. */
const BEAT_REST_MS = 5_000

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

export interface Warmth {
  /** Pause between two beats; what a beat takes comes on top, so there is never more than one. */
  readonly everyMs: number
  readonly beat: (signal: AbortSignal) => Promise<Beat>
  /** Whether a trade may be next. */
  readonly isNear: () => boolean
  /** Trades that run keep the path warm by themselves, and shall not wait behind a beat. */
  readonly isBusy: () => boolean
  readonly clock: Clock
}

/**
 * A lone trade after quiet is slower than one in a row (performance.md §2): while an opportunity is near and nothing trades, an empty workflow goes
 * the way of the next trade again and again. Runs until aborted.
 */
export async function keepWarm({ everyMs, beat, isNear, isBusy, clock }: Warmth, signal: AbortSignal): Promise<void> {
  for (;;) {
    await clock.sleep(everyMs, signal)
    if (!isNear() || isBusy()) continue
    const took = await withLimit([signal], BEAT_LIMIT_MS, beat).catch(() => 'failed' as const)
    if (took === 'failed') await clock.sleep(BEAT_REST_MS, signal)
  }
}

/** How soon a feed that has fallen silent, or is heard again, is on record. */
const FEEDS_EVERY_MS = 1_000

/** Puts on record how the feeds stand. Runs until aborted. */
export async function recordFeeds(shard: { lookAtFeeds(): void }, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    shard.lookAtFeeds()
    await clock.sleep(FEEDS_EVERY_MS, signal)
  }
}

/** Nothing further opens; what is in flight gets its moment. */
export async function drain(launcher: { readonly inFlight: number; stop(): void }, clock: Clock): Promise<void> {
  launcher.stop()
  const until = clock.nowMs() + DRAIN_LIMIT_MS
  while (launcher.inFlight > 0 && clock.nowMs() < until) await clock.sleep(DRAIN_POLL_MS, NEVER)
}
