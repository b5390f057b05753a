import { setTimeout as delay } from 'node:timers/promises'
import { ConfigurationError } from '../config/environment'
import type { Config } from '../config/load'
import { millis } from '../core/units'
import type { Clock } from '../ports/clock'
import { openClockFile } from '../stores/files/clock-file'

const NS_PER_MS = 1_000_000
/** How soon a task that sleeps notices that the clock was moved past its time. Only in simulations whose clock can be moved. */
const LOOK_EVERY_MS = 25

/** How far the clock of this process is ahead of the machine's. A process lives in one time, like the machine: the only state of its kind. */
let aheadMs: (() => number) | null = null
/** Monotonic time counts the moves that this process has seen, and begins where the machine's does. */
let aheadAtStartMs = 0

/**
 * Before anything asks for the time: a simulation whose clock can be moved names its file in the addresses file
 * (docs/decisions/simulated-clock.md). Every other process lives by the machine's clock.
 * @throws ConfigurationError in any mode but `sim`, and for a file that is no clock.
 */
export function followClock(config: Config): Config {
  const { clockFile } = config.endpoints
  if (clockFile === undefined) return config
  if (config.mode !== 'sim')
    throw new ConfigurationError(
      `mode ${config.mode} lives by the machine's clock, and run/endpoints.json names one that can be moved: remove clockFile there, or set mode: sim`,
    )
  try {
    aheadMs = openClockFile(clockFile)
  } catch (error) {
    throw new ConfigurationError(`the clock of the simulation cannot be followed: ${(error as Error).message}`)
  }
  aheadAtStartMs = aheadMs()
  return config
}

/** The machine's clock; in a simulation that says so, the one its venues live by. */
export function systemClock(): Clock {
  const nowMs: Clock['nowMs'] = () => millis(aheadMs === null ? Date.now() : Date.now() + aheadMs())
  return {
    nowMs,
    monoNs: () => (aheadMs === null ? process.hrtime.bigint() : process.hrtime.bigint() + BigInt((aheadMs() - aheadAtStartMs) * NS_PER_MS)),
    sleep: async (durationMs, signal) => {
      if (aheadMs === null) return delay(durationMs, undefined, { signal })
      const untilMs = nowMs() + durationMs
      let leftMs = durationMs
      do {
        await delay(Math.min(leftMs, LOOK_EVERY_MS), undefined, { signal })
        leftMs = untilMs - nowMs()
      } while (leftMs > 0)
    },
  }
}
