import { ApplicationFailure, Context } from '@temporalio/activity'
import { neverSent, type Done, type LegOutcome, type Rejected } from '../core/trade/outcome'
import type { OrderIntent } from '../core/trade/order'
import type { Venue } from '../core/ids'
import type { Clock } from '../ports/clock'
import type { Guard } from '../ports/guard'
import type { Journal } from '../ports/journal'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import { NOT_YET } from './alarm'

/** An attempt asks for this long, then Temporal asks again: shorter than the activity's 10 s, so that it ends by itself. */
const PATIENCE_MS = 8_000
/** First pause between two questions; doubles up to the longest. A venue's read model lags by some hundred milliseconds. */
const FIRST_PAUSE_MS = 40
const LONGEST_PAUSE_MS = 500

export interface LegDependencies {
  readonly entries: Readonly<Record<Venue, OrderEntry>>
  readonly guard: Guard
  readonly journal: Journal
  readonly clock: Clock
  readonly log: Log
  /** Told in the turn in which an order's bytes are released. */
  readonly onBytes: (order: OrderIntent) => void
  /** Told of every answer, for the record. */
  readonly onAnswer: (order: OrderIntent, outcome: LegOutcome) => void
}

export interface LegActivities {
  place(order: OrderIntent): Promise<LegOutcome>
  resolve(order: OrderIntent): Promise<Done | Rejected>
}

/** Repeats a question until it has an answer. @throws a retryable failure when the patience of one attempt is used up. */
export async function askUntil<T>(clock: Clock, signal: AbortSignal, what: string, ask: () => Promise<T | null>): Promise<T> {
  const startedMs = clock.nowMs()
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const answer = await ask()
    if (answer !== null) return answer
    if (clock.nowMs() - startedMs > PATIENCE_MS) throw ApplicationFailure.retryable(what, NOT_YET)
    await clock.sleep(pauseMs, signal)
  }
}

export function createLegActivities({ entries, guard, journal, clock, log, onBytes, onAnswer }: LegDependencies): LegActivities {
  return {
    /** One attempt, for ever: an order whose mark is in the journal is never sent again (E2, I1). */
    async place(order) {
      const signal = Context.current().cancellationSignal
      if (journal.marks(order.clientOrderId).length > 0) return { kind: 'unknown', cause: 'timeout' }
      const permit = await guard.admit(order, signal)
      if (permit.kind === 'rejected') return permit
      const { clientOrderId, venue, market, quantity, limit, purpose } = order
      await journal.append({ mark: 'sending', clientOrderId, atMs: clock.nowMs(), venue, market, quantity, limit, purpose, order })
      const mayWrite = (): ReturnType<typeof permit.mayWrite> => {
        const reason = permit.mayWrite()
        if (reason === null) onBytes(order)
        return reason
      }
      const outcome = await entries[venue].place(order, mayWrite, signal)
      if (outcome.kind === 'rejected' && neverSent(outcome))
        await journal.append({ mark: 'refused', clientOrderId, atMs: clock.nowMs(), reason: outcome.reason })
      onAnswer(order, outcome)
      return outcome
    },
    /** E12: positive proof at any time; absence only from the venue, after the window, or from our own gate's refusal. */
    resolve(order) {
      const signal = Context.current().cancellationSignal
      let isHeard = false
      return askUntil(clock, signal, `${order.clientOrderId} is still unknown`, async () => {
        const refused = journal.marks(order.clientOrderId).find((mark) => mark.mark === 'refused')
        if (refused) return { kind: 'rejected', reason: 'too-late', detail: `the gate refused it: ${refused.reason}` } as const
        const outcome = await entries[order.venue].find(order, signal)
        if (outcome.kind === 'unknown') {
          // E13: what lives under our id is not what we sent. Told once: it halts the venue
          if (outcome.cause === 'echo-differs' && !isHeard) onAnswer(order, outcome)
          isHeard ||= outcome.cause === 'echo-differs'
          return null
        }
        log.info({ clientOrderId: order.clientOrderId, outcome }, 'an unknown order is known again')
        onAnswer(order, outcome)
        return outcome
      })
    },
  }
}
