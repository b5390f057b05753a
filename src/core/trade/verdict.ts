import { ONE_CONTRACT } from '../units'
import type { OrderIntent } from './order'
import type { OrderVerdict } from './outcome'
import type { Mode } from './plan'

/**
 * Why the operator's verdict on an order is not taken (E12), or null. `resolving`: the order whose outcome nobody knows now; only that one can
 * be judged. The verdict comes from outside, so its figures are not trusted to be any.
 */
export function verdictRefusal(verdict: OrderVerdict, resolving: OrderIntent | null, mode: Mode): string | null {
  const { order, outcome, by, evidence, secondBy } = verdict
  if (resolving?.clientOrderId !== order) return `${order} is not being resolved: a verdict is only for an order whose outcome nobody knows`
  if (by.trim() === '') return 'say who gives the verdict'
  if (evidence.trim() === '') return 'a verdict needs evidence: say what was seen, and where'
  if (mode === 'live' && !isSecondPerson(secondBy, by)) return 'in mode live a second person must sign the verdict'
  return outcome.kind === 'rejected' ? null : fillRefusal(outcome.filled, resolving)
}

/** Whether somebody else than `by` is named. */
export const isSecondPerson = (secondBy: string | null, by: string): boolean =>
  secondBy !== null && secondBy.trim() !== '' && secondBy.trim().toLowerCase() !== by.trim().toLowerCase()

function fillRefusal(filled: number, { clientOrderId, quantity, venue }: OrderIntent): string | null {
  if (!Number.isSafeInteger(filled) || filled < 0) return `filled must be a quantity in hundredths of a contract, not ${filled}`
  if (filled > quantity) return `${clientOrderId} was for ${quantity} (1e-2 contract): it cannot have filled ${filled}`
  return venue === 'forecastex' && filled % ONE_CONTRACT !== 0 ? 'ForecastEx fills whole contracts only' : null
}
