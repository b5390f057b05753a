import type { CureChoice } from '../../core/trade/plan'
import type { VenueFill } from '../evidence/evidence'
import type { FillRow, TradeRow } from '../evidence/tables'
import { grouped, type Case } from './case'
import { BY_VERDICT } from './ends'
import type { Violation } from './violation'

const ONE_CONTRACT = 100
const DOLLAR_MICROS = 1_000_000
const ONE_DOLLAR = 10_000

/** I12: no cure is chosen beyond what its budget leaves, and none is sent that was not chosen before. */
export function withinBudgetLeft({ answers, orders, evidence }: Case): readonly Violation[] {
  const chosenAt = new Map<string, number>()
  const beyond = answers.flatMap(({ activity, value, workflow, atMs }): readonly Violation[] => {
    if (activity !== 'chooseCure') return []
    const { chosen, budgetLeft } = value as CureChoice
    if ('order' in chosen) chosenAt.set(chosen.order.clientOrderId, atMs)
    if (chosen.way === 'wait' || chosen.loss <= budgetLeft) return []
    return [
      {
        invariant: 'I12',
        ...named(workflow.tradeId),
        detail: `${chosen.way} loses ${chosen.loss} µ$ where ${budgetLeft} are left, and nobody was told`,
      },
    ]
  })
  const unchosen = orders.flatMap(({ leg, clientOrderId, tradeId, atMs, trade }): readonly Violation[] => {
    const at = chosenAt.get(clientOrderId)
    const isKnown = trade !== null && trade.startedMs >= evidence.startedMs // of earlier trades there is no history any more
    return leg === 'c' && isKnown && (at === undefined || at > atMs)
      ? [{ invariant: 'I12', tradeId, detail: `${clientOrderId} was sent at ${atMs} and was never chosen before` }]
      : []
  })
  return [...beyond, ...unchosen]
}

const named = (tradeId: string | null): { readonly tradeId: string } | Record<string, never> => (tradeId === null ? {} : { tradeId })

/**
 * What a box lost in the worst case, by the venues' own executions, is within its loss budget. More is permitted where somebody was told of it: an
 * alarm that names the trade, a wait that was recorded as over-budget, an operator's verdict. A successor has a budget of its own (E14).
 */
export function lossWithinBudget(of: Case): readonly Violation[] {
  const { evidence, fillsOf } = of
  const booked = grouped(evidence.tables.fills, ({ tradeId }) => tradeId)
  return evidence.tables.trades.flatMap((trade): readonly Violation[] => {
    const { tradeId, plan, strategy, outcome, endedMs } = trade
    if (strategy !== 'box' || endedMs === null || outcome === 'surrendered') return []
    const own = booked.get(tradeId) ?? []
    if (own.some(({ account }) => account === BY_VERDICT)) return []
    const successors = evidence.workflows.filter(({ workflowId }) => workflowId === `cure-${tradeId}`).length
    const worst = worstOf(
      trade,
      [...fillsOf].flatMap(([id, fills]) => (id.startsWith(`cb-${tradeId}-`) ? fills : [])),
    )
    const budget = plan.lossBudget * (1 + successors)
    return -worst > budget && !wasTold(trade, of)
      ? [{ invariant: 'budget', tradeId, detail: `it lost ${-worst} µ$ at worst, its budget was ${budget}, and nobody was told` }]
      : []
  })
}

function wasTold({ tradeId, result }: TradeRow, { evidence }: Case): boolean {
  const waited = (result?.cures ?? []).some(({ chosen }) => chosen.way === 'wait' && chosen.state === 'over-budget')
  return waited || evidence.alarms.some(({ detail }) => detail.includes(tradeId))
}

/**
 * Cash that came in less cash that went out, with a dollar for each netted pair and the least payoff for each locked one; what is held counts as
 * nothing. Buying NO at 1 − p is told as selling YES at p: what of it did not meet YES of the same trade is a purchase.
 */
export function worstOf({ plan, result }: Pick<TradeRow, 'plan' | 'result'>, fills: readonly VenueFill[]): number {
  let cash = 0
  for (const { fee } of fills) cash -= fee ?? 0
  for (const inMarket of grouped(fills, ({ venue, market }) => `${venue} ${market}`).values()) {
    const bought = inMarket.filter(({ sign }) => sign > 0)
    const sold = inMarket.filter(({ sign }) => sign < 0)
    const sum = (side: readonly VenueFill[]): number => side.reduce((total, { quantity }) => total + quantity, 0)
    for (const { yesPrice, quantity } of bought) cash -= yesPrice * quantity
    for (const { yesPrice, quantity } of sold) cash -= (ONE_DOLLAR - yesPrice) * quantity
    cash += ONE_DOLLAR * Math.min(sum(bought), sum(sold))
  }
  const payoff = plan.opportunity.leastPayoff ?? DOLLAR_MICROS
  return cash + Math.floor((payoff * (result?.locked ?? 0)) / ONE_CONTRACT)
}

/** A booked fill in the venue's terms: what its money is, whatever it is called. */
export const bookedTerms = ({ outcome, action, price }: Pick<FillRow, 'outcome' | 'action' | 'price'>) => ({
  sign: (outcome === 'yes') === (action === 'buy') ? 1 : -1,
  yesPrice: outcome === 'yes' ? price : ONE_DOLLAR - price,
})
