import { ScheduleNotFoundError, WorkflowNotFoundError, type Client } from '@temporalio/client'
import { withLimit, unlessAborted } from '../ports/limit'
import { Refused } from '../core/refused'
import type { Desk } from './desk'
import { Problem } from './problem'

/** Servers on this machine answer in milliseconds: one that is silent for longer is down for whoever asks. */
const ANSWER_LIMIT_MS = 5_000

/** Asks Temporal something short. @throws Problem when it has no such thing, or does not answer */
export function askTemporal<T>(desk: Pick<Desk, 'temporal' | 'log'>, work: (client: Client) => Promise<T>): Promise<T> {
  return asked('Temporal', desk, async (limit) => {
    const client = await desk.temporal()
    return client.withAbortSignal(limit, () => work(client))
  })
}

/** Asks a server other than the ledger, within a limit. @throws Problem when it does not answer */
export async function asked<T>(name: string, { log }: Pick<Desk, 'log'>, work: (limit: AbortSignal) => Promise<T>): Promise<T> {
  try {
    return await withLimit([], ANSWER_LIMIT_MS, (limit) => unlessAborted(work(limit), limit))
  } catch (error) {
    if (error instanceof Problem || error instanceof Refused || error instanceof RangeError) throw error
    if (error instanceof ScheduleNotFoundError || error instanceof WorkflowNotFoundError)
      throw new Problem('not-found', 'there is nothing of that name in Temporal')
    log.warn({ server: name, error: (error as Error).message }, 'a server that the API needs does not answer')
    throw new Problem('unreachable', `${name} does not answer: crossbook status tells more`)
  }
}
