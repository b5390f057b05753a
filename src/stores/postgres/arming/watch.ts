import type { Arming } from '../../../core/risk/arming'
import { withLimit } from '../../../ports/limit'
import type { Clock } from '../../../ports/clock'
import type { Log } from '../../../ports/log'
import type { Database } from '../pool'
import { readArming } from './arming'

/** What a disarming takes at most to be heard of. */
const POLL_MS = 1_000
const READ_MS = 2_000

/**
 * Calls `onArming` with what the ledger says, at once and every second, until aborted. While it cannot be asked nobody is told: an arming that nobody
 * renews runs out by itself.
 */
export async function watchArming(
  database: Database,
  clock: Clock,
  log: Log,
  onArming: (arming: Arming | null) => void,
  signal: AbortSignal,
): Promise<void> {
  let isDown = false
  while (!signal.aborted) {
    try {
      onArming(await withLimit([signal], READ_MS, (limit) => readArming(database, limit)))
      isDown = false
    } catch (error) {
      if (!isDown && !signal.aborted) log.warn({ error: (error as Error).message }, 'the arming could not be read; the last one runs out')
      isDown = true
    }
    await clock.sleep(POLL_MS, signal).catch(() => undefined) // the loop ends by the signal
  }
}
