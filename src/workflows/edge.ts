import { neverSent, type OrderVerdict } from '../core/trade/outcome'
import type { EdgePlan, OutcomeLabel, TradeResult } from '../core/trade/plan'
import type { TradeSteps } from '../core/trade/steps'
import { NO_QUANTITY, quantity, wholeContracts } from '../core/units'
import { close, finished, firstRejection, refusalOf, send, type Sent } from './trade'

/** Reserve, one leg, close. What it bought is held until its market is settled: nothing is to pair it, so nothing is cured. */
export async function tradeEdge(plan: EdgePlan, steps: TradeSteps): Promise<TradeResult> {
  const reservation = await steps.checkRiskAndReserve(plan)
  return steps.shielded(async () => {
    if (reservation.kind === 'refused') return endEdge(plan, { sent: null, reason: refusalOf(reservation) }, steps)
    const sent = await finished(await send(plan.legs[0].order, steps), steps)
    return endEdge(plan, { sent, reason: firstRejection([sent]) }, steps)
  })
}

export interface EdgeEnd {
  /** null: nothing was reserved. Final otherwise. */
  readonly sent: Sent | null
  readonly reason: string
  /** Set by a successor. */
  readonly takenOver?: string
  /** Verdicts that were given before. */
  readonly verdicts?: readonly OrderVerdict[]
}

/** Labels and books the end of an edge: all that was bought is held, and `settle` owns it (E25). */
export function endEdge(
  plan: EdgePlan,
  { sent, reason, takenOver, verdicts: earlier = [] }: EdgeEnd,
  steps: TradeSteps,
): Promise<TradeResult> {
  const bought = sent?.filled ?? NO_QUANTITY
  const held = wholeContracts(bought)
  const verdicts = [...earlier, ...(sent?.verdict ? [sent.verdict] : [])]
  const owner = bought > 0 ? ['settle owns what remains'] : []
  return close(
    plan,
    {
      label: verdicts.length > 0 ? 'surrendered' : labelOf(sent),
      ...{ locked: NO_QUANTITY, flat: NO_QUANTITY, held, dust: quantity(bought - held) },
      reason: [...(reason === '' ? [] : [reason]), ...owner].join('; '),
      cures: [],
      ...(verdicts.length > 0 && { verdicts }),
      ...(takenOver !== undefined && { takenOver }),
    },
    steps,
  )
}

function labelOf(sent: Sent | null): OutcomeLabel {
  if (sent === null || neverSent(sent.known)) return 'refused'
  return sent.filled === 0 ? 'missed' : 'held'
}
