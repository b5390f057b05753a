import type { OrderIntent } from '../../src/core/trade/order'
import type { OrderVerdict } from '../../src/core/trade/outcome'
import { inTurn, type SuccessorSteps } from '../../src/core/trade/steps'

/** A workflow that somebody terminated goes nowhere. */
export class Terminated extends Error {}

/** Steps of a saga that is ended at its nth one: before it happens, or right after, when nobody hears of it any more. */
export function killedAt(steps: SuccessorSteps, n: number, when: 'before' | 'after'): SuccessorSteps {
  let taken = 0
  const mortal =
    <I extends readonly unknown[], O>(step: (...input: I) => Promise<O>) =>
    async (...input: I): Promise<O> => {
      const isLast = ++taken === n
      if (isLast && when === 'before') throw new Terminated()
      const output = await step(...input)
      if (isLast) throw new Terminated()
      return output
    }
  const finish = mortal((order: OrderIntent, verdict: OrderVerdict | null) => steps.finish(order, verdict))
  return {
    checkRiskAndReserve: mortal((plan) => steps.checkRiskAndReserve(plan)),
    place: mortal((order) => steps.place(order)),
    resolve: mortal((order) => steps.resolve(order)),
    finish,
    finishAll: inTurn(finish),
    chooseCure: mortal((unpaired, budgetLeft, pace) => steps.chooseCure(unpaired, budgetLeft, pace)),
    chooseSale: mortal((held) => steps.chooseSale(held)),
    close: mortal((result) => steps.close(result)),
    wait: mortal((durationMs) => steps.wait(durationMs)),
    takeOver: mortal((tradeId) => steps.takeOver(tradeId)),
    stopped: (order) => steps.stopped(order),
    shielded: (work) => steps.shielded(work),
  }
}
