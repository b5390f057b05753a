import { Context } from '@temporalio/activity'
import type { Plan, Reservation } from '../core/trade/plan'
import type { Clock } from '../ports/clock'
import type { Guard } from '../ports/guard'
import type { Ledger } from '../ports/ledger'

const NS_PER_MS = 1_000_000

export interface ReserveDependencies {
  readonly ledger: Ledger
  readonly guard: Guard
  readonly clock: Clock
  /** Told when the ledger has granted: the reserve's own time, in milliseconds. */
  readonly onReserved: (plan: Plan, ms: number) => void
}

export interface ReserveActivities {
  checkRiskAndReserve(plan: Plan): Promise<Reservation>
}

export function createReserveActivities({ ledger, guard, clock, onReserved }: ReserveDependencies): ReserveActivities {
  return {
    /** E5, E6: one transaction decides; a repeat by the same run gets the same answer. */
    async checkRiskAndReserve(plan) {
      const { cancellationSignal, info } = Context.current()
      const runId = info.workflowExecution?.runId ?? ''
      const beganNs = clock.monoNs()
      const reservation = await ledger.reserve(plan, runId, cancellationSignal)
      if (reservation.kind === 'granted') {
        guard.remember(plan)
        onReserved(plan, Number(clock.monoNs() - beganNs) / NS_PER_MS)
      }
      return reservation
    },
  }
}
