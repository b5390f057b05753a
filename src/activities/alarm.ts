import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity'
import { FAILURES } from '../core/failures'
import type { Log } from '../ports/log'
import { NO_SUCH_TRADE } from '../workflows/messages'

/** Type of the failure of a question that has no answer yet: Temporal asks it again. */
export const NOT_YET = 'not yet'

/** Errors of a store, a venue or a limit that is only away for a while. */
const OUTAGES = ['LedgerUnreachable', 'AbortError', 'TimeoutError', 'CancelledFailure', 'RequestFailed', 'KalshiReadError']
export const isOutage = (error: unknown): boolean => error instanceof Error && OUTAGES.includes(error.name)

const isExpected = (error: unknown): boolean =>
  isOutage(error) ||
  error instanceof CancelledFailure ||
  (error instanceof ApplicationFailure && (error.type === NOT_YET || error.type === NO_SUCH_TRADE))

/** Activities that tell of a bug at each attempt. Temporal tries again, with back-off and in sight; nothing is concluded from it. */
export function alarmed<A extends object>(activities: A, log: Log): A {
  const watched = Object.entries(activities).map(([name, run]: [string, (...input: unknown[]) => Promise<unknown>]) => [
    name,
    async (...input: unknown[]): Promise<unknown> => {
      try {
        return await run(...input)
      } catch (error) {
        const { attempt, workflowExecution } = Context.current().info
        const { message, stack } = error as Error
        if (!isExpected(error))
          log.error({ activity: name, workflow: workflowExecution?.workflowId, attempt, error: message, stack }, FAILURES.bug)
        throw error
      }
    },
  ])
  return Object.fromEntries(watched) as A
}
