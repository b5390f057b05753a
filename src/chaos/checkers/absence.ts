import type { Answer, Case } from './case'
import type { Violation } from './violation'

const ABSENT = 'never-accepted'

/**
 * I5: an order is called absent only after its venue could not accept it any more (E12: at Kalshi its signature window after the not-after), and what was
 * called absent is never executed.
 */
export function provenAbsent({ evidence, orders, fillsOf, answers }: Case): readonly Violation[] {
  const sent = new Map(orders.map((order) => [order.clientOrderId, order]))
  return [
    ...answers.filter(isAbsence).flatMap(({ order: { clientOrderId = '' }, atMs }): readonly Violation[] => {
      const order = sent.get(clientOrderId)
      if (!order || order.notAfterMs === null) return []
      const earliest = order.notAfterMs + (order.venue === 'kalshi' ? evidence.acceptanceMs : 0)
      const { tradeId } = order
      return atMs < earliest
        ? [{ invariant: 'I5', tradeId, detail: `${clientOrderId} was called absent at ${atMs}, ${earliest - atMs} ms before it could be` }]
        : []
    }),
    ...evidence.tables.intents.flatMap(({ clientOrderId, state, tradeId }): readonly Violation[] => {
      const filled = (fillsOf.get(clientOrderId) ?? []).reduce((sum, { quantity }) => sum + quantity, 0)
      return state === 'rejected' && filled > 0
        ? [{ invariant: 'I5', tradeId, detail: `${clientOrderId} is called dead and the venue filled ${filled} of it (1e-2 contract)` }]
        : []
    }),
  ]
}

const isAbsence = ({ activity, value }: Answer): boolean => {
  const answer = value as { readonly kind?: string; readonly reason?: string } | null
  return (activity === 'place' || activity === 'resolve') && answer?.kind === 'rejected' && answer.reason === ABSENT
}
