import { millis } from '../../src/core/units'
import type { Clock } from '../../src/ports/clock'

/** The machine's own time, where a test has to do with a real server or process. */
export const systemClock: Clock = {
  nowMs: () => millis(Date.now()),
  monoNs: () => process.hrtime.bigint(),
  sleep: () => Promise.reject(new Error('nobody sleeps in this test')),
}
