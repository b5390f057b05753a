import type { Done, Rejected } from '../../src/core/trade/outcome'
import type { BoxPlan, Estate } from '../../src/core/trade/plan'
import { inTurn, type SuccessorSteps } from '../../src/core/trade/steps'
import { money, NO_QUANTITY, quantity } from '../../src/core/units'
import { letterOf } from './audit'

/** Steps between the saga and the world that make one mistake, and the rules of which at least one must notice it. */
export interface Mutant {
  readonly mistake: string
  readonly noticedBy: RegExp
  readonly of: (steps: SuccessorSteps, plan: BoxPlan) => Partial<SuccessorSteps>
}

export const MUTANTS: readonly Mutant[] = [
  {
    mistake: 'I6 leg 2 is sized by the plan',
    noticedBy: /^I6|^I3/,
    of: (steps, plan) => ({
      place: (order) => steps.place(letterOf(order) === 'b' ? { ...order, quantity: plan.legs[1].order.quantity } : order),
    }),
  },
  {
    mistake: 'E15 a cure is sized by answers, not by finals',
    noticedBy: /^E15/,
    of: (steps) => {
      const told = new Map<string, Done['filled']>()
      const remember = <T extends { readonly kind: string }>(id: string, outcome: T): T => {
        if (outcome.kind === 'done') told.set(id, (outcome as unknown as Done).filled)
        return outcome
      }
      return {
        place: async (order) => remember(order.clientOrderId, await steps.place(order)),
        resolve: async (order) => remember(order.clientOrderId, await steps.resolve(order)),
        finish: async (order, verdict) => {
          await steps.finish(order, verdict)
          return told.get(order.clientOrderId) ?? NO_QUANTITY
        },
      }
    },
  },
  {
    mistake: 'E12 an unknown order is taken for dead, and the next one sent',
    noticedBy: /^I2|^E12/,
    of: () => ({ resolve: () => Promise.resolve({ kind: 'rejected', reason: 'never-accepted', detail: 'so it is hoped' }) }),
  },
  {
    mistake: 'I1 a lost answer is answered by sending again',
    noticedBy: /^I1/,
    of: (steps) => ({
      place: async (order) => {
        const outcome = await steps.place(order)
        return outcome.kind === 'unknown' ? steps.place(order) : outcome
      },
    }),
  },
  {
    mistake: 'I3 a cure is not counted',
    noticedBy: /^I3|^E15/,
    of: (steps) => ({
      finish: async (order, verdict) => {
        const filled = await steps.finish(order, verdict)
        return letterOf(order) === 'c' ? NO_QUANTITY : filled
      },
    }),
  },
  {
    mistake: 'I9 the close is skipped',
    noticedBy: /^I9/,
    of: () => ({ close: () => Promise.resolve({ realisedPnl: money(0), maxRemainingLoss: money(0) }) }),
  },
  {
    mistake: 'E14 an order is made final twice',
    noticedBy: /^E14/,
    of: (steps) => ({
      finish: async (order, verdict) => {
        await steps.finish(order, verdict)
        return steps.finish(order, verdict)
      },
    }),
  },
  {
    mistake: 'E14 a cure comes before its trade is final',
    noticedBy: /^E14/,
    of: () => ({ finish: () => Promise.resolve(quantity('10')) }),
  },
  {
    mistake: 'E14 a refusal for lots is taken for any other',
    noticedBy: /^§5|does not end/,
    of: (steps) => ({
      place: async (order) => {
        const outcome = await steps.place(order)
        return outcome.kind === 'rejected' && outcome.reason === 'lots' ? { ...outcome, reason: 'guard' } : outcome
      },
    }),
  },
  {
    mistake: 'E26 a halt is not heard',
    noticedBy: /^E26/,
    of: () => ({ stopped: () => false }),
  },
  {
    mistake: 'E26 a halt of everything stops the second leg too',
    noticedBy: /^E26/,
    of: (steps) => {
      let orders = 0
      return {
        place: (order) => {
          orders++
          return steps.place(order)
        },
        stopped: (order) => steps.stopped(order) || (orders === 1 && letterOf(order) === 'b'),
      }
    },
  },
  {
    mistake: 'E5 a refusal is not heard',
    noticedBy: /^E5/,
    of: (steps) => ({
      checkRiskAndReserve: async (plan) => ({ ...(await steps.checkRiskAndReserve(plan)), kind: 'granted' }),
    }),
  },
  {
    mistake: 'E23 what is left is held although nobody chose it',
    noticedBy: /^E23/,
    of: (steps) => ({
      chooseCure: async (unpaired, budgetLeft, pace) => {
        const choice = await steps.chooseCure(unpaired, budgetLeft, pace)
        return choice.chosen.way === 'wait' ? { ...choice, chosen: { way: 'hold', loss: money(0) } } : choice
      },
    }),
  },
  {
    mistake: 'E23 cures are chosen with the whole budget each time',
    noticedBy: /^E23/,
    of: (steps, plan) => ({ chooseCure: (unpaired, _left, pace) => steps.chooseCure(unpaired, plan.lossBudget, pace) }),
  },
  {
    mistake: 'E22 a cure that fills nothing is repeated without a pause',
    noticedBy: /^E22/,
    of: () => ({ wait: () => Promise.resolve() }),
  },
  {
    mistake: 'E22 the plan is re-quoted again and again',
    noticedBy: /^E22/,
    of: (steps) => ({ chooseCure: (unpaired, budgetLeft) => steps.chooseCure(unpaired, budgetLeft, 'requote') }),
  },
  {
    mistake: 'E2 orders are counted instead of numbered',
    noticedBy: /^I1|^E2/,
    of: (steps) => {
      let orders = 0
      return {
        place: (order) => {
          orders++
          return steps.place(order)
        },
        chooseCure: (unpaired, budgetLeft, pace) => steps.chooseCure({ ...unpaired, n: Math.max(2, orders) }, budgetLeft, pace),
      }
    },
  },
  {
    mistake: 'E12 the venue is asked about an order although a verdict stands',
    noticedBy: /^E12/,
    of: (steps) => ({ finish: (order) => steps.finish(order, null) }),
  },
  {
    mistake: 'E12 a verdict is taken for a proof',
    noticedBy: /^E12|^§5/,
    of: (steps) => ({
      resolve: async (order) => {
        const resolved = await steps.resolve(order)
        return resolved.kind === 'verdict' ? resolved.verdict.outcome : resolved
      },
    }),
  },
]

