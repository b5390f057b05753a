import { invariant } from '../core/assert'
import { parseOrderId } from '../core/ids'
import { neverSent, type OrderVerdict } from '../core/trade/outcome'
import type { BoxPlan, CureChoice, OutcomeLabel, TradeResult, Unpaired } from '../core/trade/plan'
import type { TradeSteps } from '../core/trade/steps'
import { NO_QUANTITY, ONE_CONTRACT, quantity, wholeContracts, type Quantity } from '../core/units'
import { close, cureUntilFinal, firstRejection, refusalOf, send, type Sent } from './trade'

/** Reserve, first leg, second leg sized by it, cure what is unpaired, close. No catch: outcomes are values, and only a bug throws. */
export async function tradeBox(plan: BoxPlan, steps: TradeSteps): Promise<TradeResult> {
  const reservation = await steps.checkRiskAndReserve(plan)
  return steps.shielded(async () => {
    // from here a cancel or a halt only stops what has not been sent
    if (reservation.kind === 'refused') return end(plan, { sent: [], cures: [], reason: refusalOf(reservation) }, steps)
    const first = await send(plan.legs[0].order, steps)
    const second = await send({ ...plan.legs[1].order, quantity: wholeContracts(first.filled) }, steps) // E15
    const { sent, cures } = await cureUntilFinal(plan, [first, second], (all) => unpaired(plan, all), steps, 'requote')
    return end(plan, { sent, cures, reason: firstRejection(sent) }, steps)
  })
}

/**
 * What the first leg's venue holds and nothing at the other side answers. A sale back there, or the missing outcome anywhere, pairs it.
 * @throws Error when more was answered than the first leg holds: a venue took back a fill that others had followed, and a person must look.
 */
export function unpaired(plan: BoxPlan, sent: readonly Sent[]): Unpaired {
  const { tradeId, venue, market, outcome, clientOrderId } = plan.legs[0].order
  const open = sent.reduce((sum, { order, filled }) => (order.clientOrderId === clientOrderId ? sum + filled : sum - filled), 0)
  invariant(open >= 0, `trade ${tradeId} answers ${-open} more than its first leg holds`)
  const numbers = [...plan.legs, ...sent].map(({ order }) => parseOrderId(order.clientOrderId).n)
  return { tradeId, venue, market, outcome, quantity: quantity(open), n: Math.max(...numbers) }
}

interface Counts {
  readonly first: Quantity
  readonly locked: Quantity
  readonly flat: Quantity
  readonly held: Quantity
  readonly dust: Quantity
}

/** The outcome vector of execution.md §5: every contract of the first leg is in exactly one part of it. */
function count(plan: BoxPlan, sent: readonly Sent[]): Counts {
  const [opening, answering] = [plan.legs[0].order, plan.legs[1].order]
  const bought = sent.find(({ order }) => order.clientOrderId === opening.clientOrderId)?.filled ?? NO_QUANTITY
  const left = unpaired(plan, sent).quantity
  // what is bought at the second leg's venue completes; what is done at the first one's leaves (E21)
  const locked = quantity(sent.reduce((sum, { order, filled }) => (order.venue === answering.venue ? sum + filled : sum), 0))
  const dust = left > 0 && left < ONE_CONTRACT ? left : NO_QUANTITY
  return { first: bought, locked, flat: quantity(bought - locked - left), held: quantity(left - dust), dust }
}

function labelOf(sent: readonly Sent[], { first: bought, locked, flat, held }: Counts): OutcomeLabel {
  if (sent.some(({ verdict }) => verdict !== null)) return 'surrendered'
  const [first] = sent
  if (!first || neverSent(first.known)) return 'refused'
  if (bought === 0) return 'missed'
  if (held > 0 || (locked === 0 && flat === 0)) return 'held' // nothing but dust is a remainder too: `settle` owns it
  if (locked === 0) return 'unwound'
  return flat > 0 ? 'partly-locked' : 'locked'
}

export interface BoxEnd {
  /** The first leg first; all of them final. */
  readonly sent: readonly Sent[]
  readonly cures: readonly CureChoice[]
  readonly reason: string
  /** Set by a successor. */
  readonly takenOver?: string
  /** Verdicts that were given before. */
  readonly verdicts?: readonly OrderVerdict[]
}

/** Counts, labels and books the end of a box. */
export function end(
  plan: BoxPlan,
  { sent, cures, reason, takenOver, verdicts: earlier = [] }: BoxEnd,
  steps: TradeSteps,
): Promise<TradeResult> {
  const counts = count(plan, sent)
  const { locked, flat, held, dust } = counts
  const verdicts = [...earlier, ...sent.flatMap(({ verdict }) => verdict ?? [])]
  const owner = held + dust > 0 ? ['settle owns what remains'] : []
  return close(
    plan,
    {
      label: earlier.length > 0 ? 'surrendered' : labelOf(sent, counts),
      locked,
      flat,
      held,
      dust,
      reason: [...(reason === '' ? [] : [reason]), ...owner].join('; '),
      cures,
      ...(verdicts.length > 0 && { verdicts }),
      ...(takenOver !== undefined && { takenOver }),
    },
    steps,
  )
}
