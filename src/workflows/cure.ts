import type { ClientOrderId, TradeId } from '../core/ids'
import type { OperatorsWord } from '../core/trade/adoption'
import type { TradeResult } from '../core/trade/plan'
import type { SuccessorSteps } from '../core/trade/steps'
import { end, unpaired } from './box'
import { endEdge } from './edge'
import { cureUntilFinal, finished, learned, sentAs, type Sent } from './trade'

/**
 * The predecessor may have been ended in the middle of an order: its bytes can leave until its not-after, at most 3.5 s after the decision
 * (a second leg: the longest entry life, 2.5 s, and its second of grace). Only then does the journal tell all.
 */
const STRAY_ORDER_MS = 5_000

/**
 * Ends a trade that has no owner any more (E25), or whose end a late fill has changed (E14): every order known and final first, then what is
 * unpaired is cured, then the end is booked. Nothing is sent while an order is unknown (I2).
 * @param word an operator's order about contracts that he has adopted: the only ways then, and its own budget
 */
export async function tradeCure(tradeId: TradeId, reason: string, given: SuccessorSteps, word?: OperatorsWord): Promise<TradeResult> {
  const steps = word ? { ...given, chooseCure: askedFor(given, word) } : given
  return steps.shielded(async () => {
    await steps.wait(STRAY_ORDER_MS)
    const { orders, verdicts, lossBudget, ...estate } = await steps.takeOver(tradeId)
    const left: Sent[] = []
    const isJudged = (id: ClientOrderId): boolean => verdicts.some(({ order }) => order === id)
    for (const { order, known } of orders)
      left.push(known ? { ...sentAs(order, known), isFinal: true, isJudged: isJudged(order.clientOrderId) } : await learned(order, steps))
    if (estate.plan.strategy === 'edge') {
      const [only] = left
      const sent = only ? await finished(only, steps) : null
      return endEdge(estate.plan, { sent, reason, takenOver: reason, verdicts }, steps)
    }
    const plan = { ...estate.plan, lossBudget: word?.maxLoss ?? lossBudget }
    const { sent, cures } = await cureUntilFinal(plan, left, (all) => unpaired(plan, all), steps, 'at-once')
    return end(plan, { sent, cures, reason, takenOver: reason, verdicts }, steps)
  })
}

const askedFor =
  ({ chooseCure }: SuccessorSteps, word: OperatorsWord): SuccessorSteps['chooseCure'] =>
  (unpaired, budgetLeft, pace) =>
    chooseCure(unpaired, budgetLeft, pace, word)