const estateOf =
  (steps: SuccessorSteps, change: (estate: Estate) => Partial<Estate>): SuccessorSteps['takeOver'] =>
  async (tradeId) => {
    const estate = await steps.takeOver(tradeId)
    return { ...estate, ...change(estate) }
  }
const DEAD: Rejected = { kind: 'rejected', reason: 'never-accepted', detail: 'so it is hoped' }

/** Mistakes of a successor. */
export const SUCCESSOR_MUTANTS: readonly Mutant[] = [
  {
    mistake: 'E25 what nobody has heard of is taken for dead',
    noticedBy: /^I2|^E12|^§5/,
    of: (steps) => ({
      takeOver: estateOf(steps, ({ orders }) => ({ orders: orders.map(({ order, known }) => ({ order, known: known ?? DEAD })) })),
    }),
  },
  {
    mistake: 'E25 only the two legs are taken over',
    noticedBy: /^I2|^E12|^E14|^E15|^§5/,
    of: (steps) => ({ takeOver: estateOf(steps, ({ orders }) => ({ orders: orders.slice(0, 2) })) }),
  },
  {
    mistake: 'E14 what is final is made final again',
    noticedBy: /^E12|^E14/,
    of: (steps) => ({ takeOver: estateOf(steps, ({ orders }) => ({ orders: orders.map(({ order }) => ({ order, known: null })) })) }),
  },
  {
    mistake: 'E14 the successor spends what is left of its predecessor’s budget',
    noticedBy: /^E23/,
    of: (steps, plan) => ({ takeOver: estateOf(steps, () => ({ lossBudget: plan.lossBudget })) }),
  },
  {
    mistake: 'E12 earlier verdicts are forgotten',
    noticedBy: /^§5/,
    of: (steps) => ({ takeOver: estateOf(steps, () => ({ verdicts: [] })) }),
  },
]

/** The steps with the mistake in them. */
export function mutate(steps: SuccessorSteps, plan: BoxPlan, mutant: Mutant): SuccessorSteps {
  const whole: SuccessorSteps = {
    checkRiskAndReserve: (each) => steps.checkRiskAndReserve(each),
    place: (order) => steps.place(order),
    resolve: (order) => steps.resolve(order),
    finish: (order, verdict) => steps.finish(order, verdict),
    finishAll: (all) => steps.finishAll(all),
    takeOver: (tradeId) => steps.takeOver(tradeId),
    chooseCure: (unpaired, budgetLeft, pace) => steps.chooseCure(unpaired, budgetLeft, pace),
    chooseSale: (held) => steps.chooseSale(held),
    close: (result) => steps.close(result),
    stopped: (order) => steps.stopped(order),
    wait: (durationMs) => steps.wait(durationMs),
    shielded: (work) => steps.shielded(work),
  }
  const mistaken = { ...whole, ...mutant.of(steps, plan) }
  return { ...mistaken, finishAll: inTurn(mistaken.finish) }
}
