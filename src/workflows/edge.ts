import { invariant } from '../core/assert'
import { parseOrderId } from '../core/ids'
import { neverSent, type OrderVerdict } from '../core/trade/outcome'
import type { EdgePlan, OutcomeLabel, TradeResult, Unpaired } from '../core/trade/plan'
import type { SuccessorSteps, TradeSteps } from '../core/trade/steps'
import { NO_QUANTITY, ONE_CONTRACT, quantity, wholeContracts, type Quantity } from '../core/units'
import { close, finished, firstRejection, refusalOf, send, type Sent } from './trade'

/** Reserve, one leg, close. What it bought is held until its market is settled: nothing is to pair it, so nothing is cured. */
export async function tradeEdge(plan: EdgePlan, steps: TradeSteps): Promise<TradeResult> {
  const reservation = await steps.checkRiskAndReserve(plan)
  return steps.shielded(async () => {
    if (reservation.kind === 'refused') return endEdge(plan, { sent: [], reason: refusalOf(reservation) }, steps)
    const sent = await finished(await send(plan.legs[0].order, steps), steps)
    return endEdge(plan, { sent: [sent], reason: firstRejection([sent]) }, steps)
  })
}

/** What became of one try to sell. */
export interface Sold {
  /** All orders of the trade by now. */
  readonly sent: readonly Sent[]
  readonly reason: string
}

/** Ruling 13: sells what the edge holds, once, if it is still worth it now. Every order of the trade is final before, and after. */
export async function sellHeld(plan: EdgePlan, sent: readonly Sent[], steps: SuccessorSteps): Promise<Sold> {
  const held = heldBy(plan, sent)
  if (held.quantity < ONE_CONTRACT) return { sent, reason: 'nothing is left to sell' }
  const choice = await steps.chooseSale(held)
  if (choice.kind === 'hold') return { sent, reason: `not sold: ${choice.reason}` }
  const sale = await finished(await send(choice.order, steps), steps)
  return { sent: [...sent, sale], reason: sale.filled > 0 ? '' : `not sold: ${firstRejection([sale]) || 'the bid had gone'}` }
}

/** What it bought less what it sold, and the highest number of its orders so far (E2). */
function heldBy({ tradeId, legs: [{ order: opening }] }: EdgePlan, sent: readonly Sent[]): Unpaired {
  const { venue, market, outcome, clientOrderId } = opening
  const [bought, sold] = tradedBy(clientOrderId, sent)
  const numbers = [opening, ...sent.map(({ order }) => order)].map((order) => parseOrderId(order.clientOrderId).n)
  return { tradeId, venue, market, outcome, quantity: quantity(bought - sold), n: Math.max(...numbers) }
}

/** Bought by the opening order, and sold by the others. @throws Error when it sold more than it had: that is a bug (I3) */
function tradedBy(opening: string, sent: readonly Sent[]): readonly [Quantity, Quantity] {
  const of = (isOpening: boolean): number =>
    sent.reduce((sum, { order, filled }) => ((order.clientOrderId === opening) === isOpening ? sum + filled : sum), 0)
  const [bought, sold] = [of(true), of(false)]
  invariant(bought >= sold, `${opening} bought ${bought}, and ${sold} were sold`)
  return [quantity(bought), quantity(sold)]
}

export interface EdgeEnd {
  /** Final. Empty: nothing was reserved. */
  readonly sent: readonly Sent[]
  readonly reason: string
  /** Set by a successor. */
  readonly takenOver?: string
  /** Verdicts that were given before. */
  readonly verdicts?: readonly OrderVerdict[]
}

/** Labels and books the end of an edge: what it did not sell is held, and `settle` owns it (E25). */
export function endEdge(
  plan: EdgePlan,
  { sent, reason, takenOver, verdicts: earlier = [] }: EdgeEnd,
  steps: TradeSteps,
): Promise<TradeResult> {
  const [bought, flat] = tradedBy(plan.legs[0].order.clientOrderId, sent)
  const left = quantity(bought - flat)
  const held = wholeContracts(left)
  const verdicts = [...earlier, ...sent.flatMap(({ verdict }) => verdict ?? [])]
  const owner = left > 0 ? ['settle owns what remains'] : []
  return close(
    plan,
    {
      label: verdicts.length > 0 ? 'surrendered' : labelOf(sent, { flat, held }),
      ...{ locked: NO_QUANTITY, flat, held, dust: quantity(left - held) },
      reason: [...(reason === '' ? [] : [reason]), ...owner].join('; '),
      cures: [],
      ...(verdicts.length > 0 && { verdicts }),
      ...(takenOver !== undefined && { takenOver }),
    },
    steps,
  )
}

function labelOf(sent: readonly Sent[], { flat, held }: { readonly flat: Quantity; readonly held: Quantity }): OutcomeLabel {
  const [opening] = sent
  if (opening === undefined || neverSent(opening.known)) return 'refused'
  if (opening.filled === 0) return 'missed'
  return held === 0 && flat > 0 ? 'unwound' : 'held'
}
