import type { Millis } from '../core/units'

export interface Clock {
  nowMs(): Millis
  /** Monotonic nanoseconds; only differences mean anything. */
  monoNs(): bigint
  /** Ends early, by rejecting with the signal's reason, when the signal aborts. */
  sleep(durationMs: number, signal: AbortSignal): Promise<void>
}
