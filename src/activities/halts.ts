import { Context } from '@temporalio/activity'
import type { Proposal } from '../core/risk/limit-change'
import type { Limits } from '../core/risk/limits'
import type { Operator } from '../core/risk/scope'
import type { Mode } from '../core/trade/plan'
import type { Millis } from '../core/units'
import type { Clock } from '../ports/clock'
import { withLimit } from '../ports/limit'
import type { Log } from '../ports/log'
import type { OrderEntry } from '../ports/order-entry'
import type { CancelledVenue, Command, ControlsActivities, ControlsFacts, KillActivities, Refusal, ToldHalt } from '../workflows/messages'

/** The entries look ten times for up to 3 s; two reads of the account come on top. Below the 20 s of the activity, so that it ends by itself. */
const CANCEL_LIMIT_MS = 15_000

export interface HaltOrder extends Command {
  readonly active: boolean
  readonly atMs: Millis
}
/** What Postgres owns, and the way to running trades. */
export interface ControlsDependencies {
  readonly mode: Mode
  readonly limitsInForce: () => Promise<string | null>
  readonly openProposals: () => Promise<readonly Proposal[]>
  readonly haltsInForce: () => Promise<ControlsFacts['halts']>
  /** The newest order on each scope changed after an epoch, oldest first. */
  readonly haltChanges: (afterEpoch: number) => Promise<{ readonly epoch: number; readonly changes: readonly HaltOrder[] }>
  /** Tells every running trade of the scope. @returns how many; @throws when one that may still run could not be told: all others were. */
  readonly tellTrades: (kind: 'halt' | 'resume', command: Command, signal: AbortSignal) => Promise<number>
  readonly proposeLimits: (request: string, limits: Limits, by: Operator, atMs: Millis, signal: AbortSignal) => Promise<Proposal | Refusal>
  readonly decideLimits: (
    id: number,
    as: 'applied' | 'rejected',
    by: Operator,
    reason: string,
    atMs: Millis,
    signal: AbortSignal,
  ) => Promise<Proposal | Refusal>
  readonly clock: Clock
}

export function createControlsActivities(dependencies: ControlsDependencies): ControlsActivities {
  const { mode, limitsInForce, openProposals, haltsInForce, haltChanges, tellTrades, clock } = dependencies
  return {
    async readControls() {
      const [limits, proposals, halts] = await Promise.all([limitsInForce(), openProposals(), haltsInForce()])
      return { mode, limits, proposals, halts }
    },
    /** What is told is the ledger's word of this moment: an order that was taken back meanwhile is not passed on. */
    async distributeHalts(afterEpoch) {
      const signal = Context.current().cancellationSignal
      const { epoch, changes } = await haltChanges(afterEpoch)
      const told: ToldHalt[] = []
      const failures: unknown[] = []
      for (const { scope, active, by, reason, epoch: changedAt } of changes) {
        const command = { scope, by, reason, epoch: changedAt }
        await tellTrades(active ? 'halt' : 'resume', command, signal).then(
          (trades) => told.push({ scope, active, epoch: changedAt, trades }),
          (error: unknown) => failures.push(error), // the other scopes do not wait for this one
        )
      }
      if (failures.length > 0) throw failures[0]
      return { epoch, told }
    },
    proposeLimits: (request, limits, by) =>
      dependencies.proposeLimits(request, limits, by, clock.nowMs(), Context.current().cancellationSignal),
    decideLimits: ({ id, by, reason }, as) =>
      dependencies.decideLimits(id, as, by, reason, clock.nowMs(), Context.current().cancellationSignal),
  }
}

export interface CancelDependencies {
  readonly entry: Pick<OrderEntry, 'venue' | 'cancelEverything'>
  /** What rests in the account, whoever sent it, by the venue's own ids. */
  readonly openOrders: (signal: AbortSignal) => Promise<readonly string[]>
  readonly log: Log
}

/** E27 at both venues at once, in the session that sent the orders. */
export const createKillActivities = (venues: readonly CancelDependencies[]): KillActivities => ({
  cancelEverything() {
    const signal = Context.current().cancellationSignal
    return Promise.all(venues.map((venue) => cancelResting(venue, signal)))
  },
})

/**
 * E27: cancels our resting orders at one venue by id, and reads back what rests. Never a venue's cancel-all: that would take orders of the
 * next minute, hedges and manual orders along. What cannot be read is said in `unread`; nothing is thrown.
 */
export async function cancelResting({ entry, openOrders, log }: CancelDependencies, signal: AbortSignal): Promise<CancelledVenue> {
  const { venue } = entry
  try {
    return await withLimit([signal], CANCEL_LIMIT_MS, async (limit) => {
      const before = await openOrders(limit).catch((error: Error) => error) // cancelling does not wait for counting
      const resting = await entry.cancelEverything(limit)
      const after = await openOrders(limit)
      const others = after.length - resting.length
      if (before instanceof Error)
        return { venue, cancelled: 0, resting, others, unread: `what rested before is not known: ${before.message}` }
      return { venue, cancelled: before.filter((id) => !after.includes(id)).length, resting, others, unread: null }
    })
  } catch (error) {
    const unread = error instanceof Error ? error.message : String(error)
    log.error({ venue, error: unread }, 'what rests could not be read back')
    return { venue, cancelled: 0, resting: [], others: 0, unread }
  }
}
