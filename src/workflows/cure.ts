import type { ClientOrderId, TradeId } from '../core/ids'
import type { OperatorsWord } from '../core/trade/adoption'
import type { OrderVerdict } from '../core/trade/outcome'
import type { EdgePlan, TradeResult } from '../core/trade/plan'
import type { SaleWord, SuccessorSteps } from '../core/trade/steps'
import { end, unpaired } from './box'
import { endEdge, sellHeld } from './edge'
import { cureUntilFinal, finished, learned, sentAs, type Sent } from './trade'

/**
 * The predecessor may have been ended in the middle of an order: its bytes can leave until its not-after, at most 3.5 s after the decision
 * (a second leg: the longest entry life, 2.5 s, and its second of grace). Only then does the journal tell all.
 */
const STRAY_ORDER_MS = 5_000

/**
 * Ends a trade that has no owner any more (E25), or whose end a late fill has changed (E14): every order known and final first, then what is
 * unpaired is cured, then the end is booked. Nothing is sent while an order is unknown (I2).
 * @param word an operator's order about contracts that he has adopted: the only ways then, and its own budget. Or that an edge is to be sold.
 */
export async function tradeCure(
  tradeId: TradeId,
  reason: string,
  given: SuccessorSteps,
  word?: OperatorsWord | SaleWord,
): Promise<TradeResult> {
  const isSale = word?.way === 'sell'
  const ordered = isSale ? undefined : word
  const steps = ordered ? { ...given, chooseCure: askedFor(given, ordered) } : given
  return steps.shielded(async () => {
    if (!isSale) await steps.wait(STRAY_ORDER_MS) // a sale follows none so soon (streaming/edges/sales)
    const { orders, verdicts, lossBudget, ...estate } = await steps.takeOver(tradeId)
    const left: Sent[] = []
    const isJudged = (id: ClientOrderId): boolean => verdicts.some(({ order }) => order === id)
    for (const { order, known } of orders)
      left.push(known ? { ...sentAs(order, known), isFinal: true, isJudged: isJudged(order.clientOrderId) } : await learned(order, steps))
    if (estate.plan.strategy === 'edge') return edgeCure(estate.plan, left, { reason, verdicts, isSale }, steps)
    const plan = { ...estate.plan, lossBudget: ordered?.maxLoss ?? lossBudget }
    const { sent, cures } = await cureUntilFinal(plan, left, (all) => unpaired(plan, all), steps, 'at-once')
    return end(plan, { sent, cures, reason, takenOver: reason, verdicts }, steps)
  })
}

interface EdgeCure {
  readonly reason: string
  readonly verdicts: readonly OrderVerdict[]
  readonly isSale: boolean
}

/** Nothing of an edge is cured: what it holds is sold, where it was begun for that, or held on. */
async function edgeCure(
  plan: EdgePlan,
  left: readonly Sent[],
  { reason, verdicts, isSale }: EdgeCure,
  steps: SuccessorSteps,
): Promise<TradeResult> {
  const known: Sent[] = []
  for (const each of left) known.push(await finished(each, steps))
  const sold = isSale ? await sellHeld(plan, known, steps) : { sent: known, reason: '' }
  const because = [reason, sold.reason].filter((each) => each !== '').join(': ')
  return endEdge(plan, { sent: sold.sent, reason: because, takenOver: reason, verdicts }, steps)
}

const askedFor =
  ({ chooseCure }: SuccessorSteps, word: OperatorsWord): SuccessorSteps['chooseCure'] =>
  (unpaired, budgetLeft, pace) =>
    chooseCure(unpaired, budgetLeft, pace, word)
