import { unprovenFor, unprovenSentence } from '../../core/facts/fact'
import { FACTS } from '../../core/facts/register'
import type { Mode } from '../../core/trade/plan'
import type { Clock } from '../../ports/clock'
import { readProofs } from '../../stores/postgres/facts/proofs'
import type { Database } from '../../stores/postgres/pool'

/**
 * What forbids openings for want of a proof (execution.md §10), in one sentence; null: nothing does. Mode `live` alone has to ask. A register that
 * cannot be read proves nothing.
 */
export async function refusalOfFacts(database: Database, mode: Mode, clock: Clock): Promise<string | null> {
  if (mode !== 'live') return null
  try {
    return unprovenSentence(unprovenFor(mode, FACTS, await readProofs(database), clock.nowMs()))
  } catch (error) {
    return `mode live opens nothing while the register of venue facts cannot be read: ${(error as Error).message}`
  }
}
