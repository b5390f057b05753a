import { setTimeout as delay } from 'node:timers/promises'
import { millis } from '../core/units'
import type { Clock } from '../ports/clock'

/** The real clock. */
export function systemClock(): Clock {
  return {
    nowMs: () => millis(Date.now()),
    monoNs: () => process.hrtime.bigint(),
    sleep: async (durationMs, signal) => {
      await delay(durationMs, undefined, { signal })
    },
  }
}
