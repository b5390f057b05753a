import { Context } from '@temporalio/activity'
import type { Plan, Reservation } from '../core/trade/plan'
import type { Guard } from '../ports/guard'
import type { Ledger } from '../ports/ledger'

export interface ReserveActivities {
  checkRiskAndReserve(plan: Plan): Promise<Reservation>
}

export function createReserveActivities(ledger: Ledger, guard: Guard): ReserveActivities {
  return {
    /** E5, E6: one transaction decides; a repeat by the same run gets the same answer. */
    async checkRiskAndReserve(plan) {
      const { cancellationSignal, info } = Context.current()
      const runId = info.workflowExecution?.runId ?? ''
      const reservation = await ledger.reserve(plan, runId, cancellationSignal)
      if (reservation.kind === 'granted') guard.remember(plan)
      return reservation
    },
  }
}
